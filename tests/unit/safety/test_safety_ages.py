"""Which age the words of a child say."""

import pytest

from safety.ages import age_told, band_of, band_told, younger
from safety.model import Evidence, verdict
from safety.screen import screen


@pytest.mark.parametrize(
    ("words", "age"),
    [
        ("im 15", 15),
        ("im 15 and pregnant", 15),
        ("I'm fifteen", 15),
        ("I am Twelve years old", 12),
        ("im 14yrs old", 14),
        ("15f here", 15),
        ("aged 13", 13),
        ("im in year 10", 14),
        ("im in yr 7 and", 11),
        ("in year eleven", 15),
        ("im 17 and 20 weeks pregnant", 17),
        ("im 17, baby is 9 months", 17),
        ("nearly 16 im 15", 15),
        ("i am in primary school", 11),
        ("i am still at school", None),
        ("im 16 weeks", None),
        ("at 12:30 or 15.5 kg", None),
        ("im 35", None),
        ("year 13", 17),
        ("", None),
    ],
)
def test_an_age_is_read_from_digits_words_and_school_years(words, age):
    assert age_told(words) == age


@pytest.mark.parametrize(
    ("age", "band"),
    [(9, "under_13"), (12, "under_13"), (13, "under_16"), (15, "under_16"), (16, "under_18")],
)
def test_each_age_has_its_route(age, band):
    assert band_of(age) == band
    assert band_of(18) is None


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("im 12 and i think im pregnant", "under_13"),
        ("i am in year 7", "under_13"),
        ("im 15 and pregnant", "under_16"),
        ("im fourteen and scared", "under_16"),
        ("im in year 10 and i think im pregnant", "under_16"),
        ("im 17 and 20 weeks pregnant", "under_18"),
        ("how do i settle him", None),
        ("im 34 and 15 weeks pregnant", None),
    ],
)
def test_what_the_screen_noticed_gives_the_band(text, band):
    assert band_told(screen(text)) == band


def test_where_no_age_is_said_the_rule_decides():
    seen = verdict([Evidence("young_person", "young_person.under_16", "at school", "gentle")])
    assert band_told(seen) == "under_16"
    like = verdict(
        [Evidence("young_person", "young_person.likeness", "my mum kills me", "gentle")]
    )
    assert band_told(like) == "under_18"


def test_a_younger_age_is_never_given_up_for_an_older_one():
    assert younger(None, "under_18") == "under_18"
    assert younger("under_13", "under_18") == "under_13"
    assert younger("under_18", "under_16") == "under_16"
