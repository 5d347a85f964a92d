"""Marks several conversations as reviewed at once: what stood on the list, and nothing urgent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import InvalidInput, NotFound
from console import audit
from conversations import people
from conversations.tables import Flag


@dataclass(frozen=True)
class Ticked:
    """A conversation as it stood on the list, and its last message then."""

    conversation_id: str
    seen_seq: int


@dataclass(frozen=True)
class Marked:
    """How many were marked; the others changed meanwhile or have an open flag."""

    done: int
    left: int


def ticked(values: Sequence[str]) -> list[Ticked]:
    """Read what the form sends: `<id>:<seq>` for each tick.

    Raises:
        InvalidInput: nothing was ticked, or it is not what our page sends.
    """
    if not values:
        raise InvalidInput("Tick at least one conversation.", code="ticked")
    found = []
    for value in values[:200]:
        row_id, _, seq = value.partition(":")
        if not seq.isdigit():
            raise InvalidInput("Reload the page and try again.", code="ticked")
        found.append(Ticked(row_id, int(seq)))
    return found


def mark_reviewed(
    session: Session, chosen: Sequence[Ticked], *, staff_id: str, now: datetime
) -> Marked:
    """Mark those in which nothing came since and no flag is open; each is in the audit log."""
    flagged = set(
        session.scalars(
            select(Flag.conversation_id).where(
                Flag.conversation_id.in_([one.conversation_id for one in chosen]),
                Flag.acknowledged_at.is_(None),
            )
        )
    )
    done = 0
    for one in sorted(chosen, key=lambda c: c.conversation_id):
        try:
            row = people.lock(session, one.conversation_id)
        except NotFound:
            continue
        if row.next_seq - 1 > one.seen_seq or row.id in flagged:
            continue
        row.reviewed_at = now
        subject = ("conversation", row.id)
        audit.record(
            session, staff_id, action="conversation.reviewed", subject=subject, now=now,
            detail="in bulk",
        )  # fmt: skip
        done += 1
    return Marked(done, len(chosen) - done)
