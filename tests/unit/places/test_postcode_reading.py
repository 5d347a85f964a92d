"""Postcodes as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places.postcode import (
    INWARD_COUNT,
    INWARD_LETTERS,
    Reading,
    inward_number,
    readings,
    readings_within,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
outwards = st.from_regex(r"[A-Z]{1,2}[1-9][0-9]?", fullmatch=True)
inwards = st.from_regex(rf"[0-9][{INWARD_LETTERS}]{{2}}", fullmatch=True)


@given(outwards, inwards, st.sampled_from(["", " ", "  ", "-", ". "]), st.data())
def test_any_case_and_spacing_of_a_postcode_is_read(
    outward: str, inward: str, gap: str, data: st.DataObject
) -> None:
    written = "".join(
        data.draw(st.sampled_from([character.lower(), character.upper()]))
        for character in f" {outward}{gap}{inward} "
    )
    assert Reading(outward, inward) in list(readings(written))


@given(outwards, inwards)
def test_letters_for_digits_and_digits_for_letters_are_forgiven(outward: str, inward: str) -> None:
    swapped = str.maketrans("01", "OI")
    back = str.maketrans("OI", "01")
    for written in (
        outward + inward.translate(swapped),
        outward.translate(swapped) + inward,
        outward.translate(back) + inward,
    ):
        assert Reading(outward, inward) in list(readings(written))


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    for reading in (*readings(text), *readings_within(text)):
        assert reading.text.isascii()


@given(st.text(alphabet=LETTERS.lower() + " ,.", max_size=40))
def test_a_sentence_without_digits_holds_no_postcode(text: str) -> None:
    assert not [r for r in readings_within(text) if r.inward is None]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("BD5 8HL", "BD5 8HL"),
        ("bds 8hl", "BD5 8HL"),
        ("B D 5 8 h l", "BD5 8HL"),
        ("SW1A1AA", "SW1A 1AA"),
        ("m1 1ae", "M1 1AE"),
        ("BD1 1", "BD1"),
        ("BD11", "BD11"),
        ("LS29", "LS29"),
    ],
)
def test_the_likeliest_reading_comes_first(written: str, first: str) -> None:
    assert next(readings(written)).text == first


@pytest.mark.parametrize("text", ["", "hello", "07700 900123", "12345678", "BD5 8HL and more"])
def test_what_is_no_postcode_has_no_reading(text: str) -> None:
    assert list(readings(text)) == []


def test_a_postcode_is_found_inside_a_sentence() -> None:
    found = [reading.text for reading in readings_within("im at bd5 8hl, near the park")]
    assert found[0] == "BD5 8HL"


def test_every_second_half_has_its_own_number() -> None:
    pairs = [a + b for a in INWARD_LETTERS for b in INWARD_LETTERS]
    numbers = [inward_number(f"{digit}{pair}") for digit in range(10) for pair in pairs]
    assert numbers == list(range(INWARD_COUNT))


@pytest.mark.parametrize("inward", ["", "AAA", "1AC", "1A", "12A"])
def test_what_is_no_second_half_has_no_number(inward: str) -> None:
    assert inward_number(inward) is None
