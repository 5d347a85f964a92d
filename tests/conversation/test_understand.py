"""Single texts through the real assistant, as `first1001 understand` reads them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.understand import Understanding
from common.errors import InvalidInput
from common.settings import load
from content.loader import load_topics

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def reading() -> Iterator[Understanding]:
    ours = {name: value for name, value in os.environ.items() if name.startswith("FIRST1001_")}
    with Understanding(load(ours, demo=True)) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "action", "topic"),
    [
        ("why does my baby cry so much", "answer", "cry-why"),
        ("refer me please", "flow", None),
        ("is there a baby group near BD5 8HL", "flow", None),
        ("asdf qwer zxcv", "fallback", None),
    ],
)
def test_a_text_says_what_it_got(
    reading: Understanding, text: str, action: str, topic: str | None
) -> None:
    seen = reading.read({"id": 7, "text": text})
    assert (seen["id"], seen["action"]) == (7, action)
    if topic is not None:
        assert seen["topic"] == topic
    assert seen["ranking"][0]["name"]
    assert len(seen["ranking"]) == 5
    assert seen["reply"]
    assert "not a person" not in seen["reply"]  # the introduction is no answer


def test_a_cry_has_its_safety_text_and_its_intent_all_the_same(reading: Understanding) -> None:
    seen = reading.read({"id": "c", "text": "i want to kill myself"})
    assert "999" in seen["reply"]
    assert seen["action"] == "answer"
    assert seen["intent"]
    assert seen["confidence"] is not None


def test_each_text_is_the_first_of_somebody(reading: Understanding) -> None:
    once = reading.read({"id": 1, "text": "and at night?"})
    reading.read({"id": 2, "text": "why does my baby cry so much"})
    again = reading.read({"id": 3, "text": "and at night?"})
    assert {**once, "id": 0} == {**again, "id": 0}


@pytest.mark.parametrize("line", [{"id": 1}, {"text": "hello"}, {"id": 1, "text": 5}])
def test_a_line_that_is_not_whole_is_refused(reading: Understanding, line: dict) -> None:
    with pytest.raises(InvalidInput, match="'id' and 'text'"):
        reading.read(line)


def test_topics_are_those_of_the_words(reading: Understanding) -> None:
    seen = reading.read({"id": 1, "text": "when can she have solid food"})
    assert seen["topic"] in {topic.id for topic in load_topics(ROOT)}
