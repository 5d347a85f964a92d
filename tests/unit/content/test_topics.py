"""The topic files themselves: complete, readable, kind, and tied to no place."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import textstat
import yaml

from content.loader import Topic, check, load_topics
from content.loader.checks import OLDEST_READER

ROOT = Path(__file__).parents[3]
TOPICS = load_topics(ROOT)
GRADE_TO_AGE = 5
DEPLOYMENTS = [
    yaml.safe_load(path.read_text("utf-8"))
    for path in (ROOT / "deployments").glob("*/deployment.yml")
]
AREAS = {one[name] for one in DEPLOYMENTS for name in ("area_adjective", "service_name")}


def test_the_checks_have_nothing_to_say_about_our_words() -> None:
    listed = yaml.safe_load((ROOT / "deployments" / "blocked_numbers.yml").read_text("utf-8"))
    blocked = re.findall(r"\d[\d ]{3,}\d", str(listed))
    assert len(blocked) > 5
    problems = check(ROOT, live=False, today=date(2026, 11, 25), blocked_numbers=blocked)
    assert [str(problem) for problem in problems] == []


def test_a_library_of_others_finds_the_same_reading_age() -> None:
    # The automated readability index needs no dictionary, so nothing is fetched for it.
    ages = [
        textstat.automated_readability_index(_plain(text.long)) + GRADE_TO_AGE
        for topic in TOPICS
        for text in topic.words["en"].texts.values()
    ]
    old = [age for age in ages if age > OLDEST_READER]
    assert len(old) <= 0.05 * len(ages), old


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_a_topic_says_where_its_facts_come_from_and_where_to_turn(topic: Topic) -> None:
    assert all(source.title and source.read <= date(2026, 12, 31) for source in topic.sources)
    for text in topic.words["en"].texts.values():
        words = text.long + (text.urgent or "")
        helpers = (
            r"health_visitor|medical_line|emergency|urgent_line|midwife|GP|helpline|team|staff"
        )
        assert re.search(helpers, words), "say who can help"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_a_topic_names_no_area_and_uses_only_variables_of_the_deployment(topic: Topic) -> None:
    known = {
        *("service_name", "team_name", "area_name", "health_visitor"),
        *("emergency", "urgent_line", "medical_line", "maternity"),
    }
    for text in topic.words["en"].texts.values():
        words = " ".join((text.long, text.short, text.urgent or ""))
        assert set(re.findall(r"{{\s*(.*?)\s*}}", words)) <= known
        assert "{%" not in words
        for area in AREAS:
            assert area.lower() not in f"{topic.title} {words}".lower()


def test_every_need_is_one_that_a_service_meets() -> None:
    files = (ROOT / "deployments").glob("*/services.yml")
    met = {
        need
        for file in files
        for service in yaml.safe_load(file.read_text("utf-8"))
        for need in service.get("needs", [])
    }
    assert {need for topic in TOPICS for need in topic.needs} <= met


def test_examples_speak_in_many_voices() -> None:
    examples = [example for topic in TOPICS for example in topic.examples]
    lengths = Counter(min(len(example.split()) // 10, 2) for example in examples)
    assert all(lengths[size] >= 0.02 * len(examples) for size in (0, 1, 2)), lengths
    for voice in (
        r"\bhe\b",
        r"\bshe\b",
        r"\bdad|father|husband",
        r"\bgran|nan\b",
        r"\b(wot|u|2)\b",
    ):
        assert sum(bool(re.search(voice, example.lower())) for example in examples) > 20, voice


def _plain(text: str) -> str:
    """Words as read aloud: list items and variables are not symbols to a reader."""
    text = re.sub(r"{{.*?}}", "your nurse", text)
    return ". ".join(line.lstrip("- ").rstrip(".:") for line in text.splitlines() if line.strip())
