"""When a referral is due by a team's working days and hours; pure, given the calendar."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from common.opening_hours import OpeningHours


def due_at(
    start: datetime, working_days: int, *, hours: OpeningHours, closed: Callable[[date], bool]
) -> datetime:
    """The moment by which something that may take `working_days` has to be done.

    A working day is a day on which the team works at all. What comes in while they work counts
    from that day, what comes in later from the next; the due moment is the end of the last day.

    Args:
        start: aware local time.
        working_days: at least 1.
        closed: whether a date is a holiday or closure.
    """
    day, left = start.date(), working_days
    if not _works(day, hours, closed) or start.timetz().replace(tzinfo=None) >= _end(day, hours):
        day = _next(day, hours, closed)
    for _ in range(left):
        day = _next(day, hours, closed)
    return datetime.combine(day, _end(day, hours), tzinfo=start.tzinfo)


def _works(day: date, hours: OpeningHours, closed: Callable[[date], bool]) -> bool:
    if hours.always:
        return True
    return not closed(day) and any(day.weekday() in o.days for o in hours.openings)


def _end(day: date, hours: OpeningHours) -> time:
    ends = [o.end for o in hours.openings if day.weekday() in o.days]
    if hours.always or not ends or time.min in ends:
        return time(23, 59)
    return max(ends)


def _next(day: date, hours: OpeningHours, closed: Callable[[date], bool]) -> date:
    for ahead in range(1, 60):
        candidate = day + timedelta(days=ahead)
        if _works(candidate, hours, closed):
            return candidate
    raise ValueError("the team does not work within sixty days")
