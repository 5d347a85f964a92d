"""Whom the service takes: area by district, pregnancy until the second birthday."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deployment import Eligibility
from common.opening_hours import parse
from referrals.baby import Baby
from referrals.due import due_at
from referrals.eligibility import decide, stage_of
from referrals.model import Home

TODAY = date(2026, 11, 25)
RULES = Eligibility(districts=("E08000032",), until_weeks=104, source="test")
INSIDE = Home("BD5 8HL", full=True, district_code="E08000032")
LONDON = ZoneInfo("Europe/London")
HOURS = parse("Mo-Fr 09:00-17:00")


def born(day: date, *, estimated: bool = False) -> Baby:
    return Baby(born=True, birth_date=day, estimated=estimated)


@pytest.mark.parametrize(
    ("home", "baby", "eligible", "reason"),
    [
        (INSIDE, born(date(2026, 9, 23)), True, "ok"),
        (INSIDE, Baby(born=False, due_date=date(2027, 3, 1)), True, "ok"),
        (Home("LS12 1AA", full=True, district_code="E08000035"), None, False, "outside_area"),
        (Home("BD23 1AA", full=True, district_code="E07000167"), None, False, "outside_area"),
        (INSIDE, born(date(2024, 11, 26)), True, "ok"),
        (INSIDE, born(date(2024, 11, 25)), False, "child_too_old"),
        (INSIDE, born(date(2024, 11, 20), estimated=True), True, "ok"),
        (INSIDE, born(date(2023, 11, 25), estimated=True), False, "child_too_old"),
        (Home("BD20", split=True), born(date(2026, 9, 23)), None, "area_unknown"),
        (None, born(date(2026, 9, 23)), None, "area_unknown"),
        (INSIDE, None, None, "baby_unknown"),
        (Home("ZE1 0AA", elsewhere=True), born(date(2026, 9, 23)), False, "outside_area"),
        (Home("BD20 9ZZ"), born(date(2026, 9, 23)), None, "area_unknown"),
    ],
)
def test_the_rules_decide_with_a_reason(
    home: Home | None, baby: Baby | None, eligible: bool | None, reason: str
) -> None:
    decision = decide(RULES, home=home, baby=baby, today=TODAY)

    assert (decision.eligible, decision.reason) == (eligible, reason)


@pytest.mark.parametrize(
    ("baby", "stage"),
    [
        (Baby(born=False, due_date=date(2027, 3, 1)), "pregnancy"),
        (born(TODAY), "newborn"),
        (born(date(2026, 9, 23)), "young_baby"),
        (born(date(2026, 3, 1)), "older_baby"),
        (born(date(2025, 6, 1)), "toddler"),
        (Baby(name="Yusuf"), None),
    ],
)
def test_the_stage_follows_from_the_date(baby: Baby, stage: str | None) -> None:
    assert stage_of(baby, TODAY) == stage


def test_due_is_counted_in_working_days() -> None:
    wednesday = datetime(2026, 11, 25, 10, 0, tzinfo=LONDON)

    due = due_at(wednesday, 5, hours=HOURS, closed=lambda _: False)

    assert due == datetime(2026, 12, 2, 17, 0, tzinfo=LONDON)


def test_what_comes_in_after_hours_counts_from_the_next_working_day() -> None:
    friday_night = datetime(2026, 11, 27, 22, 0, tzinfo=LONDON)

    due = due_at(friday_night, 1, hours=HOURS, closed=lambda _: False)

    assert due == datetime(2026, 12, 1, 17, 0, tzinfo=LONDON)


def test_holidays_do_not_count() -> None:
    holidays = {date(2026, 12, 25), date(2026, 12, 28)}
    eve = datetime(2026, 12, 24, 9, 30, tzinfo=LONDON)

    due = due_at(eve, 1, hours=HOURS, closed=lambda day: day in holidays)

    assert due == datetime(2026, 12, 29, 17, 0, tzinfo=LONDON)


@given(
    st.datetimes(
        min_value=datetime(2026, 1, 1),  # noqa: DTZ001 (hypothesis wants naive bounds)
        max_value=datetime(2027, 12, 1),  # noqa: DTZ001
    ),
    st.integers(min_value=1, max_value=20),
)
def test_due_is_always_ahead_and_in_working_hours(moment: datetime, days: int) -> None:
    start = moment.replace(tzinfo=LONDON)

    due = due_at(start, days, hours=HOURS, closed=lambda _: False)

    assert due > start
    assert due.weekday() < 5
