"""The labelled texts that the screen's trained parts learn from, and who is held out together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from content.loader.messages import read_messages
from content.loader.topics import read_topics

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
NONE, FOREIGN = "none", "foreign"
#: Topics whose examples are themselves of a class, or too near to one to be called ordinary.
TOPIC_CLASS = {
    "mh-suicidal": "suicide",
    "da-pregnancy": "domestic_abuse",
    "mh-psychosis": "psychosis",
    "mh-intrusive": "unwanted_thoughts",
    "loss-baby": "loss",
}
LEFT_OUT = {
    "preg-young",
    "young-parent",
    "da-worried-i-harm",
    "cry-cant-cope",
    "tod-my-anger",
    "mh-history",
    "bond-after-loss-pregnancy",
    "preg-choices",
    "mh-taken-away",
}
#: Held out together: sets by the same hand, so that the marks are picked on hands never seen.
HELD_OUT = (
    ("positive_2", "negative_2", "positive_5"),
    ("positive_3", "negative_3", "positive_6"),
    ("positive", "positive_4", "positive_7", "negative", "negative_4", "negative_5"),
)


@dataclass(frozen=True)
class Example:
    """A labelled text, held out in its `fold`.

    `kind` is near_miss or ordinary, or `FOREIGN`: such a text sets no mark, since likeness keeps
    silent in words that it never met.
    """

    text: str
    label: str
    kind: str
    fold: int


def examples() -> list[Example]:
    """Building sets and topics, each text once, in a fixed order."""
    found: dict[str, Example] = {}
    for path in sorted(DATA.glob("safety_build_*.jsonl")):
        hand = path.stem.removeprefix("safety_build_")
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            row = json.loads(line)
            label = row.get("class") or NONE
            kind = row["kind"] if row.get("language", "en") == "en" else FOREIGN
            found[row["text"]] = Example(row["text"], label, kind, _fold(hand, number))
    for located in read_topics(ROOT)[0]:
        topic = located.topic
        if topic.id not in LEFT_OUT:
            label = TOPIC_CLASS.get(topic.id, NONE)
            for number, text in enumerate(topic.examples):
                found.setdefault(text, Example(text, label, "ordinary", number % len(HELD_OUT)))
    for number, (topic_id, text) in enumerate(spoken()):
        if topic_id not in LEFT_OUT:
            label = TOPIC_CLASS.get(topic_id, NONE)
            found.setdefault(text, Example(text, label, FOREIGN, number % len(HELD_OUT)))
    for number, text in enumerate(labels()):
        found.setdefault(text, Example(text, NONE, "ordinary", number % len(HELD_OUT)))
    return list(found.values())


def spoken() -> Iterator[tuple[str, str]]:
    """Topic, empty for other intents, and text of what parents ask in other languages."""
    for path in sorted((ROOT / "bot" / "data" / "nlu" / "languages").glob("*.yml")):
        for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            topic = item["intent"].removeprefix("topic_").replace("_", "-")
            for line in item["examples"].splitlines():
                text = line.strip().removeprefix("- ").strip()
                if text:
                    yield (topic if item["intent"].startswith("topic_") else ""), text


def labels() -> list[str]:
    """The words of our own buttons, which a parent says by pressing one."""
    messages, _ = read_messages(ROOT, "en")
    return sorted({choice.label for one in messages.values() for choice in one.choices})


def _fold(hand: str, number: int) -> int:
    """The hand's own fold; sets of several languages, of which there is one each, are spread."""
    own = [at for at, hands in enumerate(HELD_OUT) if hand in hands]
    return own[0] if own else number % len(HELD_OUT)


def area_words() -> set[str]:
    """Names of places of the deployments: a screen that serves any area must not know them."""
    found: set[str] = set()
    for path in sorted((ROOT / "deployments").glob("*/*.yml")):
        if path.name in {"deployment.yml", "words.yml"}:
            data = yaml.safe_load(path.read_text("utf-8"))
            found |= {str(name).casefold() for name in data.get("places") or {}}
            found.add(str(data.get("area_adjective", "")).casefold())
    return found
