"""Opening hours in the weekly part of the OpenStreetMap notation, and their plain English.

Reads "24/7" and rules such as "Mo-Fr 09:00-17:00; Sa 10:00-12:00"; knows no time zone, no holiday
and no clock: callers hand over local times.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from common.errors import InvalidInput

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_WORDS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RULE = re.compile(r"^(?:(?P<days>[A-Za-z,\- ]+?) +)?(?P<spans>\d.*)$")
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")
_LOOK_AHEAD_DAYS = 21  # longer than any run of holidays and week-ends


@dataclass(frozen=True)
class Opening:
    """One span of the week: days as numbers (Monday 0), local times; an end of 24:00 is 0:00."""

    days: tuple[int, ...]
    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Whether the time of day lies inside; the end is outside."""
        return self.start <= moment and (moment < self.end or self.end == time.min)


@dataclass(frozen=True)
class OpeningHours:
    """When something is open, by week.

    Attributes:
        openings: spans in the order written; empty only where `always`.
        always: day and night, holidays included.
    """

    text: str
    openings: tuple[Opening, ...]
    always: bool = False

    def open_at(self, moment: datetime, *, closed: Collection[date] = ()) -> bool:
        """Whether it is open at a local time; `closed` are dates on which nothing opens."""
        if self.always:
            return True
        if moment.date() in closed:
            return False
        return any(
            moment.weekday() in opening.days and opening.covers(moment.time().replace(tzinfo=None))
            for opening in self.openings
        )

    def next_open(self, moment: datetime, *, closed: Collection[date] = ()) -> datetime | None:
        """The given local time when open, else the start of the next span; None beyond 21 days."""
        if self.open_at(moment, closed=closed):
            return moment
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = (moment + timedelta(days=ahead)).date()
            if day in closed:
                continue
            starts = sorted(o.start for o in self.openings if day.weekday() in o.days)
            for start in starts:
                candidate = datetime.combine(day, start, tzinfo=moment.tzinfo)
                if candidate > moment:
                    return candidate
        return None

    def time_open(
        self, since: datetime, until: datetime, *, closed: Collection[date] = ()
    ) -> timedelta:
        """How long it was open between two local times of one zone."""
        if self.always:
            return max(until.astimezone(UTC) - since.astimezone(UTC), timedelta(0))
        whole, day = timedelta(0), since.date()
        while day <= until.date():
            for opening in self.openings:
                if day.weekday() in opening.days and day not in closed:
                    end = day + timedelta(days=1) if opening.end == time.min else day
                    begins = datetime.combine(day, opening.start, tzinfo=since.tzinfo)
                    ends = datetime.combine(end, opening.end, tzinfo=since.tzinfo)
                    # Through UTC: within one zone Python takes wall clocks for durations.
                    first = max(begins, since).astimezone(UTC)
                    last = min(ends, until).astimezone(UTC)
                    whole += max(last - first, timedelta(0))
            day += timedelta(days=1)
        return whole

    def words(self) -> str:
        """Plain English: "any time, day or night", "Monday to Friday, 9am to 5pm"."""
        if self.always:
            return "any time, day or night"
        return "; ".join(
            f"{_day_words(o.days)}, {_clock(o.start)} to {_clock(o.end)}" for o in self.openings
        )


@lru_cache(maxsize=512)
def parse(text: str) -> OpeningHours:
    """Read opening hours.

    Raises:
        InvalidInput: the text is not in the part of the notation that we use.
    """
    cleaned = " ".join(text.split())
    if cleaned == "24/7":
        return OpeningHours(cleaned, (), always=True)
    openings: list[Opening] = []
    for rule in filter(None, (part.strip() for part in cleaned.split(";"))):
        match = _RULE.match(rule)
        if match is None:
            raise InvalidInput(f"opening hours are not understood: {rule!r}", code="hours")
        days = _days(match["days"] or "Mo-Su")
        openings += [Opening(days, *_span(span.strip())) for span in match["spans"].split(",")]
    if not openings:
        raise InvalidInput("opening hours are empty", code="hours")
    return OpeningHours(cleaned, tuple(openings))


def _days(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        ends = [end.strip().capitalize() for end in part.split("-")]
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            raise InvalidInput(f"days are not understood: {text!r}", code="hours")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return tuple(sorted(set(found)))


def _span(text: str) -> tuple[time, time]:
    match = _SPAN.match(text)
    if match is None:
        raise InvalidInput(f"a time span is not understood: {text!r}", code="hours")
    start_hour, start_minute, end_hour, end_minute = (int(group) for group in match.groups())
    try:
        start, end = time(start_hour, start_minute), time(end_hour % 24, end_minute)
    except ValueError as e:
        raise InvalidInput(f"no such time of day: {text!r}", code="hours") from e
    if end <= start and end != time.min:
        raise InvalidInput(
            f"a span must end on the day on which it starts: {text!r}", code="hours"
        )
    return start, end


def _day_words(days: tuple[int, ...]) -> str:
    if days == tuple(range(7)):
        return "every day"
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{_DAY_WORDS[days[0]]} to {_DAY_WORDS[days[-1]]}"
    names = [_DAY_WORDS[day] for day in days]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _clock(moment: time) -> str:
    if moment == time.min:
        return "midnight"
    if moment == time(12):
        return "noon"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
