"""Opens one conversation for staff: both sides in order, and what stands beside each message.

Opening is recorded in the same transaction as the reading; nothing else is changed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.crypto import Box, Keyring
from common.errors import NotFound
from console import audit
from console.messages import FlagView, Message, from_parent, from_us
from console.tables import Note, ScreenMark, Seen, Staff
from conversations import flags as ledger_flags
from conversations import people, tasks
from conversations.tables import Conversation, Feedback, Flag, Inbound, Outbound, Task, where
from referrals.tables import Referral

PAGE: Final = 100


@dataclass(frozen=True)
class NoteView:
    """A note of staff, opened."""

    row: Note
    text: str
    staff_name: str


@dataclass
class Opened:
    """A conversation as it stands on the page.

    Attributes:
        erased: the person's key is gone: only ids and times are left.
        earlier: the sequence number before which older messages lie, None where there are none.
        seen_seq: up to where this member of staff had read before.
    """

    conversation: Conversation
    holder_name: str | None
    erased: bool
    messages: list[Message] = field(default_factory=list)
    notes: list[NoteView] = field(default_factory=list)
    flags: list[FlagView] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    marks: Mapping[str, ScreenMark] = field(default_factory=dict)
    loss_by_name: str | None = None
    earlier: int | None = None
    seen_seq: int = 0
    total: int = 0


@dataclass(frozen=True)
class Reader:
    """Who opens, when, and how it is recorded."""

    staff_id: str
    keyring: Keyring
    now: datetime
    action: str = "conversation.opened"


def open_conversation(
    session: Session, conversation_id: str, reader: Reader, *, before: int | None = None
) -> Opened:
    """Read a page of a conversation and record that it was opened.

    Args:
        session: a writing transaction; the audit row and the reading share it.
        conversation_id: which.
        reader: who.
        before: only messages before this sequence number; None for the newest.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = get(session, conversation_id)
    audit.record(
        session,
        reader.staff_id,
        action=reader.action,
        subject=("conversation", conversation_id),
        now=reader.now,
    )
    names = _names(session)
    opened = Opened(
        conversation,
        holder_name=names.get(conversation.held_by or ""),
        loss_by_name=names.get(conversation.loss_by or ""),
        erased=False,
        tasks=tasks.open_tasks(session, conversation_id),
        seen_seq=_mark_seen(session, conversation, reader) if before is None else 0,
        total=conversation.next_seq - 1,
    )
    opened.feedback = list(
        session.scalars(select(Feedback).where(Feedback.conversation_id == conversation_id))
    )
    opened.referrals = list(
        session.scalars(
            select(Referral)
            .where(Referral.conversation_id == conversation_id)
            .order_by(Referral.created_at.desc())
        )
    )
    try:
        box = people.box_for(session, reader.keyring, conversation.person_id)
    except NotFound:
        opened.erased = True
        return opened
    _fill(session, opened, box, names, before=before)
    return opened


def get(session: Session, conversation_id: str) -> Conversation:
    """The conversation.

    Raises:
        NotFound: there is none of that id.
    """
    row = session.get(Conversation, conversation_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


def version(session: Session, conversation_id: str) -> str:
    """Changes when anything on the conversation's page changes; opens no words."""
    states = session.execute(
        select(Outbound.state, func.count())
        .where(Outbound.conversation_id == conversation_id)
        .group_by(Outbound.state)
        .order_by(Outbound.state)
    ).all()
    settled = session.scalar(
        select(func.count()).where(
            Inbound.conversation_id == conversation_id, Inbound.outcome.is_not(None)
        )
    )
    flags = session.scalar(
        select(func.count(Flag.acknowledged_at)).where(Flag.conversation_id == conversation_id)
    )
    row = get(session, conversation_id)
    told = f"{row.loss_at}{row.loss_surviving}{row.young}{row.privacy}"
    counts = "-".join(f"{state}{n}" for state, n in states)
    return f"{row.next_seq}.{row.holder}.{row.held_by}.{counts}.{settled}.{flags}.{told}"


def _mark_seen(session: Session, conversation: Conversation, reader: Reader) -> int:
    last = conversation.next_seq - 1
    seen = session.get(Seen, (reader.staff_id, conversation.id))
    if seen is None:
        session.add(
            Seen(
                staff_id=reader.staff_id,
                conversation_id=conversation.id,
                seq=last,
                at=reader.now,
            )
        )
        return 0
    before, seen.seq, seen.at = seen.seq, last, reader.now
    return before


def _names(session: Session) -> dict[str, str]:
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name))}


def _fill(
    session: Session,
    opened: Opened,
    box: Box,
    names: Mapping[str, str],
    *,
    before: int | None,
) -> None:
    conversation_id = opened.conversation.id
    upper = opened.conversation.next_seq if before is None else before
    lower = max(1, upper - PAGE)
    opened.earlier = lower if lower > 1 else None
    opened.flags = _flags(session, conversation_id, box, names)
    by_message = {flag.row.inbound_id: flag for flag in opened.flags}
    inbound = session.scalars(
        select(Inbound).where(
            Inbound.conversation_id == conversation_id,
            Inbound.seq >= lower,
            Inbound.seq < upper,
        )
    )
    outbound = session.scalars(
        select(Outbound).where(
            Outbound.conversation_id == conversation_id,
            Outbound.seq >= lower,
            Outbound.seq < upper,
        )
    )
    messages = [from_parent(row, box, by_message.get(row.id)) for row in inbound]
    messages += [from_us(row, box, names) for row in outbound]
    opened.messages = sorted(messages, key=lambda m: m.seq)
    opened.notes = _notes(session, conversation_id, box, names)
    opened.marks = {
        mark.inbound_id: mark
        for mark in session.scalars(
            select(ScreenMark).where(ScreenMark.conversation_id == conversation_id)
        )
    }


def _flags(
    session: Session, conversation_id: str, box: Box, names: Mapping[str, str]
) -> list[FlagView]:
    found = session.scalars(
        select(Flag).where(Flag.conversation_id == conversation_id).order_by(Flag.raised_at.desc())
    )
    return [
        FlagView(flag, ledger_flags.evidence(flag, box), names.get(flag.acknowledged_by or ""))
        for flag in found
    ]


def _notes(
    session: Session, conversation_id: str, box: Box, names: Mapping[str, str]
) -> list[NoteView]:
    found = session.scalars(
        select(Note)
        .where(Note.conversation_id == conversation_id)
        .order_by(Note.written_at.desc())
    )
    return [
        NoteView(
            note,
            str(box.open(note.body_sealed, where=where("notes", "body", note.id))),
            names.get(note.staff_id, "Former staff"),
        )
        for note in found
    ]
