"""Opening hours."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput
from common.opening_hours import DAYS, parse

LONDON = ZoneInfo("Europe/London")
WEEK = parse("Mo-Fr 09:00-17:00")
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24/7", "any time, day or night"),
        ("Mo-Fr 09:00-17:00", "Monday to Friday, 9am to 5pm"),
        ("Mo-Su 09:00-22:00", "every day, 9am to 10pm"),
        (
            "Mo,Tu,Th 09:00-16:00; We,Fr 09:30-20:00",
            "Monday, Tuesday and Thursday, 9am to 4pm; Wednesday and Friday, 9:30am to 8pm",
        ),
        ("Sa,Su 11:00-24:00", "Saturday and Sunday, 11am to midnight"),
        ("10:00-12:00", "every day, 10am to noon"),
    ],
)
def test_hours_are_told_in_plain_words(text: str, words: str) -> None:
    assert parse(text).words() == words


@pytest.mark.parametrize(
    "text", ["", ";", "mostly", "Mo-Fr", "Xx 09:00-10:00", "Mo 25:00-26:00", "Mo 17:00-09:00"]
)
def test_hours_that_are_not_understood_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text)


@pytest.mark.parametrize(
    ("hours", "open_"),
    [(8.99, False), (9, True), (16.99, True), (17, False), (24 * 5 + 10, False)],
)
def test_the_start_is_inside_and_the_end_is_outside(hours: float, open_: bool) -> None:
    assert WEEK.open_at(MONDAY + timedelta(hours=hours)) is open_


def test_a_closed_date_is_closed_all_day_but_not_for_a_line_that_never_closes() -> None:
    noon = MONDAY + timedelta(hours=12)
    assert not WEEK.open_at(noon, closed={noon.date()})
    assert parse("24/7").open_at(noon, closed={noon.date()})


def test_the_next_opening_skips_week_ends_and_closed_dates() -> None:
    friday_evening = MONDAY + timedelta(days=4, hours=18)
    found = WEEK.next_open(friday_evening, closed={date(2026, 11, 30)})
    assert found == datetime(2026, 12, 1, 9, 0, tzinfo=LONDON)


def test_the_next_opening_keeps_local_time_when_the_clocks_change() -> None:
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=LONDON)
    found = WEEK.next_open(saturday)
    assert found is not None
    assert (found.hour, found.utcoffset()) == (9, timedelta(hours=1))


def test_what_never_opens_has_no_next_opening() -> None:
    closed = {MONDAY.date() + timedelta(days=n) for n in range(40)}
    assert WEEK.next_open(MONDAY, closed=closed) is None


@given(
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.integers(0, 22),
    st.integers(0, 7 * 24 * 60 - 1),
)
def test_the_next_opening_is_open_and_not_before(days: set[str], start: int, minutes: int) -> None:
    hours = parse(f"{','.join(sorted(days))} {start:02}:00-{start + 1:02}:00")
    moment = MONDAY + timedelta(minutes=minutes)
    found = hours.next_open(moment)
    assert found is not None
    assert found >= moment
    assert hours.open_at(found)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-23 10:00", "2026-11-23 12:30", 2.5),
        ("2026-11-23 16:00", "2026-11-24 10:00", 2),
        ("2026-11-27 16:00", "2026-11-30 10:00", 2),
        ("2026-11-28 10:00", "2026-11-29 10:00", 0),
        ("2026-11-23 12:00", "2026-11-23 10:00", 0),
        ("2026-11-24 08:00", "2026-11-26 09:00", 8),  # the 25th is closed
    ],
)
def test_time_open_counts_only_open_hours(since, until, hours):
    first, last = (datetime.fromisoformat(one).replace(tzinfo=LONDON) for one in (since, until))
    found = WEEK.time_open(first, last, closed={date(2026, 11, 25)})
    assert found == timedelta(hours=hours)


def test_time_open_counts_real_hours_when_the_clocks_change():
    first = datetime(2026, 10, 25, 0, 0, tzinfo=LONDON)
    last = datetime(2026, 10, 26, 0, 0, tzinfo=LONDON)
    assert parse("Mo-Su 00:00-24:00").time_open(first, last) == timedelta(hours=25)
    assert parse("24/7").time_open(first, last) == timedelta(hours=25)
