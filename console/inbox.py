"""The queue of conversations, what needs a person first; reads states and times, never words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from console.tables import Seen, Staff
from conversations.states import Holder, Outcome, Route
from conversations.tables import Conversation, Feedback, Flag, Inbound, Outbound, Task
from referrals.tables import Referral

PAGE: Final = 50
# SQLite takes 32,766 values in one statement.
_CHUNK: Final = 10_000
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
ANSWERS: Final[Mapping[str, str]] = {
    "not_useful": "Parent said: not useful",
    "not_understood": "Not understood",
    "referral": "Asked for help",
}
# What we say where a message was not understood.
_NOT_UNDERSTOOD: Final = ("utter_fallback", "utter_fallback_again", "utter_did_you_mean")
_UNANSWERED: Final = (Outcome.FAILED_WITH_FALLBACK, Outcome.HELD_BY_PERSON)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None is everything."""

    channel: str | None = None
    flagged: str | None = None
    state: str | None = None
    language: str | None = None
    stage: str | None = None
    topic: str | None = None
    answer: str | None = None
    since: date | None = None
    until: date | None = None


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


def _open_flags() -> Select[str]:
    return select(Flag.conversation_id).where(Flag.acknowledged_at.is_(None), Flag.joins.is_(None))


def _waiting() -> Select[str, datetime]:
    """Conversation and oldest message that waits: after the last review and staff's last word."""
    answered = (
        select(func.max(Outbound.seq))
        .where(Outbound.conversation_id == Inbound.conversation_id, Outbound.origin == "staff")
        .correlate(Inbound)
        .scalar_subquery()
    )
    return (
        select(Inbound.conversation_id, func.min(Inbound.received_at))
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
    )


def _open_tasks() -> Select[str]:
    return select(Task.conversation_id).where(Task.done_at.is_(None))


def _to_review() -> ColumnElement[bool]:
    return and_(
        Conversation.last_inbound_at.is_not(None),
        or_(
            Conversation.reviewed_at.is_(None),
            Conversation.last_inbound_at > Conversation.reviewed_at,
        ),
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    waiting = _waiting().subquery()
    states: Mapping[str, ColumnElement[bool]] = {
        "waiting": or_(
            Conversation.id.in_(select(waiting.c.conversation_id)),
            Conversation.id.in_(_open_tasks()),
        ),
        "held": Conversation.holder == Holder.PERSON,
        "to_review": _to_review(),
        "reviewed": ~_to_review(),
        "stopped": Conversation.route != Route.OPEN,
    }
    flagged: Mapping[str, ColumnElement[bool]] = {
        "now": Conversation.id.in_(_open_flags().where(Flag.tier == "now")),
        "open": Conversation.id.in_(_open_flags()),
        "any": Conversation.id.in_(select(Flag.conversation_id)),
    }
    answers: Mapping[str, ColumnElement[bool]] = {
        "not_useful": Conversation.id.in_(
            select(Feedback.conversation_id).where(Feedback.useful.is_(False))
        ),
        "not_understood": Conversation.id.in_(
            select(Outbound.conversation_id).where(Outbound.message_key.in_(_NOT_UNDERSTOOD))
        ),
        "referral": Conversation.id.in_(select(Referral.conversation_id)),
    }
    found = _plain(filters)
    if filters.answer is not None and filters.answer in answers:
        found.append(answers[filters.answer])
    if filters.state is not None and filters.state in states:
        found.append(states[filters.state])
    if filters.flagged is not None and filters.flagged in flagged:
        found.append(flagged[filters.flagged])
    return found


def _plain(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions on the conversation's own columns."""
    found: list[ColumnElement[bool]] = [
        column == wanted
        for column, wanted in (
            (Conversation.channel, filters.channel),
            (Conversation.language, filters.language),
            (Conversation.stage, filters.stage),
            (Conversation.last_topic, filters.topic),
        )
        if wanted is not None
    ]
    if filters.since is not None:
        found.append(Conversation.last_activity_at >= _midnight(filters.since))
    if filters.until is not None:
        end = _midnight(filters.until + timedelta(days=1))
        found.append(Conversation.last_activity_at < end)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


@dataclass(frozen=True)
class _Attention:
    """What needs a person: few rows beside all conversations, so they are held in memory."""

    urgent: Mapping[str, int]
    gentle: Mapping[str, int]
    waiting: Mapping[str, datetime]
    tasks: Mapping[str, int]

    def rank(self, conversation_id: str) -> int:
        """0 urgent, 1 waits for a person, 2 neither."""
        if conversation_id in self.urgent:
            return 0
        return 1 if conversation_id in self.waiting or conversation_id in self.tasks else 2

    def ids(self) -> list[str]:
        """Everybody of rank 0 and 1."""
        return sorted({*self.urgent, *self.waiting, *self.tasks})


def _attention(session: Session) -> _Attention:
    return _Attention(
        urgent=Counter(session.scalars(_open_flags().where(Flag.tier == "now"))),
        gentle=Counter(session.scalars(_open_flags().where(Flag.tier != "now"))),
        waiting={row[0]: row[1] for row in session.execute(_waiting())},
        tasks=Counter(session.scalars(_open_tasks())),
    )


def _ids_of_page(
    session: Session, filters: Filters, attention: _Attention, *, start: int, most: int
) -> list[str]:
    """Rank decides among the few that need a person; the rest follows the latest activity."""
    conditions, needing = _conditions(filters), attention.ids()
    first: list[tuple[int, float, str]] = []
    for at in range(0, len(needing), _CHUNK):
        chosen = select(Conversation.id, Conversation.last_activity_at).where(
            Conversation.id.in_(needing[at : at + _CHUNK]), *conditions
        )
        first += [
            (-attention.rank(key), moment.timestamp(), key)
            for key, moment in session.execute(chosen)
        ]
    first.sort(reverse=True)
    ids = [key for _, _, key in first[start : start + most]]
    if len(ids) < most:
        skipped = max(0, start - len(first))
        wanted = skipped + most - len(ids)
        latest = session.scalars(
            select(Conversation.id)
            .where(*conditions)
            .order_by(Conversation.last_activity_at.desc(), Conversation.id.desc())
            .limit(wanted + len(first))
        )
        ids += [key for key in latest if attention.rank(key) == 2][skipped:wanted]
    return ids


def rows(
    session: Session, filters: Filters, *, staff_id: str, page: int = 1, most: int = PAGE
) -> list[Row]:
    """One page of the queue: urgent flags, then whoever waits for a person, then the latest."""
    attention = _attention(session)
    ids = _ids_of_page(session, filters, attention, start=(page - 1) * most, most=most)
    seen = and_(Seen.conversation_id == Conversation.id, Seen.staff_id == staff_id)
    found = {
        conversation.id: (conversation, seq, holder)
        for conversation, seq, holder in session.execute(
            select(Conversation, Seen.seq, Staff.name)
            .outerjoin(Seen, seen)
            .outerjoin(Staff, Staff.id == Conversation.held_by)
            .where(Conversation.id.in_(ids))
        )
    }
    classes = _classes(session, ids)
    return [
        Row(
            conversation=conversation,
            urgent=attention.urgent.get(key, 0),
            gentle=attention.gentle.get(key, 0),
            classes=classes.get(key, ()),
            waiting_since=attention.waiting.get(key),
            tasks=attention.tasks.get(key, 0),
            unseen=None if seq is None else max(0, conversation.next_seq - 1 - seq),
            holder_name=holder,
        )
        for key, (conversation, seq, holder) in ((key, found[key]) for key in ids)
    ]


def total(session: Session, filters: Filters) -> int:
    """How many conversations the filters leave: the same conditions as `rows`."""
    counted = select(func.count()).select_from(Conversation).where(*_conditions(filters))
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
