"""Opens one referral for staff: the safe-contact rules first, then what the parent told.

Opening is recorded in the same transaction as the reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Box
from common.errors import NotFound
from console import audit, loss
from console.reading import Reader
from console.tables import Staff
from console.words import YES_NO
from conversations import people
from conversations.tables import Conversation
from referrals import store
from referrals.creation import record_of
from referrals.model import Record
from referrals.phones import spoken
from referrals.states import OPEN, Event, State, allowed
from referrals.summary import ROLE_WORDS, age_words, baby_words
from referrals.tables import Referral, where

Facts = list[tuple[str, str]]

_MOST: Final = 200


@dataclass(frozen=True)
class WorkRow:
    """A referral in the worklist; it shows no name, and opening it is recorded."""

    referral: Referral
    owner_name: str | None
    overdue: bool
    loss_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """Something that happened to a referral, opened for reading."""

    at: datetime
    who: str
    what: str
    state: str | None
    words: str
    told: str | None = None


@dataclass
class Opened:
    """A referral as it stands on the page.

    Attributes:
        unsafe: routes that the parent ruled out; using one is refused.
        allowed: events that lead on from here.
        loss_at: when the parent told of the loss of a baby.
    """

    referral: Referral
    owner_name: str | None
    erased: bool = False
    safe: Facts = field(default_factory=list)
    own_words: str = ""
    told: Facts = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    unsafe: tuple[str, ...] = ()
    overdue: bool = False
    allowed: tuple[Event, ...] = ()
    loss_at: datetime | None = None


def worklist(session: Session, *, shown: str, staff_id: str, now: datetime) -> Sequence[WorkRow]:
    """Referrals by due date, overdue first.

    Args:
        session: for reading.
        shown: `open`, `mine` or `closed`.
        staff_id: whose are mine.
        now: aware UTC.
    """
    found = store.worklist(session, only_open=shown != "closed")
    if shown == "closed":
        found = [r for r in found if r.state not in OPEN]
        found.sort(key=lambda r: r.created_at, reverse=True)
    if shown == "mine":
        found = [r for r in found if r.owner == staff_id]
    names, found = names_of(session), found[:_MOST]
    losses = loss.told_by(session, {r.person_id for r in found})
    return [
        WorkRow(r, names.get(r.owner or ""), is_overdue(r, now), losses.get(r.person_id))
        for r in found
    ]


def is_overdue(referral: Referral, now: datetime) -> bool:
    """Whether it is open and its first contact was due before now."""
    return referral.state in OPEN and referral.due_at is not None and referral.due_at < now


def names_of(session: Session) -> dict[str, str]:
    """Everybody's name by id."""
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name))}


def open_referral(session: Session, referral_id: str, reader: Reader, *, zone: ZoneInfo) -> Opened:
    """Read a referral and record that it was opened.

    Raises:
        NotFound: there is no such referral.
    """
    referral = session.get(Referral, referral_id)
    if referral is None:
        raise NotFound("There is no such referral.")
    audit.record(
        session,
        reader.staff_id,
        action="referral.opened",
        subject=("referral", referral_id),
        now=reader.now,
    )
    names = names_of(session)
    opened = Opened(referral, names.get(referral.owner or ""))
    opened.overdue = is_overdue(referral, reader.now)
    opened.allowed = allowed(State(referral.state))
    opened.loss_at = loss.told_by(session, {referral.person_id}).get(referral.person_id)
    try:
        box = people.box_for(session, reader.keyring, referral.person_id)
    except NotFound:
        opened.erased = True
        return opened
    record = record_of(referral, box)
    conversation = session.get(Conversation, referral.conversation_id)
    opened.safe = _safe(record, conversation, box)
    opened.unsafe = unsafe_routes(record)
    opened.own_words = record.reason or ""
    opened.told = _told(record, today=reader.now.astimezone(zone).date())
    opened.steps = _steps(session, referral, box, names)
    return opened


def unsafe_routes(record: Record) -> tuple[str, ...]:
    """The ways by which the parent must not be contacted: `call`, `text`, `voicemail`."""
    route = record.contact_route
    if route is None:
        return ()
    said = (("call", route.call), ("text", route.text), ("voicemail", route.voicemail))
    return tuple(name for name, ok in said if ok is False)


def _safe(record: Record, conversation: Conversation | None, box: Box) -> Facts:
    route = record.contact_route
    shared = YES_NO.get(record.phone_shared, "Not said: take it that they do")
    if record.shared_words:
        shared += f" ({record.shared_words})"
    return [
        ("Others see this phone", shared),
        ("Call", YES_NO.get(route.call if route else None, "Not said")),
        ("Text", YES_NO.get(route.text if route else None, "Not said")),
        ("Voicemail", YES_NO.get(route.voicemail if route else None, "Not said: leave none")),
        ("Number", _number(record, conversation, box)),
        ("Best time", record.best_time or "Not said"),
        ("Code word to say first", record.code_word or "None"),
    ]


def _number(record: Record, conversation: Conversation | None, box: Box) -> str:
    if record.phone is None:
        return "None given"
    if record.phone.number:
        return spoken(record.phone.number)
    if conversation is not None and conversation.channel == "sms" and conversation.address_sealed:
        return spoken(people.address_of(conversation, box))
    return "The one she wrote from"


def _told(record: Record, *, today: date) -> Facts:
    baby = baby_words(record.baby) if record.baby else None
    if record.baby and record.baby.birth_date:
        baby = f"{baby} ({age_words(record.baby.birth_date, today)} old today)"
    found: list[tuple[str, Any]] = [
        ("Name", record.name),
        ("Who they are", ROLE_WORDS.get(record.for_whom or "", record.for_whom)),
        ("Baby", baby),
        ("Postcode", record.postcode.text if record.postcode else None),
        ("District", record.postcode.district_name if record.postcode else None),
        ("Interpreter", record.interpreter),
        ("GP", record.gp),
        ("Email", record.email),
        ("Date of birth", record.date_of_birth.isoformat() if record.date_of_birth else None),
        ("Age given", str(record.writer_age) if record.writer_age else None),
        ("Parent agrees (told by somebody else)", YES_NO.get(record.parent_agrees)),
        ("Consent", YES_NO.get(record.consent)),
    ]
    found += [(name.replace("_", " ").capitalize(), words) for name, words in record.extra.items()]
    return [(name, str(words)) for name, words in found if words]


def _steps(session: Session, referral: Referral, box: Box, names: dict[str, str]) -> list[Step]:
    """Changes and attempts in one history, the latest first."""
    tried = store.attempts(session, referral.id)
    # An attempt also moves the state: its own row says more than the event of the same moment.
    told_better = {(attempt.staff_id, attempt.at) for attempt in tried}
    steps = [
        Step(
            event.at,
            names.get(event.actor, event.actor.capitalize()),
            event.event,
            event.to_state if event.to_state != event.from_state else None,
            _opened(box, "referral_events", "reason", event.id, event.reason_sealed),
            event.message_key,
        )
        for event in store.history(session, referral.id)
        if event.reason_sealed is not None or (event.actor, event.at) not in told_better
    ]
    steps += [
        Step(
            attempt.at,
            names.get(attempt.staff_id, "Former staff"),
            f"tried by {attempt.route}: {attempt.outcome}",
            None,
            _opened(box, "contact_attempts", "note", attempt.id, attempt.note_sealed),
        )
        for attempt in tried
    ]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _opened(box: Box, table: str, column: str, row_id: str, sealed: bytes | None) -> str:
    return "" if sealed is None else str(box.open(sealed, where=where(table, column, row_id)))
