"""Whether a message is that of a professional about somebody in her care; pure, flags nothing.

A midwife who writes of herself is a parent like any other: where a text speaks of her own life or
her own child it is never taken for a professional's.
"""

from __future__ import annotations

import re

_ROLE = (
    r"(?:health visitors?|hv|midwife|gp|doctor|(?:community |nursery |practice |school |neonatal |"
    r"perinatal |psychiatric |mental health |family )?nurse|social worker|family support worker|"
    r"(?:family|support|key|early help|outreach|perinatal|engagement|case|refuge|hostel) ?worker|"
    r"paediatrician|psychologist|psychiatrist|cpn|counsellor|therapist|doula|childminder|teacher|"
    r"obstetrician|(?:\w+ )?practitioner|idva|advocate|peer supporter|(?:designated )?"
    r"safeguarding lead|dsl|housing officer|nursery manager|police officer|paramedic|pharmacist)"
)
_KIND = (
    r"(?:(?:student|community|senior|specialist|registered|qualified|newly|perinatal|neonatal|local|school|"
    r"infant|nhs|trainee|named|duty|children's|maternity|hospital|new|retired|band|\d)[ -])*"
)
_SAYS = re.compile(
    rf"(?:\bi am|\bi'm|\bim|\bi work as|\bspeaking as|\bwriting as|\bthis is|\bi write as|\bit's|"
    rf"\bits) (?:a |an |the |her |their |his |your |one of the )?{_KIND}{_ROLE}\b"
    rf"|(?<!\bmy )(?<!\bour )(?<!\bthe )(?<!\ba )(?<!\bher )(?<!\bhis )(?<!\bno )(?<!\bany )"
    rf"\b{_ROLE} here\b(?! (?:is|said|says|told|was|has|at|in|who|today|will|keeps?)\b)"
    rf"|^\W*(?:(?:hi|hello|urgent|good \w+)\W+)?{_ROLE} ?[:,;-]"
    rf"|\bas (?:a|an|her|their) {_KIND}{_ROLE} i\b"
)
_PEOPLE = r"(?:mums?|mothers?|women|woman|lady|ladies|dads?|fathers?|families|family|parents?)"
#: Words that nobody but a professional has for the people she works with.
_IN_CARE = re.compile(
    rf"\b(?:one of (?:my|our) (?:{_PEOPLE}|clients|patients|service users|cases|young people)"
    r"|(?:my|our|a) (?:client|service user)\b(?!s? (?:list|base))|client of (?:mine|ours)"
    r"|(?:on|from) (?:my|our) (?:caseload|ward)"
    rf"|(?:a|the|this) {_PEOPLE} (?:that |who |whom )?(?:i|we) (?:am |are |have been )?"
    r"(?:see|seeing|visit|visiting|visited|support|supporting|work with|working with|look after)"
    r"|(?:a|my) patient (?:says|said|is|has|told|who|will|wants|was|of)"
    r"|(?:in|at) (?:my|our) (?:clinic|setting|surgery)\b)"
)
_SOMEBODY = re.compile(
    rf"\b(?:she|he|they|her|him|them|{_PEOPLE}|client|patient|herself|himself|in my care"
    r"|caseload)\b"
)
_HER_OWN = re.compile(
    r"\b(?:my (?:own )?(?:baby|son|daughter|child|children|kids?|little (?:one|boy|girl)|husband"
    r"|wife|partner|boyfriend|girlfriend|ex|bump|pregnancy)"
    r"|kill myself|hurt(?:ing)? myself|end my life|my life|cut(?:ting)? myself"
    r"|i (?:want|wanna|wish|need) to (?:die|end|disappear|hurt|kill)"
    r"|(?:hits?|hitting|hurts?|hurting|chokes?|choked|beats?|strangled|raped|threatens?"
    r"|threatened) me"
    r"|(?:i am|i'm|im) (?:\w+ )?(?:suicidal|pregnant|bleeding|scared of (?:him|her))"
    r"|i (?:shook|hurt|dropped) (?:him|her|the baby))\b"
)
_QUOTED = re.compile('["\u201c][^"\u201d]{0,400}["\u201d]')
_NOT = re.compile(rf"\b(?:not|never|was|wasn't|used to be|want to be) (?:a|an) {_KIND}{_ROLE}\b")


def writes_as_professional(text: str, *, known: bool = False) -> bool:
    """Whether a professional writes about somebody in her care.

    Args:
        text: the message as it came.
        known: she said before that she is one.
    """
    line = " ".join(text.replace("\u2019", "'").lower().split())
    # What a client said, in her own "I", is not said of the writer.
    if _HER_OWN.search(_QUOTED.sub(" ", line)):
        return False
    if _IN_CARE.search(line):
        return True
    says = known or (_SAYS.search(line) is not None and _NOT.search(line) is None)
    return says and _SOMEBODY.search(line) is not None
