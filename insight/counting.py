"""Counts what was, from the ledger and the referrals, and writes the numbers down by day.

It reads ids, times, codes and states only; nothing sealed is opened.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from conversations.states import Delivery
from conversations.tables import Conversation, Feedback, Flag, Inbound, Outbound
from insight.measures import STEP_KEYS, Measure, wait_class
from insight.tables import Count
from referrals.tables import ContactAttempt, Referral

Tally = Counter[tuple[Measure, date, str]]
_NEVER_WENT: Final = (Delivery.CANCELLED, Delivery.NOT_SENDABLE)
_BY_COHORT: Final = (Measure.STEP, Measure.FIRST_CONTACT, Measure.OUTCOME)
"""What a day's number goes on changing after the day."""


@dataclass(frozen=True)
class Calendar:
    """The deployment's own time.

    Attributes:
        zone: in which a day begins at midnight.
        is_open: whether the team is at work at an aware time.
        working_days: whole working days between two dates, 0 for the same day.
    """

    zone: ZoneInfo
    is_open: Callable[[datetime], bool]
    working_days: Callable[[date, date], int]

    def day(self, moment: datetime) -> date:
        """The day of an aware time."""
        return moment.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        """The first moment of a day."""
        return datetime.combine(day, time.min, tzinfo=self.zone)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both in."""

    first: date
    last: date

    def weeks(self) -> "Span":
        """The same, widened to whole weeks from Monday."""
        first = self.first - timedelta(days=self.first.weekday())
        return Span(first, self.last + timedelta(days=6 - self.last.weekday()))


def first_day(session: Session, calendar: Calendar) -> date | None:
    """The day of the first conversation; None where there is none yet."""
    found = session.scalar(select(func.min(Conversation.created_at)))
    return None if found is None else calendar.day(found)


def is_counted(session: Session) -> bool:
    """Whether anything was counted before."""
    return session.scalar(select(Count.number).limit(1)) is not None


def recount_days(session: Session, calendar: Calendar, span: Span) -> int:
    """Count the days anew, but for what is counted by cohort; returns how many numbers there are.

    What is counted by the week is counted for each week that the span touches.
    """
    tally: Tally = Counter()
    for part in (_heard, _said, _began, _flagged, _rated, _referred):
        tally.update(part(session, calendar, span))
    measures = {m for m in Measure if m not in _BY_COHORT and m is not Measure.REACHED}
    weeks = span.weeks()
    return _write(session, measures, span, tally) + _write(
        session, {Measure.REACHED}, weeks, Counter(_reached(session, calendar, weeks))
    )


def recount_cohorts(session: Session, calendar: Calendar, span: Span) -> int:
    """Count anew what became of those who began in these days."""
    tally: Tally = Counter()
    tally.update(_steps(session, calendar, span))
    tally.update(_became(session, calendar, span))
    return _write(session, set(_BY_COHORT), span, tally)


def _write(
    session: Session, measures: Iterable[Measure], span: Span, tally: Mapping[Any, int]
) -> int:
    session.execute(
        delete(Count).where(
            Count.measure.in_(sorted(measures)), Count.day.between(span.first, span.last)
        )
    )
    rows = [
        {"measure": measure, "day": day, "key": key[:96], "number": number}
        for (measure, day, key), number in tally.items()
        if span.first <= day <= span.last
    ]
    if rows:
        session.execute(insert(Count), rows)
    return len(rows)


def _within(column: Any, calendar: Calendar, span: Span) -> Any:
    return column.between(
        calendar.begins(span.first), calendar.begins(span.last + timedelta(days=1))
    )


def _heard(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    query = select(Inbound.received_at, Inbound.channel).where(
        _within(Inbound.received_at, calendar, span)
    )
    for at, channel in session.execute(query):
        day = calendar.day(at)
        yield Measure.RECEIVED, day, channel
        yield Measure.HOUR, day, "open" if calendar.is_open(at) else "closed"


def _reached(session: Session, calendar: Calendar, weeks: Span) -> Iterator[Any]:
    query = (
        select(Inbound.received_at, Inbound.channel, Conversation.person_id)
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .where(_within(Inbound.received_at, calendar, weeks))
    )
    seen = set()
    for at, channel, person_id in session.execute(query):
        day = calendar.day(at)
        seen.add((day - timedelta(days=day.weekday()), channel, person_id))
    for monday, channel, _ in seen:
        yield Measure.REACHED, monday, channel


def _said(session: Session, calendar: Calendar, span: Span) -> Tally:
    query = select(
        Outbound.created_at, Outbound.channel, Outbound.segments, Outbound.about, Outbound.state
    ).where(_within(Outbound.created_at, calendar, span))
    tally: Tally = Counter()
    for at, channel, segments, about, state in session.execute(query):
        if state in _NEVER_WENT:
            continue
        day = calendar.day(at)
        tally[Measure.SENT, day, channel] += 1
        if segments:
            tally[Measure.SEGMENTS, day, channel] += segments
        for measure, key in _about(about or {}):
            tally[measure, day, key] += 1
    return tally


def _about(about: Mapping[str, Any]) -> Iterator[tuple[Measure, str]]:
    if "topic" in about:
        yield Measure.TOPIC, str(about["topic"])
    if "need" in about:
        yield Measure.SEARCH, str(about["need"])
        if not about.get("local"):
            place = (str(about[name]) for name in ("need", "stage", "district"))
            yield Measure.GAP, "|".join(place)
        for slug in about.get("services") or ():
            yield Measure.SIGNPOSTED, str(slug)


def _began(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    query = select(Conversation.created_at, Conversation.channel, Conversation.language).where(
        _within(Conversation.created_at, calendar, span)
    )
    for at, channel, language in session.execute(query):
        yield Measure.NEW_PEOPLE, calendar.day(at), channel
        yield Measure.LANGUAGE, calendar.day(at), language


def _flagged(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    query = select(Flag.raised_at, Flag.tier).where(
        _within(Flag.raised_at, calendar, span), Flag.joins.is_(None)
    )
    for at, tier in session.execute(query):
        yield Measure.FLAG, calendar.day(at), tier


def _rated(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    query = select(Feedback.given_at, Feedback.useful).where(
        _within(Feedback.given_at, calendar, span)
    )
    for at, useful in session.execute(query):
        yield Measure.FEEDBACK, calendar.day(at), "useful" if useful else "not_useful"


def _referred(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    query = select(
        Referral.created_at,
        Referral.kind,
        Referral.source_of_referral,
        Referral.baby_stage,
        Referral.district,
    ).where(_within(Referral.created_at, calendar, span))
    for at, kind, source, stage, district in session.execute(query):
        day = calendar.day(at)
        yield Measure.REFERRAL, day, kind
        if kind == "referral":
            yield Measure.SOURCE, day, source
            yield Measure.AGE, day, stage or "unknown"
            yield Measure.DISTRICT, day, district or "unknown"


def _steps(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    within = _within(Conversation.created_at, calendar, span)
    query = select(Conversation.id, Conversation.created_at).where(within)
    began = {row.id: row.created_at for row in session.execute(query)}
    for at in began.values():
        yield Measure.STEP, calendar.day(at), "wrote"
    said = (
        select(Outbound.conversation_id, Outbound.message_key)
        .join(Conversation, Conversation.id == Outbound.conversation_id)
        .where(within, Outbound.message_key.like("%utter_referral_%"))
        .distinct()
    )
    reached = {
        (conversation_id, STEP_KEYS[one])
        for conversation_id, key in session.execute(said)
        for one in key.split("+")
        if one in STEP_KEYS
    }
    for conversation_id, step in reached:
        yield Measure.STEP, calendar.day(began[conversation_id]), step


def _became(session: Session, calendar: Calendar, span: Span) -> Iterator[Any]:
    tried = (
        select(ContactAttempt.referral_id, func.min(ContactAttempt.at).label("at"))
        .group_by(ContactAttempt.referral_id)
        .subquery()
    )
    query = (
        select(Referral.created_at, Referral.state, tried.c.at)
        .join(tried, tried.c.referral_id == Referral.id, isouter=True)
        .where(_within(Referral.created_at, calendar, span))
    )
    for at, state, first in session.execute(query):
        day = calendar.day(at)
        waited = None if first is None else calendar.working_days(day, calendar.day(first))
        yield Measure.FIRST_CONTACT, day, wait_class(waited)
        yield Measure.OUTCOME, day, state
