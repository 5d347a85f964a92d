"""What a monitor may ask: numbers read from the database at each scrape, in Prometheus' format.

Read there, they are the same whichever process is asked and however many there are. No label is
a person, an address or a conversation; every label is of a closed set.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, make_asgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.bootstrap import House
from common.db import reading
from conversations.states import WAITING
from conversations.tables import Conversation, Flag, Inbound, Outbound, Task
from referrals.states import OPEN
from referrals.tables import Referral

PREFIX: Final = "first1001_"
LATELY: Final = timedelta(hours=1)
"""Over what the numbers of messages and turns go."""

_MOST_TURNS: Final = 2000
HELP: Final[Mapping[str, str]] = {
    "up": "1 where the database answers.",
    "assistant_up": "1 where an assistant answers.",
    "oldest_unanswered_seconds": "Age of the oldest message that has no outcome yet.",
    "unanswered": "Messages that have no outcome yet.",
    "oldest_unsent_seconds": "Age of the oldest reply that waits to be sent.",
    "unsent": "Replies that wait to be sent.",
    "received_lately": "Messages of the last hour, by channel.",
    "outcomes_lately": "What became of the messages of the last hour.",
    "failures_lately": "Turns of the last hour that failed and were tried again or given up.",
    "deliveries_lately": "Replies of the last hour, by channel and state.",
    "turn_seconds": "From the webhook to the outcome, messages of the last hour.",
    "flags_unacknowledged": "Flags that nobody has acknowledged, by tier.",
    "oldest_flag_seconds": "Age of the oldest of them, by tier.",
    "tasks_open": "Tasks that nobody has closed, by kind.",
    "handover_wait_seconds": "Age of the oldest open wish for a person or a call.",
    "referrals_overdue": "Open requests for help whose due date has passed.",
    "referrals_open": "Open requests for help.",
}
"""Metric, without the prefix -> what it is."""

_HANDOVER: Final = ("person_wanted", "call_back", "held_message")


def create(house: House, *, assistant_ready: Callable[[], str | None]) -> FastAPI:
    """An application that answers `GET /metrics` and nothing else."""
    registry = CollectorRegistry()
    registry.register(_Numbers(house, assistant_ready))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/metrics", make_asgi_app(registry))
    return app


class _Numbers(Collector):
    """Reads all numbers anew whenever it is asked."""

    def __init__(self, house: House, assistant_ready: Callable[[], str | None]) -> None:
        self._house = house
        self._assistant_ready = assistant_ready

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: what is registered is not read before somebody asks."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every metric; where the database is away only whether we are up."""
        yield _one("assistant_up", 1 if self._assistant_ready() else 0)
        try:
            with reading(self._house.ledger.sessions) as session:
                found = list(numbers(session, self._house.clock.now()))
        except SQLAlchemyError:
            yield _one("up", 0)
            return
        yield _one("up", 1)
        yield from found


def numbers(session: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    """All that the database knows.

    Args:
        session: only read from.
        now: aware.
    """
    yield from _queues(session, now)
    yield from _lately(session, now - LATELY)
    yield from _people(session, now)


def _queues(session: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    waiting = (
        select(func.count(), func.min(Inbound.received_at))
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .where(Inbound.outcome.is_(None), Conversation.turn_due_at.is_not(None))
    )
    count, oldest = session.execute(waiting).one()
    yield _one("unanswered", count)
    yield _one("oldest_unanswered_seconds", _age(oldest, now))
    unsent = (
        select(func.count(), func.min(Outbound.created_at))
        .join(Conversation, Conversation.id == Outbound.conversation_id)
        .where(Outbound.state.in_(WAITING), Conversation.send_due_at.is_not(None))
    )
    count, oldest = session.execute(unsent).one()
    yield _one("unsent", count)
    yield _one("oldest_unsent_seconds", _age(oldest, now))


def _lately(session: Session, since: datetime) -> Iterator[GaugeMetricFamily]:
    late = Inbound.received_at >= since
    yield _by(session, "received_lately", ["channel"], _grouped(Inbound.channel, where=late))
    ended = _grouped(Inbound.outcome, where=late & Inbound.outcome.is_not(None))
    yield _by(session, "outcomes_lately", ["outcome"], ended)
    failed = _grouped(Inbound.failure, where=late & Inbound.failure.is_not(None))
    yield _by(session, "failures_lately", ["failure"], failed)
    sent = _grouped(Outbound.channel, Outbound.state, where=Outbound.created_at >= since)
    yield _by(session, "deliveries_lately", ["channel", "state"], sent)
    yield _turns(session, since)


def _turns(session: Session, since: datetime) -> GaugeMetricFamily:
    query = (
        select(Inbound.received_at, Inbound.outcome_at)
        .where(Inbound.received_at >= since, Inbound.outcome_at.is_not(None))
        .order_by(Inbound.received_at.desc())
        .limit(_MOST_TURNS)
    )
    took = sorted((end - start).total_seconds() for start, end in session.execute(query) if end)
    family = _family("turn_seconds", ["quantile"])
    for quantile in ("0.5", "0.95") if took else ():
        family.add_metric([quantile], took[min(len(took) - 1, int(len(took) * float(quantile)))])
    return family


def _people(session: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    open_flags = _family("flags_unacknowledged", ["tier"])
    oldest_flag = _family("oldest_flag_seconds", ["tier"])
    flags = (
        select(Flag.tier, func.count(), func.min(Flag.raised_at))
        .where(Flag.acknowledged_at.is_(None), Flag.joins.is_(None))
        .group_by(Flag.tier)
    )
    found = {tier: (count, oldest) for tier, count, oldest in session.execute(flags)}
    for tier in ("now", "gentle"):
        count, oldest = found.get(tier, (0, None))
        open_flags.add_metric([tier], count)
        oldest_flag.add_metric([tier], _age(oldest, now))
    yield from (open_flags, oldest_flag)
    yield _by(session, "tasks_open", ["kind"], _grouped(Task.kind, where=Task.done_at.is_(None)))
    waits = select(func.min(Task.created_at)).where(
        Task.done_at.is_(None), Task.kind.in_(_HANDOVER)
    )
    yield _one("handover_wait_seconds", _age(session.scalar(waits), now))
    still_open = Referral.state.in_([state.value for state in OPEN])
    every = select(func.count()).select_from(Referral).where(still_open)
    yield _one("referrals_open", session.scalar(every) or 0)
    yield _one("referrals_overdue", session.scalar(every.where(Referral.due_at < now)) or 0)


def _grouped(*columns: Any, where: Any) -> Select[Any]:
    return select(*columns, func.count()).where(where).group_by(*columns)


def _by(session: Session, name: str, labels: list[str], query: Select[Any]) -> GaugeMetricFamily:
    family = _family(name, labels)
    for *values, count in session.execute(query):
        family.add_metric([str(value) for value in values], count)
    return family


def _family(name: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, HELP[name], labels=labels)


def _one(name: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, HELP[name], value=value)


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
