"""Marks: what staff think of the screen on one message; the screen is not changed here."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import InvalidInput, NotFound
from console import audit
from console.tables import ScreenMark
from console.words import MARKS, TIERS
from conversations.ledger import Ledger
from conversations.tables import Flag, Inbound
from safety.model import CLASSES

TAKE_BACK: Final = "take_back"
# These say what the screen should have seen; the others have nothing to add.
_NAMES_A_CLASS: Final = ("wrong_class", "missed")


@dataclass(frozen=True)
class Marking:
    """A mark as somebody gives it.

    Attributes:
        mark: a key of `MARKS`, or `take_back`.
        cls, tier: what the screen should have seen; counted for `wrong_class` and `missed` alone.
    """

    staff_id: str
    mark: str
    cls: str = ""
    tier: str = ""


def message(session: Session, inbound_id: str) -> tuple[Inbound, Flag | None]:
    """A message and its flag, if it has one.

    Raises:
        NotFound: there is no such message.
    """
    row = session.get(Inbound, inbound_id)
    if row is None:
        raise NotFound("There is no such message.")
    return row, session.scalar(select(Flag).where(Flag.inbound_id == inbound_id))


def put(session: Session, ledger: Ledger, inbound_id: str, marking: Marking) -> str:
    """Keep a mark instead of the one before; returns the conversation.

    Raises:
        NotFound: there is no such message.
        InvalidInput: the mark does not fit the message, or the class or urgency is missing.
    """
    row, flag = message(session, inbound_id)
    _check(marking, flagged=flag is not None)
    found = session.get(ScreenMark, inbound_id, with_for_update=True)
    if marking.mark == TAKE_BACK:
        if found is not None:
            session.delete(found)
            _record(session, ledger, inbound_id, marking, "mark.taken_back")
        return row.conversation_id
    if found is None:
        found = ScreenMark(inbound_id=inbound_id, conversation_id=row.conversation_id)
        session.add(found)
    named = marking.mark in _NAMES_A_CLASS
    found.mark = marking.mark
    found.cls = marking.cls if named else None
    found.tier = marking.tier if named else None
    found.marked_by, found.marked_at = marking.staff_id, ledger.clock.now()
    _record(session, ledger, inbound_id, marking, "mark.put")
    return row.conversation_id


def _check(marking: Marking, *, flagged: bool) -> None:
    if marking.mark == TAKE_BACK:
        return
    if marking.mark not in MARKS:
        raise InvalidInput("Choose a mark.", code="mark")
    if flagged == (marking.mark == "missed"):
        raise InvalidInput("This mark does not fit this message.", code="mark")
    if marking.mark in _NAMES_A_CLASS and marking.cls not in CLASSES:
        raise InvalidInput("Choose what kind of message it is.", code="class")
    if marking.mark in _NAMES_A_CLASS and marking.tier not in TIERS:
        raise InvalidInput("Choose how urgent it is.", code="tier")


def _record(
    session: Session, ledger: Ledger, inbound_id: str, marking: Marking, action: str
) -> None:
    said = (marking.mark, marking.cls, marking.tier)
    audit.record(
        session,
        marking.staff_id,
        action=action,
        subject=("message", inbound_id),
        now=ledger.clock.now(),
        detail=" ".join(word for word in said if word) if action == "mark.put" else None,
    )
