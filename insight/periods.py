"""Weeks, months and quarters of a span, and what was counted in them; draws nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from insight.counting import Span
from insight.measures import Measure
from insight.tables import Activity, Count


def quarter(day: date) -> str:
    """The quarter of a year: `2026 Q3`."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def week(day: date) -> str:
    """The Monday of the week: `3 Aug 26`."""
    monday = day - timedelta(days=day.weekday())
    return f"{monday.day} {monday:%b %y}"


def month(day: date) -> str:
    """`Aug 2026`."""
    return f"{day:%b %Y}"


def year(day: date) -> str:
    """`2026`."""
    return str(day.year)


def period_for(span: Span) -> Callable[[date], str]:
    """Weeks for up to half a year, months for up to three years, then quarters."""
    days = (span.last - span.first).days
    if days <= 190:
        return week
    return month if days <= 3 * 366 else quarter


def periods(span: Span, of: Callable[[date], str]) -> list[str]:
    """Every period of the span in its order, also those in which nothing was."""
    days = (span.last - span.first).days + 1
    return list(dict.fromkeys(of(span.first + timedelta(days=n)) for n in range(days)))


class Counted:
    """The counts and entries of a span, added up as asked."""

    def __init__(self, session: Session, span: Span) -> None:
        self.span = span
        self.counts = session.execute(
            select(Count.measure, Count.day, Count.key, Count.number).where(
                Count.day.between(span.first, span.last)
            )
        ).all()
        self.entries = session.execute(
            select(
                Activity.kind, Activity.day, Activity.number, Activity.profession, Activity.stage
            ).where(Activity.day.between(span.first, span.last), Activity.taken_back_at.is_(None))
        ).all()

    def total(self, measure: Measure, *keys: str) -> int:
        """Of a measure, or of some keys of it."""
        return sum(n for m, _, k, n in self.counts if m == measure and (not keys or k in keys))

    def entered(self, kind: str) -> int:
        """The sum of the entries of a kind."""
        return sum(n for k, _, n, _, _ in self.entries if k == kind)

    def by_key(self, measure: Measure) -> Counter[str]:
        """Key -> number over the span."""
        found: Counter[str] = Counter()
        for m, _, key, number in self.counts:
            if m == measure:
                found[key] += number
        return found

    def by_period(self, measure: Measure, of: Callable[[date], str]) -> Counter[tuple[str, str]]:
        """(period, key) -> number."""
        found: Counter[tuple[str, str]] = Counter()
        for m, day, key, number in self.counts:
            if m == measure:
                found[of(day), key] += number
        return found
