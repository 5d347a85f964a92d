"""The queue of conversations, what needs a person first; reads states and times, never words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from console.tables import Seen, Staff
from conversations.states import Holder, Outcome, Route
from conversations.tables import Conversation, Flag, Inbound, Outbound, Task

PAGE: Final = 50
STATES: Final[Mapping[str, str]] = {
    "waiting": "Waiting for a person",
    "held": "Held by a person",
    "to_review": "Not reviewed",
    "reviewed": "Reviewed",
    "stopped": "Cannot be reached",
}
FLAGGED: Final[Mapping[str, str]] = {
    "now": "Urgent, not acknowledged",
    "open": "Any, not acknowledged",
    "any": "Ever flagged",
}
_UNANSWERED: Final = (Outcome.FAILED_WITH_FALLBACK, Outcome.HELD_BY_PERSON)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None is everything."""

    channel: str | None = None
    flagged: str | None = None
    state: str | None = None


@dataclass(frozen=True)
class Row:
    """A conversation in the list.

    Attributes:
        urgent: unacknowledged flags of tier `now`; `gentle`: of the other tier.
        waiting_since: when the oldest message came that no one answered.
        unseen: messages since this member of staff last looked; None where they never did.
    """

    conversation: Conversation
    urgent: int
    gentle: int
    classes: tuple[str, ...]
    waiting_since: datetime | None
    tasks: int
    unseen: int | None
    holder_name: str | None

    @property
    def to_review(self) -> bool:
        """Whether the parent wrote after the last review."""
        c = self.conversation
        return c.last_inbound_at is not None and (
            c.reviewed_at is None or c.last_inbound_at > c.reviewed_at
        )


@dataclass(frozen=True)
class _Parts:
    flags: Subquery
    waiting: Subquery
    tasks: Subquery


def _flags() -> Subquery:
    urgent = func.sum(case((Flag.tier == "now", 1), else_=0))
    return (
        select(
            Flag.conversation_id.label("id"),
            urgent.label("urgent"),
            (func.count() - urgent).label("gentle"),
        )
        .where(Flag.acknowledged_at.is_(None), Flag.joins.is_(None))
        .group_by(Flag.conversation_id)
        .subquery()
    )


def _waiting() -> Subquery:
    answered = (
        select(func.max(Outbound.seq))
        .where(Outbound.conversation_id == Inbound.conversation_id, Outbound.origin == "staff")
        .correlate(Inbound)
        .scalar_subquery()
    )
    return (
        select(Inbound.conversation_id.label("id"), func.min(Inbound.received_at).label("since"))
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .where(
            or_(Inbound.outcome.is_(None), Inbound.outcome.in_(_UNANSWERED)),
            or_(
                Conversation.reviewed_at.is_(None),
                Inbound.received_at > Conversation.reviewed_at,
            ),
            Inbound.seq > func.coalesce(answered, 0),
        )
        .group_by(Inbound.conversation_id)
        .subquery()
    )


def _tasks() -> Subquery:
    return (
        select(Task.conversation_id.label("id"), func.count().label("n"))
        .where(Task.done_at.is_(None))
        .group_by(Task.conversation_id)
        .subquery()
    )


def _to_review() -> ColumnElement[bool]:
    return and_(
        Conversation.last_inbound_at.is_not(None),
        or_(
            Conversation.reviewed_at.is_(None),
            Conversation.last_inbound_at > Conversation.reviewed_at,
        ),
    )


def _conditions(filters: Filters, parts: _Parts) -> list[ColumnElement[bool]]:
    needs_person = or_(parts.waiting.c.since.is_not(None), parts.tasks.c.n > 0)
    states: Mapping[str, ColumnElement[bool]] = {
        "waiting": needs_person,
        "held": Conversation.holder == Holder.PERSON,
        "to_review": _to_review(),
        "reviewed": ~_to_review(),
        "stopped": Conversation.route != Route.OPEN,
    }
    flagged: Mapping[str, ColumnElement[bool]] = {
        "now": parts.flags.c.urgent > 0,
        "open": parts.flags.c.id.is_not(None),
        "any": Conversation.id.in_(select(Flag.conversation_id)),
    }
    found: list[ColumnElement[bool]] = []
    if filters.channel is not None:
        found.append(Conversation.channel == filters.channel)
    if filters.state is not None and filters.state in states:
        found.append(states[filters.state])
    if filters.flagged is not None and filters.flagged in flagged:
        found.append(flagged[filters.flagged])
    return found


def _joined(selected: Select[Any], parts: _Parts) -> Select[Any]:
    return (
        selected.select_from(Conversation)
        .outerjoin(parts.flags, parts.flags.c.id == Conversation.id)
        .outerjoin(parts.waiting, parts.waiting.c.id == Conversation.id)
        .outerjoin(parts.tasks, parts.tasks.c.id == Conversation.id)
    )


def _order(parts: _Parts) -> tuple[ColumnElement[Any], ...]:
    rank = case(
        (func.coalesce(parts.flags.c.urgent, 0) > 0, 0),
        (or_(parts.waiting.c.since.is_not(None), parts.tasks.c.n > 0), 1),
        else_=2,
    )
    return rank.asc(), Conversation.last_activity_at.desc(), Conversation.id.desc()


def rows(
    session: Session, filters: Filters, *, staff_id: str, page: int = 1, most: int = PAGE
) -> list[Row]:
    """One page of the queue: urgent flags, then whoever waits for a person, then the latest."""
    parts = _Parts(_flags(), _waiting(), _tasks())
    found = session.execute(
        _joined(
            select(
                Conversation,
                parts.flags.c.urgent,
                parts.flags.c.gentle,
                parts.waiting.c.since,
                parts.tasks.c.n,
                Seen.seq,
                Staff.name,
            ),
            parts,
        )
        .outerjoin(Seen, and_(Seen.conversation_id == Conversation.id, Seen.staff_id == staff_id))
        .outerjoin(Staff, Staff.id == Conversation.held_by)
        .where(*_conditions(filters, parts))
        .order_by(*_order(parts))
        .limit(most)
        .offset((page - 1) * most)
    ).all()
    classes = _classes(session, [row[0].id for row in found])
    return [
        Row(
            conversation=conversation,
            urgent=urgent or 0,
            gentle=gentle or 0,
            classes=classes.get(conversation.id, ()),
            waiting_since=since,
            tasks=tasks or 0,
            unseen=None if seen is None else max(0, conversation.next_seq - 1 - seen),
            holder_name=holder,
        )
        for conversation, urgent, gentle, since, tasks, seen, holder in found
    ]


def total(session: Session, filters: Filters) -> int:
    """How many conversations the filters leave: the same conditions as `rows`."""
    parts = _Parts(_flags(), _waiting(), _tasks())
    counted = _joined(select(func.count()), parts).where(*_conditions(filters, parts))
    return session.scalar(counted) or 0


def next_after(session: Session, conversation_id: str, *, staff_id: str) -> str | None:
    """The first conversation of the queue, but this one, that nobody has reviewed."""
    queue = rows(session, Filters(state="to_review"), staff_id=staff_id, most=2)
    return next((r.conversation.id for r in queue if r.conversation.id != conversation_id), None)


def _classes(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The classes of the open flags of these conversations, urgent ones first."""
    if not ids:
        return {}
    flags = session.execute(
        select(Flag.conversation_id, Flag.classes)
        .where(Flag.conversation_id.in_(ids), Flag.acknowledged_at.is_(None))
        .order_by(case((Flag.tier == "now", 0), else_=1), Flag.raised_at)
    )
    found: dict[str, dict[str, None]] = {}
    for conversation_id, classes in flags:
        found.setdefault(conversation_id, {}).update(dict.fromkeys(classes))
    return {key: tuple(value) for key, value in found.items()}
