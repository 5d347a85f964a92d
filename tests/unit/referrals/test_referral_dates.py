"""Dates and babies as parents say them, against Wednesday 25 November 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.babies import read_baby
from referrals.dates import in_short, in_words, read_dates

TODAY = date(2026, 11, 25)

BIRTHS = [
    ("21 sept", date(2026, 9, 21), False),
    ("21st of September", date(2026, 9, 21), False),
    ("Sept 21", date(2026, 9, 21), False),
    ("06/07/26", date(2026, 7, 6), False),
    ("6.7.2026", date(2026, 7, 6), False),
    ("6-7-26", date(2026, 7, 6), False),
    ("2026-07-06", date(2026, 7, 6), False),
    ("09/21/26", date(2026, 9, 21), False),
    ("born on 12.09.2026", date(2026, 9, 12), False),
    ("he was born last tuesday", date(2026, 11, 24), False),
    ("yesterday", date(2026, 11, 24), False),
    ("9 weeks", date(2026, 9, 23), True),
    ("nine weeks old", date(2026, 9, 23), True),
    ("my little boy is 9 weeks", date(2026, 9, 23), True),
    ("she's 10 days old", date(2026, 11, 15), True),
    ("born 3 days ago", date(2026, 11, 22), True),
    ("she's 5 months", date(2026, 6, 25), True),
    ("3 and a half months", date(2026, 8, 10), True),
    ("he is 1 year and 2 months", date(2025, 9, 25), True),
    ("she is nearly 2", date(2024, 11, 24), True),
    ("14 January 2026", date(2026, 1, 14), False),
    ("29 feb 2024", date(2024, 2, 29), False),
]

DUES = [
    ("due mid December", date(2026, 12, 15), True),
    ("due 14 jan", date(2027, 1, 14), False),
    ("my due date is the 3rd of March", date(2027, 3, 3), False),
    ("due next Thursday", date(2026, 12, 3), False),
    ("next Thursday", date(2026, 12, 3), False),
    ("due at Christmas", date(2026, 12, 25), True),
    ("due end of march", date(2027, 3, 25), True),
    ("due in March", date(2027, 3, 15), True),
    ("I'm 20 weeks pregnant", date(2027, 4, 14), True),
    ("I'm 20 weeks", date(2027, 4, 14), True),
    ("20+3", date(2027, 4, 11), True),
    ("due in 6 weeks", date(2027, 1, 6), True),
    ("was due 20 november", date(2026, 11, 20), False),
]

PROBLEMS = [
    ("32nd of March", "impossible_date"),
    ("31/02/2026", "impossible_date"),
    ("31 June", "impossible_date"),
    ("born 4 april 2027", "birth_ahead"),
    ("due date 05/01/2026", "due_past"),
    ("due 1 december 2027", "due_far"),
    ("14 january", "born_or_due"),
]


@pytest.mark.parametrize(("words", "expected", "estimated"), BIRTHS)
def test_a_birth_is_read_in_human_form(words: str, expected: date, estimated: bool) -> None:
    baby = read_baby(words, today=TODAY, expecting=True).baby

    assert baby is not None
    assert baby.birth_date is not None
    assert abs(baby.birth_date - expected) <= timedelta(days=2 if estimated else 0)
    assert baby.estimated is estimated
    assert baby.born is True


@pytest.mark.parametrize(("words", "expected", "estimated"), DUES)
def test_a_due_date_is_read_in_human_form(words: str, expected: date, estimated: bool) -> None:
    baby = read_baby(words, today=TODAY, expecting=True).baby

    assert baby is not None
    assert (baby.due_date, baby.estimated, baby.born) == (expected, estimated, False)


@pytest.mark.parametrize(("words", "problem"), PROBLEMS)
def test_a_date_that_cannot_be_right_is_a_problem_and_no_date(words: str, problem: str) -> None:
    reading = read_baby(words, today=TODAY, expecting=True)

    assert reading.problem == problem
    assert reading.baby is None or not reading.baby.dated


@pytest.mark.parametrize(
    "words",
    [
        "I've felt low for 9 weeks",
        "he cries every 2 hours",
        "I have waited 3 months",
        "call me next Thursday",
        "my number is 07700 900145",
        "I'm 32 years old",
    ],
)
def test_a_length_of_something_else_is_no_age(words: str) -> None:
    baby = read_baby(words, today=TODAY, expecting=False).baby

    assert baby is None or not baby.dated


def test_the_writers_own_date_of_birth_is_not_the_babys() -> None:
    reading = read_baby("my dob 3/4/1995", today=TODAY, expecting=False)

    assert reading.writer_born == date(1995, 4, 3)
    assert reading.baby is None


def test_what_is_known_decides_between_birth_and_due_date() -> None:
    born = read_baby("14 january", today=TODAY, expecting=True, born=True).baby
    due = read_baby("14 january", today=TODAY, expecting=True, born=False).baby

    assert born is not None
    assert born.birth_date == date(2026, 1, 14)
    assert due is not None
    assert due.due_date == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("words", "name", "count", "neonatal"),
    [
        ("my baby Yusuf is 4 months", "Yusuf", None, None),
        ("his name is Zayn, born 1/10/26", "Zayn", None, None),
        ("twins, born 5 may", None, 2, None),
        ("triplets due in March", None, 3, None),
        ("she was born 12 sept and is in NICU", None, None, True),
    ],
)
def test_name_number_and_neonatal_care_are_kept(
    words: str, name: str | None, count: int | None, neonatal: bool | None
) -> None:
    baby = read_baby(words, today=TODAY, expecting=True).baby

    assert baby is not None
    assert (baby.name, baby.count, baby.neonatal) == (name, count, neonatal)
    assert baby.dated


@given(st.dates(min_value=date(2024, 11, 26), max_value=TODAY))
def test_every_date_said_in_full_is_read_as_itself(day: date) -> None:
    for words in (in_words(day), in_short(day), f"{day.day}/{day.month}/{day.year}"):
        assert [r.value for r in read_dates(words, today=TODAY)] == [day]


@given(st.dates(min_value=TODAY - timedelta(days=300), max_value=TODAY))
def test_a_birth_without_a_year_is_never_in_the_wrong_year(day: date) -> None:
    baby = read_baby(f"born {day.day}/{day.month}", today=TODAY, expecting=True).baby

    assert baby is not None
    assert baby.birth_date == day


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = read_baby(text, today=TODAY, expecting=True)

    assert reading.problem is None or isinstance(reading.problem, str)
