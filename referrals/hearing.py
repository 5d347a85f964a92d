"""Tells what kind of thing was heard inside a telling: command, question, answer; pure."""

import re
from collections.abc import Mapping
from typing import Final

from referrals.corrections import Command, read_command
from referrals.model import AFTER
from referrals.progress import Progress
from referrals.telling import Heard
from referrals.text import is_question, yes_or_no

FREE: Final = ("reason", "best_time", "gp", *(n for n in AFTER if n != "date_of_birth"))
"""Fields whose answer is taken in her own words."""

_INTENT_COMMANDS: Final[Mapping[str, Command]] = {
    "cancel": "cancel",
    "skip": "skip",
    "go_back": "back",
    "show_answers": "show",
    "call_me": "call_me",
}
LONGEST: Final = 2000
"""Characters of her own words that are kept in one field."""

_BECAUSE: Final = re.compile(
    r"\b(?:because|cos|coz|cause|as)\s+(.{12,})", re.IGNORECASE | re.DOTALL
)
_INTERRUPTING: Final = 0.6
POLITE: Final = ("greet", "thanks", "goodbye", "affirm", "deny")
_ANSWERED: Final = (
    "find_support",
    "help",
    "complaint",
    "out_of_scope",
    "delete_me",
    "greet",
    "thanks",
)


def command_in(heard: Heard) -> Command | None:
    """The command that a message or choice is."""
    if heard.is_payload:
        return _INTENT_COMMANDS.get(heard.intent or "")
    command = read_command(heard.text)
    if command is None and len(heard.text.split()) <= 5 and heard.confidence >= 0.85:
        by_intent = _INTENT_COMMANDS.get(heard.intent or "")
        # Only what cannot lose anything is believed to the classifier alone.
        command = by_intent if by_intent in ("back", "show") else None
    return command


def interrupts(heard: Heard, asking: str | None) -> bool:
    """Whether the message wants an answer of its own rather than being one."""
    if heard.is_payload:
        return True
    asks = is_question(heard.text)
    intent = heard.intent or ""
    sure = heard.confidence >= _INTERRUPTING
    if asking == "reason":
        # Her own story often reads like a topic: only a question about us is none.
        return asks and sure and intent.startswith("ask_")
    known = intent.startswith(("topic_", "ask_")) or intent in _ANSWERED
    return asks or (known and sure and asking not in FREE)


def goes_on(text: str) -> bool | None:
    """Whether she wants to go on here; None where the words say neither."""
    if re.search(r"\b(?:carry on|go on|here|continue|keep going)\b", text, re.IGNORECASE):
        return not re.search(r"\bnot\b|n't\b", text)
    return False if re.search(r"\b(?:call|ring|phone|another|other)\b", text, re.I) else None


def field_of(problem: str) -> str:
    """The field that a problem is about."""
    if problem.startswith("phone"):
        return "phone"
    if problem.startswith("postcode"):
        return "postcode"
    return "baby"


def reason_in(text: str) -> str | None:
    """Why she asks for help, where she says "because ..." with the asking."""
    said = _BECAUSE.search(text)
    return said[1][:LONGEST] if said else None


def means_this_phone(heard: Heard, progress: Progress, *, channel: str) -> bool:
    """Whether a yes means the number she writes from."""
    on_phone = channel == "sms" and progress.carry_on is not False
    return on_phone and yes_or_no(heard.text) is True
