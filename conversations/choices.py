"""Understands a control word or a pick from offered choices; pure, no reading of the ledger."""

import re
import unicodedata
from collections.abc import Sequence

from conversations.model import Choice

# A control word counts only as the whole message; "delete me, end everything" is a cry.
_CONTROL = {
    "stop": "stop",
    "stopall": "stop",
    "unsubscribe": "stop",
    "cancel": "stop",
    "end": "stop",
    "quit": "stop",
    "revoke": "stop",
    "optout": "stop",
    "start": "start",
    "unstop": "start",
    "help": "help",
    "info": "help",
}
# What the carrier acts on by itself, whatever we answer. Elsewhere "cancel" is a word like others.
_CARRIER_ONLY = {"cancel", "end", "quit", "revoke", "optout", "stopall", "info", "help"}

CALL = "/call_me"
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "first": 1,
    "second": 2,
    "third": 3,
}


def control_word(text: str, *, channel: str) -> str | None:
    """`stop`, `start`, `help` or None.

    Args:
        text: the whole message.
        channel: on SMS all words that the carrier acts on count; on Telegram a slash may lead.

    Source: Twilio, "Advanced Opt-Out", default keywords (research read 2026-11-22).
    """
    word = text.strip().lower()
    if channel == "telegram" and word.startswith("/"):
        word = word[1:].split("@")[0]
        return {"start": "start", "stop": "stop", "help": "help"}.get(word)
    word = word.strip(".!\"' ")
    found = _CONTROL.get(word)
    if found and channel != "sms" and word in _CARRIER_ONLY:
        return None
    return found


def picked(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that a typed answer means: its number, its number as a word, or its label."""
    said = _plain(text)
    if not said or not choices:
        return None
    number = re.fullmatch(r"(?:no|number|option|nr)?\s*(\d{1,2})", said)
    if number:
        index = int(number.group(1))
        return choices[index - 1] if 1 <= index <= len(choices) else None
    if said in _NUMBERS and _NUMBERS[said] <= len(choices):
        return choices[_NUMBERS[said] - 1]
    for choice in choices:
        if said == _plain(choice.label):
            return choice
    return None


_YES = re.compile(
    r"(?:(?:yes|yeah|yep|yh|yea|ye|yup|aye|sure|ok|okay|please|pls|plz|i would|i do"
    r"|that would help|ring me|call me|haan|ji|tak|ano|da|thank you|thanks|thx)(?: |$))+"
)


def says_yes(text: str) -> bool:
    """Whether a whole message takes up an offer, whatever was offered."""
    said = _plain(text)
    return said not in {"thanks", "thank you", "thx"} and _YES.fullmatch(said) is not None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())
