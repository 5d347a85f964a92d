"""What a message says that follows a cry or a safety check: thanks, all well, a joke, yes or no.

Only a message that says nothing else counts: "im ok now how do i settle him" is a question and
goes to whoever answers questions. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from safety.normalise import plain
from safety.rulebook import book

Exit = Literal["joking", "fine", "thanks"]
Answer = Literal["safe", "not_safe"]

#: Words; what goes out of a crisis is short, and the work of matching stays small.
_LONGEST = 14
#: Said beside all of these; alone they say nothing.
_FILLING = (
    r"(?:ok|okay|oki|k|right|sorry|soz|lol|haha\w*|x+|xo+|love|lovely|hun|mate|pal|bro|sis|now|again"
    r"|honestly|tbh|really|just|oh|ah|aw|well|so|and|but|much|very|a lot|loads|everyone|bye"
    r"|good ?night|night|morning|please|hi|hey|hello|promise|i promise|god"
    r"|gosh|yes|yeah|yh|yep|no|nah|nope|i|\.)"
)
_THANKS = (
    r"(?:thanks(?: so much| a lot| a million| again)?|thank you(?: so| very)?(?: much)?|ta|tysm"
    r"|ty|cheers|bless you|(?:i )?appreciate (?:it|that|this)"
    r"|(?:that|this) (?:helps|helped)|(?:that|this) is (?:helpful|kind|good)|shukriya|shukria"
    r"|meherbani|jazakallah\w*|dhonnobad|dziekuje|dzieki|dakujem|multumesc|mersi|shukran|شکریہ|شكرا|ধন্যবাদ)"
)
_JOKING = (
    r"(?:(?:i )?(?:was|am|were) (?:only |just )?(?:joking|kidding|messing)(?: about| around)?"
    r"|(?:only |just )?(?:joking|kidding)|having a laugh|banter"
    r"|being (?:silly|dramatic|daft|stupid)"
    r"|(?:i )?(?:was|am) (?:only |just )?being (?:silly|dramatic|daft|stupid)"
    r"|(?:it|that|this)? ?(?:was|is)? ?(?:only |just )?a (?:bad )?joke"
    r"|(?:i )?(?:did|do) not (?:really )?mean (?:it|that|to say (?:it|that))(?: like that)?"
    r"|(?:i )?(?:was|am) not (?:being )?serious|not (?:being )?serious)"
)
_FINE = (
    r"(?:(?:i|we)(?: am| are| feel| will be)? ?(?:feeling |feel |both )?"
    r"(?:ok|okay|fine|alright|alrite|all right|good|better|safe|calm|calmer)"
    r"|(?:feeling |feel )(?:ok|okay|fine|alright|better|calmer|safe)"
    r"|(?:it|that|all|everything)(?: is| has)? ?(?:all )?(?:ok|okay|fine|good|better|passed|over)"
    r"|(?:ok|okay|fine|better|safe|alright) now|do not worry(?: about (?:me|it|us))?|no worries"
    r"|no worry|ignore (?:me|that|it|this)|forget (?:it|that|i said (?:it|that|anything))"
    r"|never ?mind|nvm|i am not going to do anything)"
)
_KINDS: Mapping[Exit, str] = {"joking": _JOKING, "fine": _FINE, "thanks": _THANKS}

_SAFE = (
    r"(?:(?:yes|yeah|yep|yh|ye|yup|aye|haan|han|ji|tak|ano|da|naam|sure)"
    r"(?: (?:it|that|this) is)?(?: (?:safe|fine|ok|okay|private|alright))?"
    r"|(?:it|this|that|here) is (?:safe|private|fine|ok)|(?:i am|am) (?:safe|alone)|safe|alone"
    r"|(?:only|just) (?:i|me) (?:see|sees|read|reads|have|has|use|uses)"
    r" (?:it|this|this phone|my phone)"
    r"|(?:nobody|no one) else (?:sees|reads|has|can see) (?:it|this|my phone)"
    r"|(?:he|she|they|my \w+) (?:is|are) (?:out|gone|away|at work|not here|asleep|sleeping))"
)
_NOT_SAFE = (
    r"(?:(?:it|this|that|here) is not (?:safe|private|ok)"
    r"|not (?:really |very )?(?:safe|private|now)|i am not (?:safe|alone)"
    r"|not (?:really|at all|at the moment|sure)|never|unsafe|no it is not"
    r"|(?:he|she|they|my \w+) (?:is|are) "
    r"(?:here|home|back|in|coming|next to me|in the (?:room|house))"
    r"|(?:he|she|they|my \w+) (?:always |sometimes )?(?:check|checks|read|reads|see|sees|look at"
    r"|looks at|go through|goes through|has|have|takes|take) (?:it|my|this|everything|all)?"
    r" ?(?:phone|texts|messages|chat|them)?)"
)
_PLAIN_NO = r"(?:no|nope|nah|naw|na|nahi|nie)"
_WHEN = r"(?:here|at the moment|for|today|tonight|think|to (?:write|text|talk))"

_THIS = r"(?:this|these|that|the|my|our|all|your|it|everything|whole|of|from|here|out)"
_WORDS = r"(?:chats?|messages?|texts?|msgs?|conversation|history|phone|app)"
_AWAY = r"(?:get rid of|delete|clear|erase|remove|hide|wipe)"
_CLEAR = re.compile(
    rf"(?:\bhow (?:to|(?:do|can|could|would|shall) (?:i|you)) {_AWAY}"
    rf"|^ (?:{_FILLING} )*(?:can you |could you |please )*{_AWAY})"
    rf"(?: {_THIS})*(?: {_WORDS})?(?: {_THIS})*(?: {_WORDS})? (?:{_FILLING} )*$"
)
_RESUME = re.compile(
    rf"^ (?:{_FILLING} |can we |can i |let us |i would like to |i want to |i will |shall we |to )*"
    r"(?:carry on|continue|go on|resume|keep going|go back to|back to|finish)"
    r"(?: (?:with|it|that|the|my|this|filling in|filling|form|referral"
    r"|where we (?:were|left off)))*"
    rf" (?:{_FILLING} )*$"
)


def _whole(*kinds: str) -> re.Pattern[str]:
    return re.compile("^ (?:(?:" + "|".join((*kinds, _FILLING)) + ") )+$")


_ONLY = _whole(*_KINDS.values())
_ANY = {kind: re.compile(f" {words} ") for kind, words in _KINDS.items()}
_ONLY_ANSWER = re.compile(
    f"^ (?:(?:{'|'.join((_NOT_SAFE, _SAFE, _PLAIN_NO, _WHEN, _FILLING))}) )+$"
)
_SAYS_SAFE, _SAYS_NOT = re.compile(f" {_SAFE} "), re.compile(f" (?:{_NOT_SAFE}|{_PLAIN_NO}) ")


def exit_of(text: str) -> Exit | None:
    """How a whole message goes out of a crisis; None where it says anything else."""
    line = _line(text)
    if line is None or not _ONLY.match(line):
        return None
    return next((kind for kind in _KINDS if _ANY[kind].search(line)), None)


def answer_of(text: str) -> Answer | None:
    """A bare answer to "is it safe to write to you here?"; a doubt counts as no."""
    line = _line(text)
    if line is None or not _ONLY_ANSWER.match(line):
        return None
    if _SAYS_NOT.search(line):
        return "not_safe"
    return "safe" if _SAYS_SAFE.search(line) else None


def asks_to_clear(text: str) -> bool:
    """Whether a whole message asks how to get these words off the phone."""
    line = _line(text)
    return line is not None and _CLEAR.search(line) is not None


def asks_to_resume(text: str) -> bool:
    """Whether a whole message wishes to go on with what was put aside."""
    line = _line(text)
    return line is not None and _RESUME.match(line) is not None


def _line(text: str) -> str | None:
    made = plain(text[:400], book().speller)
    return made.line if 0 < len(made.words) <= _LONGEST and len(text) <= 400 else None
