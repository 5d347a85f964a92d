"""The trained half of the screen: how like the labelled examples a text is, where no rule speaks.

A linear model over words and pairs of words that stand near each other, trained by
``benchmarks.safety_train`` on the building set and kept as readable weights. Like the rules it
recognises words; it measures nothing about the person.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from safety.model import Evidence
from safety.normalise import Plain
from safety.rulebook import Book

WEIGHTS = Path(__file__).with_name("learned") / "weights.json"
WINDOW, STEP, APART = 32, 24, 3
#: Fewer words than this say too little to be like anything.
FEWEST_WORDS = 6


@dataclass(frozen=True)
class Likeness:
    """Weights by feature, each a row of (class number, weight), and the mark of each class."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    gentle: tuple[float, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]

    def scores(self, words: list[str], groups: Mapping[str, str]) -> list[float]:
        """One log-odds per class for a window of words."""
        found = features(words, groups)
        share = 1.0 / math.sqrt(len(found)) if found else 0.0
        scores = list(self.bias)
        for feature in found:
            for number, weight in self.weights.get(feature, ()):
                scores[number] += weight * share
        return scores


@lru_cache(maxsize=1)
def learned() -> Likeness | None:
    """The weights that were trained, or None where there are none (the rules then stand alone)."""
    if not WEIGHTS.is_file():
        return None
    return read(json.loads(WEIGHTS.read_text(encoding="utf-8")))


def read(data: Mapping[str, object]) -> Likeness:
    """Likeness from the form that training writes."""
    rows: Mapping[str, list[list[float]]] = data["weights"]  # type: ignore[assignment]
    return Likeness(
        classes=tuple(data["classes"]),  # type: ignore[arg-type]
        bias=tuple(data["bias"]),  # type: ignore[arg-type]
        gentle=tuple(data["gentle"]),  # type: ignore[arg-type]
        weights={name: tuple((int(n), float(w)) for n, w in row) for name, row in rows.items()},
    )


def alike(made: Plain, rules: Book, *, told: set[str]) -> list[Evidence]:
    """Evidence from likeness, always gentle, at most one piece a class: the strongest window.

    Args:
        made: the text made plain.
        rules: the book, for its word groups.
        told: classes that a rule has spoken for already; likeness adds nothing to them.
    """
    model = learned()
    if model is None or len(made.words) < FEWEST_WORDS:
        return []
    best: dict[int, tuple[float, int, int]] = {}
    for first, last in windows(made):
        scores = model.scores(made.words[first : last + 1], rules.groups)
        for number, score in enumerate(scores):
            if model.classes[number] in told:
                continue
            if score >= model.gentle[number] and score > best.get(number, (-math.inf,))[0]:
                best[number] = (score, first, last)
    return [
        Evidence(
            model.classes[number],
            f"{model.classes[number]}.likeness",
            made.written(first, last),
            "gentle",
        )
        for number, (_, first, last) in best.items()
    ]


def windows(made: Plain) -> Iterator[tuple[int, int]]:
    """First and last word of each stretch that is scored; short texts are one stretch."""
    length = len(made.words)
    for first in range(0, max(1, length - WINDOW + STEP), STEP):
        last = min(first + WINDOW, length) - 1
        if last >= first:
            yield first, last


def features(words: list[str], groups: Mapping[str, str]) -> set[str]:
    """Words, and pairs of words or word groups at most three places apart, in order."""
    kinds = [groups.get(word) or ("#" if word[0].isdigit() else word) for word in words]
    found = set(words)
    for at, kind in enumerate(kinds):
        found.add(kind)
        found.update(f"{kind} {other}" for other in kinds[at + 1 : at + 1 + APART])
        if at + 1 < len(kinds):
            found.add(f"{kind}+{kinds[at + 1]}")
    return found
