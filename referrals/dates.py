"""Reads a date as people say it, UK order, against a given day; pure, never guesses silently.

What was counted back from an age or said vaguely is marked as estimated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from referrals.text import plain

Kind = Literal["birth", "due", "unknown"]

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary|uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|"
    r"fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
)
_YEAR = r"(?:,?\s*(?P<year>(?:19|20)\d\d|'?\d\d(?![\d:/]|\s*(?:weeks?|wks?|months?|days?))))?"

_ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b")
_NUMERIC = re.compile(
    r"(?<![\d/.+-])(?P<day>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<number>\d{1,2})"
    r"(?:\s?(?P=sep)\s?(?P<year>\d{4}|\d{2}))?(?![\d/.])"
)
_DAY_MONTH = re.compile(
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*(?:of\s+)?" + _MONTH + _YEAR, re.IGNORECASE
)
_MONTH_DAY = re.compile(
    r"\b"
    + _MONTH
    + r"\s+(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?!\s*(?:weeks?|wks?))"
    + _YEAR,
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?P<part>early|beginning of|start of|mid|middle of|late|end of|around|about|in|for)"
    r"(?:\s+|-)(?:the\s+)?(?:(?P<part2>early|mid|late)[\s-]+)?" + _MONTH + _YEAR,
    re.IGNORECASE,
)
_BARE_MONTH = re.compile(r"^(?:sometime in\s+|in\s+)?" + _MONTH + _YEAR + r"\W*$", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?P<named>christmas(?: day| eve)?|xmas|new year'?s?(?: day| eve)?|boxing day)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?P<relative>today|tonight|yesterday|tomorrow)\b", re.IGNORECASE)
_WEEKDAYS = re.compile(
    r"\b(?P<which>last|next|this|on|coming)\s+(?:this\s+|next\s+)?" + _WEEKDAY, re.IGNORECASE
)

_PART_DAY: Final = {
    "early": 5,
    "beginning of": 5,
    "start of": 5,
    "mid": 15,
    "middle of": 15,
    "late": 25,
    "end of": 25,
}
_NEVER_DUE_FURTHER = timedelta(days=300)


@dataclass(frozen=True)
class DateReading:
    """A date in a message.

    Attributes:
        value: the date, or None where there is a problem.
        estimated: it was counted or said vaguely.
        problem: `impossible_date` where no calendar has it.
        span: where in the (plain) text it stands.
    """

    value: date | None
    estimated: bool
    problem: str | None
    span: tuple[int, int]


def read_dates(text: str, *, today: date, kind: Kind = "unknown") -> list[DateReading]:
    """Every date in a message, in the order in which they stand.

    Args:
        kind: a birth lies in the past and a due date ahead; decides the year where none is said.
    """
    text = plain(text)
    readings: list[DateReading] = []
    for reading in _all(text, today, kind):
        if not any(_overlap(reading.span, other.span) for other in readings):
            readings.append(reading)
    return sorted(readings, key=lambda r: r.span)


def _overlap(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _all(text: str, today: date, kind: Kind) -> Iterator[DateReading]:
    for pattern in (_ISO, _NUMERIC, _DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(text):
            yield _calendar(match, today, kind)
    for match in _PART.finditer(text):
        yield _vague(match, today, kind)
    for match in _NAMED.finditer(text):
        yield _festival(match, today, kind)
    for match in _RELATIVE.finditer(text):
        shift = {"yesterday": -1, "tomorrow": 1}.get(match["relative"].lower(), 0)
        yield DateReading(today + timedelta(days=shift), False, None, match.span())
    for match in _WEEKDAYS.finditer(text):
        yield DateReading(_weekday(match, today, kind), False, None, match.span())
    if bare := _BARE_MONTH.match(text):
        yield _vague(bare, today, kind)


def _calendar(match: re.Match[str], today: date, kind: Kind) -> DateReading:
    groups = match.groupdict()
    day = int(groups["day"])
    month = int(groups["number"]) if groups.get("number") else _month(groups["month"])
    if groups.get("number") and month > 12 >= day:
        day, month = month, day  # only the American order makes a date of it
    year = _year(groups.get("year"), today)
    value = _dated(day, month, year, today, kind)
    if value is None:
        return DateReading(None, False, "impossible_date", match.span())
    return DateReading(value, False, None, match.span())


def _vague(match: re.Match[str], today: date, kind: Kind) -> DateReading:
    groups = match.groupdict()
    part = (groups.get("part2") or groups.get("part") or "").lower()
    value = _dated(
        _PART_DAY.get(part, 15),
        _month(groups["month"]),
        _year(groups.get("year"), today),
        today,
        kind,
    )
    return DateReading(value, True, None, match.span())


def _festival(match: re.Match[str], today: date, kind: Kind) -> DateReading:
    name = match["named"].lower()
    day, month, exact = 25, 12, name.endswith(("day", "eve"))
    if name.startswith("boxing"):
        day = 26
    elif name.startswith("new year"):
        day, month = 1, 1
    if name.endswith("eve"):
        day, month = (31, 12) if name.startswith("new year") else (24, 12)
    return DateReading(_dated(day, month, None, today, kind), not exact, None, match.span())


def _weekday(match: re.Match[str], today: date, kind: Kind) -> date:
    wanted = next(i for i, name in enumerate(_DAYS) if name.startswith(match["weekday"].lower()))
    which = match["which"].lower()
    ahead = (wanted - today.weekday()) % 7
    if which == "last" or (which == "on" and kind == "birth"):
        return today - timedelta(days=(today.weekday() - wanted) % 7 or 7)
    if which == "next":
        # "next Thursday" is the one of next week, as most people in Britain mean it.
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + wanted)
    return today + timedelta(days=ahead or 7 if which != "this" else ahead)


def _month(word: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(word.lower()[:3]))


def _year(text: str | None, today: date) -> int | None:
    if not text:
        return None
    digits = text.strip("' ,")
    if len(digits) == 4:
        return int(digits)
    year = 2000 + int(digits)
    return year - 100 if year > today.year + 2 else year  # "95" is a grown-up's


def _dated(day: int, month: int, year: int | None, today: date, kind: Kind) -> date | None:
    if year is not None:
        return _real(year, month, day)
    around = (_real(today.year + shift, month, day) for shift in (-4, -3, -2, -1, 0, 1, 2, 3, 4))
    candidates = [c for c in around if c is not None]  # 29 February needs a leap year
    if not candidates:
        return None
    past = max(c for c in candidates if c <= today)
    ahead = min(c for c in candidates if c >= today)
    if kind == "due":
        # A due date may lie a few weeks back.
        return past if today - past <= timedelta(days=21) else ahead
    if kind == "birth" or ahead - today > _NEVER_DUE_FURTHER:
        return past
    return past if today - past <= ahead - today else ahead


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def in_words(day: date) -> str:
    """`21 September 2026`: no order of numbers to get wrong when it is read back."""
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def in_short(day: date) -> str:
    """`21 Sep 2026`, for SMS."""
    return f"{day.day} {_MONTHS[day.month - 1][:3].capitalize()} {day.year}"
