"""Writes the peer's project: plain Rasa with our intents, examples and answers, nothing else.

Runs in the assistant's environment: `bot/.venv/bin/python -m benchmarks.export FOLDER`. It reads
the data through the assistant's own importer, so both sides train on the same examples.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from bot import launch
from content.loader import load_messages, load_topics

ROOT = Path(__file__).resolve().parents[1]
# As `rasa init` writes it: without a pipeline Rasa takes its default one.
CONFIG = "recipe: default.v1\nassistant_id: peer\nlanguage: en\npipeline: null\npolicies: null\n"
# A few paths, as `rasa init` has, so that its learned policies have something to learn.
PATHS = (
    ("greet", "topic_sleep_normal", "thanks", "goodbye"),
    ("greet", "topic_cry_why", "affirm", "thanks"),
    ("greet", "find_support", "thanks", "goodbye"),
    ("greet", "ask_bot", "topic_bond_not_instant", "thanks"),
    ("topic_feed_enough", "deny", "goodbye"),
    ("greet", "ask_human", "affirm", "goodbye"),
)
FALLBACK = "nlu_fallback"
ANSWER = "Thank you for telling me. I can help with that: tell me a little more about it."


def main(folder: Path) -> None:
    """Write config.yml, domain.yml, credentials.yml and data/ into a folder."""
    launch.prepare()
    from rasa.shared.importers.importer import TrainingDataImporter  # type: ignore[import-not-found]

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "bot" / "data")]
    )
    examples = importer.get_nlu_data()
    intents = sorted(examples.intents)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (data / "nlu.yml").write_text(examples.nlu_as_yaml())
    _write(data / "rules.yml", {"rules": [_rule(name) for name in [*intents, FALLBACK]]})
    _write(data / "stories.yml", {"stories": _stories(intents)})
    _write(folder / "domain.yml", _domain(intents, examples.entities))
    (folder / "config.yml").write_text(CONFIG)
    (folder / "credentials.yml").write_text("rest:\n")
    counts = {"intents": len(intents), "examples": len(examples.intent_examples)}
    sys.stdout.write(json.dumps(counts) + "\n")


def _rule(intent: str) -> dict[str, Any]:
    return {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}


def _stories(intents: list[str]) -> list[dict[str, Any]]:
    found = [tuple(name for name in path if name in intents) for path in PATHS]
    return [
        {
            "story": f"path {number}",
            "steps": [
                step for name in path for step in ({"intent": name}, {"action": f"utter_{name}"})
            ],
        }
        for number, path in enumerate(found)
        if len(path) > 1
    ]


def _domain(intents: list[str], entities: set[str]) -> dict[str, Any]:
    texts = _texts()
    return {
        "intents": intents,
        "entities": sorted(entities),
        "responses": {
            f"utter_{name}": [{"text": texts.get(name, ANSWER)}] for name in [*intents, FALLBACK]
        },
        "session_config": {
            "session_expiration_time": 60,
            "carry_over_slots_to_new_session": True,
        },
    }


def _texts() -> dict[str, str]:
    """The words of each answer by intent; names in braces are left out, as the peer has none."""
    found = {
        key.removeprefix("utter_"): words.web
        for key, words in load_messages(ROOT, "en").items()
        if key.startswith("utter_")
    }
    for topic in load_topics(ROOT):
        text = next(iter(topic.words["en"].texts.values()))
        found["topic_" + topic.id.replace("-", "_")] = text.long
    return {name: text.replace("{", "").replace("}", "").strip() for name, text in found.items()}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(
        yaml.safe_dump({"version": "3.1", **content}, sort_keys=False, allow_unicode=True)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
