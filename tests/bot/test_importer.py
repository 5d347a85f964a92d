"""Topics and messages as training data, and that all data name only what exists."""

from __future__ import annotations

import shutil
import warnings
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from bot.importer import SAME_QUESTION, ContentImporter, topic_intent
from content.loader import load_messages, load_topics

TOPIC = """---
id: {id}
title: A title
group: Group
stages: [any]
needs: [bonding]
status: draft
review_date: 2027-05-31
sources:
  - {{title: "NHS: page", url: "https://www.nhs.uk/", read: 2026-11-25}}
examples:
{examples}
---
# long
Words.

# short
Words.
"""


def write_house(root: Path, *topics: str) -> Path:
    """A root with topics of one example each, messages and no forms."""
    (root / "content" / "topics").mkdir(parents=True)
    (root / "content" / "messages").mkdir()
    for topic in topics:
        examples = "\n".join(f"  - {topic} asked {i} ways" for i in range(12))
        path = root / "content" / "topics" / f"{topic}.md"
        path.write_text(TOPIC.format(id=topic, examples=examples))
    (root / "content" / "messages" / "en.yml").write_text(
        "_defaults: {status: draft, review_date: 2027-05-31, source: own}\n"
        "utter_hello:\n"
        '  web: "Hello {{ name }}"\n'
        '  choices: [{label: "Go", payload: "/go"}]\n'
        "crisis.note:\n"
        '  web: "not for Rasa"\n'
    )
    return root


@cache
def whole() -> Any:
    """All training data as Rasa sees them."""
    from rasa.shared.importers.importer import TrainingDataImporter

    return TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "bot" / "data")]
    )


def test_a_topic_becomes_an_intent_its_examples_and_one_rule(tmp_path: Path) -> None:
    importer = ContentImporter(root=str(write_house(tmp_path, "bond-skin")))
    assert "topic_bond_skin" in importer.get_domain().intents
    examples = importer.get_nlu_data().intent_examples
    assert {e.get("intent") for e in examples} == {"topic_bond_skin"}
    assert len(examples) == 12
    (rule,) = importer.get_stories().story_steps
    assert [str(getattr(e, "action_name", None)) for e in rule.events][-1] == "action_inform_topic"


def test_messages_become_responses_with_their_choices(tmp_path: Path) -> None:
    domain = ContentImporter(root=str(write_house(tmp_path, "bond-skin"))).get_domain()
    assert domain.responses == {
        "utter_hello": [
            {"text": "Hello  name ", "buttons": [{"title": "Go", "payload": "/go"}]},
        ]
    }


def test_a_domain_of_a_form_is_merged_in(tmp_path: Path) -> None:
    root = write_house(tmp_path, "bond-skin")
    (root / "bot" / "domain").mkdir(parents=True)
    shutil.copy(ROOT / "tests/bot/small_house/domain.yml", root / "bot" / "domain" / "guest.yml")
    assert "guest_form" in ContentImporter(root=str(root)).get_domain().form_names


def test_a_topic_asked_in_the_words_of_an_intent_adds_its_examples_there(tmp_path: Path) -> None:
    importer = ContentImporter(root=str(write_house(tmp_path, "svc-bot")))
    assert {e.get("intent") for e in importer.get_nlu_data().intent_examples} == {"ask_bot"}
    assert importer.get_stories().is_empty()


def test_every_topic_that_shares_a_question_exists() -> None:
    ids = {topic.id for topic in load_topics(ROOT)}
    assert set(SAME_QUESTION) <= ids


def test_every_topic_has_a_rule() -> None:
    rules = {step.block_name for step in ContentImporter().get_stories().story_steps}
    own = {f"topic {t.id}" for t in load_topics(ROOT) if t.id not in SAME_QUESTION}
    assert rules == own


def test_no_example_stands_under_two_intents() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for example in whole().get_nlu_data().intent_examples:
        seen[" ".join(example.get("text").lower().split())].add(example.get("intent"))
    assert {text: sorted(names) for text, names in seen.items() if len(names) > 1} == {}


def test_every_intent_of_ours_has_examples_enough() -> None:
    counts: Counter[str] = Counter()
    for path in (ROOT / "bot/data/nlu").glob("*.yml"):
        for entry in yaml.safe_load(path.read_text())["nlu"]:
            counts[entry["intent"]] += len(entry["examples"].strip().splitlines())
    assert counts.pop("out_of_scope") >= 150
    assert {intent: count for intent, count in counts.items() if count < 20} == {}


def test_every_intent_of_the_domain_is_trained_or_a_payload() -> None:
    trained = {e.get("intent") for e in whole().get_nlu_data().intent_examples}
    ours = set(whole().get_domain().intents)
    from rasa.shared.core.constants import DEFAULT_INTENTS

    assert ours - trained - set(DEFAULT_INTENTS) == {"choose_topic", "speak"}
    assert trained <= ours


def test_every_intent_has_a_rule_outside_forms() -> None:
    from rasa.shared.core.constants import DEFAULT_INTENTS
    from rasa.shared.core.events import ActiveLoop, UserUttered

    answered = set()
    for step in whole().get_stories().story_steps:
        for event in step.events:
            if isinstance(event, ActiveLoop) and event.name:
                break  # the rule holds inside a form only
            if isinstance(event, UserUttered):
                answered.add(event.intent_name)
                break
    assert set(whole().get_domain().intents) - set(DEFAULT_INTENTS) - answered == set()


def test_rules_name_only_texts_and_actions_that_exist() -> None:
    domain = whole().get_domain()
    named = {
        event.action_name
        for step in whole().get_stories().story_steps
        for event in step.events
        if type(event).__name__ == "ActionExecuted"
    }
    texts = set(load_messages(ROOT, "en"))
    assert {name for name in named if name and name.startswith("utter_")} <= texts
    assert {name for name in named if name} <= set(domain.action_names_or_texts)


def test_the_data_raise_no_warning_but_the_known_ones() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        whole.cache_clear()
        whole().get_domain()
        whole().get_stories()
        whole().get_nlu_data()
    told = {str(w.message).split("\n")[0] for w in caught if w.category is UserWarning}
    assert {t for t in told if "auto-fill has been removed" not in t} == set()


def test_no_slot_has_an_initial_value_or_steers_a_rule() -> None:
    slots = [s for s in whole().get_domain().slots if s.name not in ("requested_slot",)]
    steering = {s.name for s in slots if s.influence_conversation}
    assert {s.name for s in slots if s.initial_value is not None} == set()
    assert steering == set()


@pytest.mark.parametrize("name", ["bond-not-instant", "a", "one-two-three"])
def test_a_topic_intent_is_its_id_with_underscores(name: str) -> None:
    assert topic_intent(name) == "topic_" + name.replace("-", "_")
