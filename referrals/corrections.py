"""Tells what a parent wants changed, undone or read again inside a referral; pure."""

import re
from typing import Final, Literal

from referrals.text import plain

Command = Literal["cancel", "pause", "skip", "back", "show", "call_me", "help", "person"]

_CORRECTION = re.compile(
    r"^(?:sorry|no+|nope|actually|oops|oh|wait|i meant|i mean|correction|not|wrong|that'?s wrong|"
    r"hang on|hold on|my mistake|typo|ignore that|scrap that)\b|\b(?:i meant|should be"
    r"|supposed to be|"
    r"change (?:my|the|it)|wrong (?:number|date|name|postcode|phone)|with an? \w(?: at| not|$)"
    r"|instead)\b",
    re.I,
)
_FIELD_WORDS: Final = (
    (
        "baby",
        (
            r"(?:baby'?s? (?:date|age|birthday|due date|name)|due date|birthday|date of birth"
            r"|birth date|the date|baby'?s? details|age)"
        ),
    ),
    ("postcode", r"(?:post ?code|address|area)"),
    ("contact_route", r"(?:how (?:you|they) contact|contact (?:way|method|preference))"),
    ("phone", r"(?:(?:phone|mobile|contact)(?: number)?|number)"),
    ("best_time", r"(?:best time|times?|when (?:you|they) call)"),
    ("code_word", r"(?:code ?word|password)"),
    ("name", r"(?:(?:my|the) )?(?:sur|last |first |full )?name|spelling"),
    ("reason", r"(?:reason|what i (?:said|wrote)|my words|message)"),
    ("gp", r"(?:gp|doctor|surgery)"),
    ("interpreter", r"(?:interpreter|language)"),
    ("for_whom", r"(?:who i am|my role)"),
)
_CHANGE = re.compile(
    r"\b(?:change|update|correct|edit|fix|redo|amend|alter)\b|\b(?:wrong|is(?:n'?t"
    r"| not) (?:right|correct))\b"
    r"|\b(?:mistake|typo)\b",
    re.I,
)
_COMMANDS: Final[tuple[tuple[Command, re.Pattern[str]], ...]] = (
    (
        "cancel",
        re.compile(
            r"^(?:please )?(?:cancel(?: (?:it|this|that|everything|please|the \w+))?"
            r"|forget (?:it|this|about it)|never ?mind|(?:i )?(?:don'?t"
            r"|do not) want (?:to do )?(?:this|it)(?: (?:any ?more|now))?|i(?:'?ve"
            r"| have)? changed my mind|delete (?:it|this|everything|that|all(?: of it)?"
            r"|my answers)|leave it|quit|abort|stop (?:this|it|asking)(?: \w+)?|i want to stop"
            r"|i don'?t want (?:a|the|to be) referr\w+)[ .!]*$",
            re.I,
        ),
    ),
    (
        "pause",
        re.compile(
            r"^(?:later|not now|(?:can (?:i|we) )?(?:do|finish|continue|carry on with) (?:this"
            r"|it) (?:later|another time|tomorrow)\??|pause|(?:i'?ll|i will) (?:come back"
            r"|do it later|finish (?:it |this )?later)(?: \w+)?|baby(?:'s| is) (?:crying|awake"
            r"|up)[^?]*|(?:got|have) to go(?: now)?|gtg|brb|another time|maybe later"
            r"|in a bit)[ .!]*$",
            re.I,
        ),
    ),
    (
        "skip",
        re.compile(
            r"^(?:skip(?: (?:it|this|that|please|this (?:one|question)))?|pass|next"
            r"|next question|(?:i'?d |i would )?rather not(?: say)?|prefer not(?: to say)?"
            r"|don'?t want to say|no comment|n/?a|none of your \w+)[ .!]*$",
            re.I,
        ),
    ),
    (
        "back",
        re.compile(
            r"^(?:(?:go |take me )?back(?: (?:one|a step|please))?|previous(?: question)?|undo"
            r"|last question)[ .!]*$",
            re.I,
        ),
    ),
    (
        "show",
        re.compile(
            r"^(?:(?:can (?:you|i) )?(?:show|see|read|check|view"
            r"|list)(?: me)? (?:all )?(?:back )?(?:(?:my|the|what i'?ve|what i) )?(?:answers?"
            r"|details|what (?:i(?:'?ve)? (?:said|put|told you|given)|you have|you've got"
            r"|have you got)(?: so far)?|it (?:all )?back|so far|said|summary"
            r"|everything)(?: so far| back| again)?|what (?:have|do) you (?:got|have"
            r"|know)(?: so far| on me| about me)?|read (?:it|that) back(?: to me)?"
            r"|summary)[ .!?]*$",
            re.I,
        ),
    ),
    (
        "call_me",
        re.compile(
            r"^(?:(?:please )?(?:can|could|will) (?:someone|somebody|you|they"
            r"|a person) (?:just )?(?:please )?(?:call|ring|phone) me(?: back)?(?: (?:instead"
            r"|please))*\??|(?:please |just |can you )*(?:call|ring|phone) me(?: back| instead"
            r"| please)*|call ?back|i(?:'?d| would) rather (?:talk|speak)(?: (?:to|on) .*)?"
            r"|call me instead of this)[ .!?]*$",
            re.I,
        ),
    ),
)


def is_correction(text: str) -> bool:
    """Whether the message takes back something that was said."""
    return bool(_CORRECTION.search(plain(text)))


def read_command(text: str) -> Command | None:
    """A command that is the whole message; words inside an answer are no command."""
    text = plain(text)
    return next((name for name, pattern in _COMMANDS if pattern.match(text)), None)


def read_reopened(text: str) -> str | None:
    """The field that she wants to change, where the message names one ("change my number")."""
    text = plain(text)
    if not _CHANGE.search(text):
        return None
    for field, words in _FIELD_WORDS:
        if re.search(rf"\b(?:{words})\b", text, re.I):
            return field
    return None
