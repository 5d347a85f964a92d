"""Finds who waits for a person too long; reads rows and times, writes and sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from alerts.model import Cover
from alerts.tables import AlertNotice
from conversations.states import Holder, Origin, Outcome
from conversations.tables import Conversation, Inbound, Outbound, Task

AT_ONCE = 100


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits: for what (a key of `alerts.model.WAITS`), which row, since when."""

    kind: str
    about_id: str
    conversation_id: str
    since: datetime


Source = Callable[[Session], Iterable[Waiting]]


def overdue(
    found: Iterable[Waiting], *, now: datetime, cover: Cover, after: Mapping[str, timedelta]
) -> list[Waiting]:
    """Who has waited longer than their kind may, counted in time of cover; pure.

    Nobody is told outside cover: what became overdue at its very end is told when it next begins.
    """
    if not cover.covers(now):
        return []
    return [
        one
        for one in found
        if now - one.since >= after[one.kind] and cover.covered(one.since, now) >= after[one.kind]
    ]


def untold(kind: str, about: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that nobody was told of this row yet."""
    told = and_(AlertNotice.kind == kind, AlertNotice.about_id == about)
    return ~exists().where(told)


def in_tasks(session: Session) -> list[Waiting]:
    """Open tasks that a parent waits for: the oldest first."""
    found: list[Waiting] = []
    for kind in ("person_wanted", "call_back", "look_at"):
        rows = session.scalars(
            select(Task)
            .where(Task.kind == kind, Task.done_at.is_(None), untold(kind, Task.__table__.c.id))
            .order_by(Task.created_at)
            .limit(AT_ONCE)
        )
        found += [Waiting(kind, row.id, row.conversation_id, row.created_at) for row in rows]
    return found


def held_and_silent(session: Session) -> list[Waiting]:
    """In each held conversation the first message that its holder has not answered."""
    answered = (
        select(func.max(Outbound.seq))
        .where(
            Outbound.conversation_id == Inbound.conversation_id, Outbound.origin == Origin.STAFF
        )
        .correlate(Inbound)
        .scalar_subquery()
    )
    rows = session.scalars(
        select(Inbound)
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .where(
            Conversation.holder == Holder.PERSON,
            Inbound.outcome == Outcome.HELD_BY_PERSON,
            Inbound.received_at >= Conversation.held_at,
            Inbound.seq > func.coalesce(answered, 0),
        )
        .order_by(Inbound.received_at)
    )
    first: dict[str, Inbound] = {}
    for row in rows:
        first.setdefault(row.conversation_id, row)
    told = set(
        session.scalars(
            select(AlertNotice.about_id).where(
                AlertNotice.kind == "held_message",
                AlertNotice.about_id.in_([row.id for row in first.values()]),
            )
        )
    )
    return [
        Waiting("held_message", row.id, row.conversation_id, row.received_at)
        for row in first.values()
        if row.id not in told
    ]
