"""Trains the likeness half of the risk screen on the building set and writes its weights.

Run with `python -m benchmarks.safety_train`; `--check` only prints the held-out figures. Pure
Python on purpose: nothing to install, the same weights on every machine.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from content.loader.topics import read_topics
from safety.likeness import FEWEST_WORDS, WEIGHTS, features, read
from safety.normalise import plain
from safety.rulebook import book
from safety.screen import by_rules

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
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
FOLDS, EPOCHS, RATE, DECAY, POSITIVE = 5, 12, 0.35, 2e-5, 4.0
FEWEST = 3
#: Only classes of feeling and fear: an event (a fall, a loss, an age) needs words that say it, and
#: a gentle medical text on a likeness would only confuse.
CLASSES = (
    "suicide",
    "losing_control",
    "psychosis",
    "domestic_abuse",
    "self_harm",
    "unwanted_thoughts",
)
#: Share of negatives that likeness alone may mark, for each class.
MAY_BE_GENTLE = 0.001


@dataclass(frozen=True)
class Example:
    """A labelled text, its features worked out."""

    text: str
    label: str | None
    features: frozenset[str]
    long: bool


def examples() -> list[Example]:
    """Building set and topics, in a fixed order."""
    rows: list[tuple[str, str | None]] = []
    for name, labelled in (("positive", True), ("negative", False)):
        for line in (DATA / f"safety_build_{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            rows.append((row["text"], row["class"] if labelled else None))
    for located in read_topics(ROOT)[0]:
        topic = located.topic
        if topic.id not in LEFT_OUT:
            rows += [(text, TOPIC_CLASS.get(topic.id)) for text in topic.examples]
    rules = book()
    found = []
    for text, label in dict(rows).items():
        words = plain(text, rules.speller).words
        long = len(words) >= FEWEST_WORDS
        found.append(Example(text, label, frozenset(features(words, rules.groups)), long))
    return found


def fit(data: list[Example], known: set[str], *, seed: int = 1) -> dict[str, object]:
    """One-against-the-rest logistic regression by AdaGrad."""
    chance = random.Random(seed)
    bias = [-2.0] * len(CLASSES)
    weights: dict[str, list[float]] = {name: [0.0] * len(CLASSES) for name in known}
    slopes: dict[str, list[float]] = {name: [1e-6] * len(CLASSES) for name in known}
    rows = [([f for f in one.features if f in known], one.label) for one in data]
    for _ in range(EPOCHS):
        chance.shuffle(rows)
        for found, label in rows:
            _step(found, label, bias, weights, slopes)
    return {
        "classes": list(CLASSES),
        "bias": [round(b, 4) for b in bias],
        "weights": {
            name: kept
            for name, row in sorted(weights.items())
            if (kept := [[n, round(w, 3)] for n, w in enumerate(row) if abs(w) > 0.25])
        },
    }


def _step(
    found: list[str],
    label: str | None,
    bias: list[float],
    weights: dict[str, list[float]],
    slopes: dict[str, list[float]],
) -> None:
    if not found:
        return
    share = 1.0 / math.sqrt(len(found))
    for number, cls in enumerate(CLASSES):
        score = bias[number] + share * sum(weights[f][number] for f in found)
        wrong = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)))) - (cls == label)
        if cls == label:
            wrong *= POSITIVE
        if abs(wrong) < 0.01:
            continue
        bias[number] -= 0.02 * wrong
        for name in found:
            slope = wrong * share + DECAY * weights[name][number]
            slopes[name][number] += slope * slope
            weights[name][number] -= RATE * slope / math.sqrt(slopes[name][number])


def words_known(data: list[Example]) -> set[str]:
    """Features that occur in enough texts to be worth a weight."""
    counts = Counter(name for one in data for name in one.features)
    return {name for name, count in counts.items() if count >= FEWEST}


def held_out(data: list[Example]) -> list[tuple[Example, list[float]]]:
    """Scores of every example by a model that has not seen it."""
    shuffled = list(data)
    random.Random(7).shuffle(shuffled)
    scored = []
    for fold in range(FOLDS):
        train = [one for at, one in enumerate(shuffled) if at % FOLDS != fold]
        made = fit(train, words_known(train))
        zeros = [0.0] * len(CLASSES)
        model = read({**made, "gentle": zeros})
        for at, one in enumerate(shuffled):
            if at % FOLDS == fold:
                scored.append((one, _score(model, one)))
        print(f"fold {fold + 1} of {FOLDS}", file=sys.stderr)
    return scored


def _score(model: object, one: Example) -> list[float]:
    scores = list(model.bias)  # type: ignore[attr-defined]
    share = 1.0 / math.sqrt(len(one.features)) if one.features else 0.0
    for name in one.features:
        for number, weight in model.weights.get(name, ()):  # type: ignore[attr-defined]
            scores[number] += weight * share
    return scores


def marks(scored: list[tuple[Example, list[float]]]) -> list[float]:
    """The score from which likeness counts, by class."""
    found = []
    for number in range(len(CLASSES)):
        ordinary = sorted(
            (s[number] for one, s in scored if one.label is None and one.long), reverse=True
        )
        found.append(round(max(ordinary[int(len(ordinary) * MAY_BE_GENTLE)] + 0.05, -1.0), 3))
    return found


def report(scored: list[tuple[Example, list[float]]], gentle: list[float]) -> None:
    """Held-out recall of rules, of likeness and of both, and false alarms."""
    print(f"{'class':<18}{'n':>5}{'rules':>8}{'like':>8}{'both':>8}")
    for number, cls in enumerate(CLASSES):
        own = [
            (one, one.long and s[number] >= gentle[number])
            for one, s in scored
            if one.label == cls
        ]
        rules = [cls in by_rules(one.text).classes for one, _ in own]
        like = [hit for _, hit in own]
        both = [a or b for a, b in zip(rules, like, strict=True)]
        print(f"{cls:<18}{len(own):>5}{_share(rules):>8}{_share(like):>8}{_share(both):>8}")
    ordinary = [(one, s) for one, s in scored if one.label is None]
    hits = sum(
        one.long and any(a >= b for a, b in zip(s, gentle, strict=True)) for one, s in ordinary
    )
    print(f"likeness alone: {hits} of {len(ordinary)} negatives")


def _share(hits: list[bool]) -> str:
    return f"{sum(hits) / max(1, len(hits)):.3f}"


def main() -> None:
    """Cross-validate, print, and write the weights unless only a check was asked for."""
    data = examples()
    scored = held_out(data)
    gentle = marks(scored)
    report(scored, gentle)
    if "--check" in sys.argv:
        return
    made = {**fit(data, words_known(data)), "gentle": gentle}
    digest = hashlib.sha256("\n".join(f"{d.label} {d.text}" for d in data).encode()).hexdigest()
    made["trained_on"] = {"examples": len(data), "sha256": digest}
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{WEIGHTS.stat().st_size // 1024} KB, {len(made['weights'])} features")  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
