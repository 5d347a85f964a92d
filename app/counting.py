"""Counts for insight beside everything else, and gives its ids words."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from app.bootstrap import House
from common.db import Sessions, reading
from common.deployment import Deployment
from console.words import LANGUAGES, REFERRAL_STATES
from insight.counting import Calendar, Span, first_day, is_counted, recount_cohorts, recount_days
from insight.model import Names
from signposting import needs
from signposting.tables import ServiceRow

# A message that came late, or one that was still being sent when a day ended, is counted too.
_AGAIN = timedelta(days=2)
# What became of those who asked for help goes on changing for so long.
_COHORT = timedelta(days=120)
_PIECE = timedelta(days=28)


def counter(house: House) -> Callable[[], int]:
    """Counts the last days anew; the first time everything since the first conversation."""
    sessions, calendar = house.work_ledger.sessions, calendar_of(house.deployment)
    days = house.settings.retention_days

    def count() -> int:
        today = calendar.day(house.clock.now())
        back = _COHORT if days is None else min(_COHORT, timedelta(days=max(1, days - 1)))
        with reading(sessions) as session:
            begin = None if is_counted(session) else first_day(session, calendar)
        if begin is not None:
            return recount(sessions, calendar, Span(begin, today))
        with sessions.begin() as session:
            made = recount_days(session, calendar, Span(today - _AGAIN, today))
            return made + recount_cohorts(session, calendar, Span(today - back, today))

    return count


def recount(sessions: Sessions, calendar: Calendar, span: Span) -> int:
    """Count every day of a span, some weeks at a time; returns how many numbers there are."""
    made, first = 0, span.first
    while first <= span.last:
        piece = Span(first, min(span.last, first + _PIECE - timedelta(days=1)))
        with sessions.begin() as session:
            made += recount_days(session, calendar, piece)
            made += recount_cohorts(session, calendar, piece)
        first += _PIECE
    return made


def calendar_of(deployment: Deployment) -> Calendar:
    """The days and hours of a deployment's engagement team."""
    hours = deployment.teams["engagement"].hours

    def working_days(first: date, last: date) -> int:
        days = (first + timedelta(days=n) for n in range(1, max(0, (last - first).days) + 1))
        worked = {day for opening in hours.openings for day in opening.days}
        return sum(
            (hours.always or d.weekday() in worked) and not deployment.is_holiday(d) for d in days
        )

    return Calendar(
        zone=deployment.time_zone,
        is_open=lambda now: deployment.is_open("engagement", now),
        working_days=working_days,
    )


def names(house: House) -> Names:
    """Words for the ids that are counted, read from the directory as it is now."""
    with reading(house.ledger.sessions) as session:
        query = select(ServiceRow.slug, ServiceRow.name)
        services = {row.slug: row.name for row in session.execute(query)}
    said = {name: name.replace("_", " ").capitalize() for name in needs.load().by_id}
    return Names(
        topics={topic.id: topic.title for topic in house.topics.values()},
        needs={**said, "any": "Any help"},
        services=services,
        districts={**house.places.district_names(), "unknown": "Not known"},
        languages=LANGUAGES,
        states=REFERRAL_STATES,
    )
