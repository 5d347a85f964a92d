"""Plain facts in a parent's words: tables of what is found and of what must not be."""

from __future__ import annotations

import pytest

from bot.nlu.facts import facts, is_bare


def found(text: str, entity: str) -> list[str]:
    return [fact.value for fact in facts(text) if fact.entity == entity]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("she's 9 weeks old", "P9W"),
        ("9wks", "P9W"),
        ("my 3 month old", "P3M"),
        ("a 9-week-old", "P9W"),
        ("hes 16mo", "P16M"),
        ("two and a half years", "P2.5Y"),
        ("five days old", "P5D"),
        ("born 3 weeks ago", "P3W"),
        ("he is nearly 5 months", "P5M"),
        ("born 14/02/2026", "born 14/02/2026"),
        ("dob: 3rd of May 2025", "born 3rd of May 2025"),
        ("3 may", "born 3 may"),
    ],
)
def test_an_age_is_found(text: str, age: str) -> None:
    assert found(text, "age") == [age]


@pytest.mark.parametrize(
    "text",
    [
        "crying for 3 weeks",
        "he was 6 weeks early",
        "it started 2 weeks ago",
        "fed every 2 hours for 2 weeks",
        "im 28 weeks pregnant",
        "waiting 6 weeks",
        "i may be late",
        "call me on 07700 900123",
    ],
)
def test_another_length_is_no_age(text: str) -> None:
    assert found(text, "age") == []


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("im 28 weeks pregnant", "P28W"),
        ("28 wks preg", "P28W"),
        ("pregnant, 12 weeks", "P12W"),
        ("due on 3rd March", "3rd March"),
        ("baby due in may", "may"),
        ("due date is 4/6", "4/6"),
    ],
)
def test_a_pregnancy_is_found(text: str, due: str) -> None:
    assert found(text, "due") == [due]


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("cf10 1aa", "CF10 1AA"),
        ("CF101AA", "CF10 1AA"),
        ("im at sw1a 1aa ok", "SW1A 1AA"),
        ("i live in ll30", "LL30"),
        ("m1 1ae", "M1 1AE"),
    ],
)
def test_a_postcode_is_found(text: str, postcode: str) -> None:
    assert found(text, "postcode") == [postcode]


@pytest.mark.parametrize("text", ["gr8 thanks", "c u l8r", "b4 tea", "m8", "h8 this", "0 to 2"])
def test_text_speak_is_no_postcode(text: str) -> None:
    assert found(text, "postcode") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [("groups near newport", ["newport"]), ("i live in port talbot", ["port talbot"])],
)
def test_a_place_is_found(text: str, place: list[str]) -> None:
    assert found(text, "place") == place


@pytest.mark.parametrize("text", ["help near me", "i am in labour", "im in pain", "due in march"])
def test_what_follows_in_is_not_always_a_place(text: str) -> None:
    assert found(text, "place") == []


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("i'm his dad", ["father"]),
        ("im a single mum", ["mother"]),
        ("I am a health visitor", ["professional"]),
        ("im the nan", ["grandparent"]),
        ("i'm a foster carer", ["carer"]),
        ("my wife had our baby", ["partner"]),
        ("is there a dads group", []),
        ("my mum helps", []),
    ],
)
def test_who_writes_is_found(text: str, role: list[str]) -> None:
    assert found(text, "role") == role


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("breastfeeding support", "breastfeeding"),
        ("he wont stop crying", "crying"),
        ("food bank near me", "food"),
        ("somewhere to meet other mums", "isolation"),
        ("i feel depressed", "low-mood"),
    ],
)
def test_a_need_is_found(text: str, need: str) -> None:
    assert need in found(text, "need")


@pytest.mark.parametrize(
    "text", ["CF10 1AA", "9 weeks", "she is 9 weeks old", "born 3 may", "i live in LL30"]
)
def test_a_fact_alone_is_bare(text: str) -> None:
    assert is_bare(text, facts(text))


@pytest.mark.parametrize("text", ["9 weeks and wont sleep", "hello", "", "groups near CF10"])
def test_more_than_a_fact_is_not_bare(text: str) -> None:
    assert not is_bare(text, facts(text))


def test_places_in_the_text_are_those_of_the_words() -> None:
    text = "He's 9 weeks old, we live in CF10 1AA"
    spans = {fact.entity: text[fact.start : fact.end] for fact in facts(text)}
    assert spans == {"age": "9 weeks old", "postcode": "CF10 1AA"}
