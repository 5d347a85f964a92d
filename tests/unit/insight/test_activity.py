"""Entries are checked in words that help, and a file is taken once whatever is wrong in it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from common.errors import InvalidInput
from insight import activity
from insight.tables import Activity

TODAY = date(2026, 9, 1)
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    Activity.__table__.create(engine)
    with Session(engine) as opened:
        yield opened


def given(**more: str) -> dict[str, str]:
    return {"kind": "training", "date": "24/03/2026", "number": "12"} | more


@pytest.mark.parametrize("text", ["24/3/2026", "2026-03-24", "24/03/26", " 24/03/2026 "])
def test_dates_are_taken_in_uk_order_or_as_iso(text):
    assert activity.entry_of(given(date=text), today=TODAY).day == date(2026, 3, 24)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "party"),
        ("date", "soon"),
        ("date", "31/02/2026"),
        ("date", "02/09/2026"),
        ("number", "0"),
        ("number", "twelve"),
        ("number", "-3"),
        ("number", "１２"),
        ("number", ""),
        ("stage", "teenager"),
        ("organisation", "x" * 121),
        ("note", "x" * 501),
    ],
)
def test_what_is_wrong_is_told_by_its_field(field, value):
    with pytest.raises(InvalidInput) as told:
        activity.entry_of(given(**{field: value}), today=TODAY)
    assert told.value.code == field


def test_a_consultation_counts_one_where_no_number_is_given():
    assert activity.entry_of(given(kind="consultation", number=""), today=TODAY).number == 1


FILE = """\ufeffKind,Date,Number,Profession,Organisation,Stage,Note
training,24/03/2026,12,Midwife,Trust,,
training,24/03/2026,12,Midwife,Trust,,
families,1/4/2026,1,,,pregnancy,
party,1/4/2026,1,,,,
event,1/4/2026,many,,,,
"""


def take(session: Session, text: str) -> activity.Taken:
    return activity.take_file(session, text, now=NOW, today=TODAY, by=None, source="file")


def test_a_file_is_taken_line_by_line_and_twice_equals_once(session):
    first = take(session, FILE)
    assert (first.added, first.already, sorted(first.refused)) == (3, 0, [5, 6])
    again = take(session, FILE)
    assert (again.added, again.already) == (0, 3)
    assert session.scalar(select(func.sum(Activity.number))) == 25


@pytest.mark.parametrize("text", ["", "name,age\nx,1\n", "kind;date;number\n", "\x00"])
def test_a_file_without_the_columns_is_refused_whole(session, text):
    with pytest.raises(InvalidInput):
        take(session, text)


def test_an_entry_taken_back_stays_with_who_did_it(session):
    activity.add(session, activity.Entry("event", TODAY, 5), now=NOW, by="s1")
    row = activity.latest(session, 1)[0]
    activity.take_back(session, row.id, by="s2", now=NOW)
    activity.take_back(session, row.id, by="s3", now=NOW)
    assert (row.entered_by, row.taken_back_by) == ("s1", "s2")
