"""Use cases of referrals, each in the caller's transaction: staff work them here.

It never commits, never sends a message and never decides anything clinical.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Box
from common.errors import Conflict, InvalidInput, NotFound
from common.ids import new_id
from referrals.creation import add_details, create_from_effect, request_callback
from referrals.history import NO_MESSAGE, note
from referrals.states import Event, State, after
from referrals.tables import ContactAttempt, Referral, where

__all__ = [
    "NO_MESSAGE",
    "OUTCOMES",
    "ROUTES",
    "Change",
    "Tried",
    "add_details",
    "assign",
    "change_state",
    "create_from_effect",
    "log_attempt",
    "mark_copied",
    "request_callback",
]

ROUTES: Final = ("call", "text", "email", "letter", "visit", "other")
OUTCOMES: Final = ("reached", "no_answer", "voicemail_left", "wrong_number", "engaged", "other")


@dataclass(frozen=True)
class Change:
    """A change that staff make.

    Attributes:
        message_key: the approved message that the caller sends in the same transaction, or
            NO_MESSAGE.
        version: of the referral as the staff member saw it.
    """

    event: Event
    actor: str
    reason: str
    message_key: str
    version: int | None = None


@dataclass(frozen=True)
class Tried:
    """A try to reach the family; `route` is one of ROUTES, `outcome` one of OUTCOMES."""

    route: str
    outcome: str
    staff_id: str
    note: str = ""


def change_state(
    session: Session, referral_id: str, change: Change, *, box: Box, now: datetime
) -> Referral:
    """Take an event; a repeated one changes nothing and writes nothing.

    Raises:
        Conflict: not allowed in this state, or somebody changed it meanwhile.
        InvalidInput: no reason, or no decision on what the parent is told.
    """
    if not change.reason.strip():
        raise InvalidInput("say why", code="reason_missing")
    if not change.message_key:
        raise InvalidInput("choose a message to the parent, or none", code="message_missing")
    referral = _locked(session, referral_id)
    if change.version is not None and change.version != referral.version:
        raise Conflict("this referral was changed meanwhile: look again")
    to = after(State(referral.state), change.event)
    if to.value == referral.state and change.event is not Event.ATTEMPT:
        return referral
    sealed_reason = change.reason.strip()
    before, referral.state = referral.state, to.value
    referral.version += 1
    event = note(session, referral, change.event.value, before=before, actor=change.actor, at=now)
    event.message_key = change.message_key
    event.reason_sealed = box.seal(
        sealed_reason, where=where("referral_events", "reason", event.id)
    )
    return referral


def log_attempt(
    session: Session, referral_id: str, tried: Tried, *, box: Box, now: datetime
) -> ContactAttempt:
    """Note a try to reach the family and move the state with it.

    Raises:
        InvalidInput: unknown route or outcome.
        Conflict: the referral is not open for contact: triage it first.
    """
    if tried.route not in ROUTES or tried.outcome not in OUTCOMES:
        raise InvalidInput("choose how you tried and what came of it", code="attempt")
    referral = _locked(session, referral_id)
    event = Event.REACH if tried.outcome == "reached" else Event.ATTEMPT
    to = after(State(referral.state), event)
    attempt = ContactAttempt(
        id=new_id(),
        referral_id=referral.id,
        route=tried.route,
        outcome=tried.outcome,
        staff_id=tried.staff_id,
        at=now,
    )
    if tried.note.strip():
        place = where("contact_attempts", "note", attempt.id)
        attempt.note_sealed = box.seal(tried.note.strip(), where=place)
    session.add(attempt)
    before, referral.state = referral.state, to.value
    referral.version += 1
    note(session, referral, event.value, before=before, actor=tried.staff_id, at=now)
    return attempt


def assign(
    session: Session, referral_id: str, *, owner: str | None, actor: str, now: datetime
) -> Referral:
    """Give a referral to a staff member, or to nobody."""
    referral = _locked(session, referral_id)
    referral.owner = owner
    referral.version += 1
    note(session, referral, "assigned", before=referral.state, actor=actor, at=now)
    return referral


def mark_copied(session: Session, referral_id: str, *, actor: str, now: datetime) -> Referral:
    """Note that it was copied into the clinical record, so that nothing stays behind."""
    referral = _locked(session, referral_id)
    if referral.copied_at is None:
        referral.copied_at, referral.copied_by = now, actor
        referral.version += 1
        note(session, referral, "copied", before=referral.state, actor=actor, at=now)
    return referral


def _locked(session: Session, referral_id: str) -> Referral:
    found = session.scalars(
        select(Referral).where(Referral.id == referral_id).with_for_update()
    ).first()
    if found is None:
        raise NotFound("there is no such referral")
    return found
