"""What words that tell of a loss say besides: whether it is hers and now, and who lives; pure.

The screen decides who gets a caring text; this only decides what ends after a loss. Where it is
not sure it takes the loss for one.
"""

from __future__ import annotations

import re

from safety.normalise import plain
from safety.rulebook import book

_GONE = (
    r"(?:died|dead|gone|passed|lost|dying|born sleeping|stillborn|did not (?:make|survive|live))"
)
_MANY = r"(?:twins?|triplets?|quads?|multiples|babies)"
#: None is left.
_ALL_GONE = re.compile(
    rf" (?:both|neither|none of (?:them|my|our)|all (?:three|four|of (?:them|my|our))"
    rf"|(?:the |my |her |his )?other (?:one |twin |baby |two )?(?:\w+ ){{0,4}}{_GONE}) "
)
#: One is there, or of several only one was lost.
_ONE_LIVES = re.compile(
    rf" (?:one of (?:my|our|the|her|his|their|two|three) (?:\w+ )?{_MANY}"
    rf"|(?:a|one|our|my|her|his) (?:\w+ )?(?:twin|triplet) (?:\w+ ){{0,3}}{_GONE}"
    rf"|{_GONE} (?:\w+ )?(?:one|a|my|our|her|his|the) (?:\w+ )?(?:twin|triplet)"
    r"|(?:the |my |her |his )other (?:one|twin|baby|two|girl|boy|is|was|has|survived|made)"
    r"|surviving (?:one|twin|baby|triplets?|child)"
    r"|(?:his|her|their) (?:twin )?(?:brother|sister|twin) (?:\w+ ){0,2}"
    r"(?:is|survived|made it|came home|lives|lived|home|alive)) "
)
_OF_SEVERAL = re.compile(rf" (?:{_MANY}|one of|other|surviving|brother|sister) ")

_LOSS = (
    r"(?:miscarriages?|miscarried|mc|loss|losses|losing|lost|stillbirths?|stillborn|died"
    r"|termination|ectopic)"
)
_LONG_AGO = re.compile(
    r" (?:last year|years? ago|year before|months ago|before (?:this|him|her|my|that)|previous\w*"
    rf"|after (?:\w+ ){{0,4}}{_LOSS}|in (?:19|20)\d\d|history of|past|earlier"
    rf"|last (?:time|pregnancy)|first (?:pregnancy|baby|time)"
    rf"|had (?:a|two|three|four|\d) (?:\w+ )?{_LOSS}) "
)
_PREGNANT_NOW = re.compile(
    r" (?:(?:i am|we are|now|she is|am) (?:\w+ ){0,5}(?:pregnant|expecting|gone|along)"
    r"|(?:weeks|months|wks) pregnant|pregnant (?:again|after|with)|expecting (?:again|another)"
    r"|rainbow baby|this pregnancy|this one) "
)
_NOW_TOO = re.compile(
    r" (?:losing (?:this|it|another|again)|lost (?:this|another)|miscarrying|no heartbeat"
    r"|nothing there|heartbeat (?:\w+ )?stopped"
    r"|(?:lost|died|passed) (?:\w+ ){0,3}"
    r"(?:today|yesterday|tonight|last night|this (?:morning|week|month))) "
)
_FEARED = re.compile(
    r" (?:scared|worried|afraid|terrified|anxious|frightened|fear|panicking|paranoid|what if|risk)"
    r" (?:\w+ ){0,5}(?:losing|lose|lost|miscarriage|miscarry|miscarrying|stillbirth|die|dies|dying"
    r"|loss|cot|sids) "
)
_HAPPENED = re.compile(
    r" (?:i|we|have|has|had|just|baby|she|he|son|daughter|twin|is|was) (?:\w+ ){0,2}"
    r"(?:lost|died|dead|miscarried|stillborn|gone|passed) "
)
_SOMEBODY_ELSES = re.compile(
    r" (?:friend|friends|mate|sister|cousin|colleague|neighbour|neighbor|boss|aunt|auntie|niece"
    rf"|teacher|manager|in law|bestie|coworker) (?:\w+ ){{0,5}}{_LOSS} "
)
_OUR_OWN = re.compile(
    rf" (?:(?:i|we) (?:\w+ ){{0,2}}{_LOSS}|(?:my|our) (?:\w+ )?(?:baby|babies|twins?|boy|girl|son"
    r"|daughter|wife|partner|girlfriend|pregnancy)) "
)


def happened(text: str) -> bool:
    """Whether a loss that the screen saw is one that ends forms and tips.

    Not where it lies behind a new pregnancy, is only feared, or is that of somebody outside.
    """
    line = plain(text, book().speller).line
    if _NOW_TOO.search(line):
        return True
    if _PREGNANT_NOW.search(line) and _LONG_AGO.search(line):
        return False
    if _FEARED.search(line) and not _HAPPENED.search(line):
        return False
    return not (_SOMEBODY_ELSES.search(line) and not _OUR_OWN.search(line))


def survives(text: str) -> bool | None:
    """Whether a baby lives: True, or False where all died; None where the words do not say."""
    line = plain(text, book().speller).line
    if not _OF_SEVERAL.search(line) and not _ALL_GONE.search(line):
        return None
    if _ALL_GONE.search(line):
        return False
    return True if _ONE_LIVES.search(line) else None
