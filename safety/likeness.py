"""The trained half of the screen: how like the labelled examples a text is, where no rule speaks.

A linear model over words, pairs of words that stand near each other and pieces of words, trained
by ``benchmarks.safety_train`` on the building set and kept as readable weights. Like the rules it
recognises words; it measures nothing about the person.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from safety.model import Evidence, Tier
from safety.normalise import Plain
from safety.rulebook import Book

WEIGHTS = Path(__file__).with_name("learned") / "weights.json"
WINDOW, STEP, APART = 32, 24, 3
#: Fewer words than this say too little to be like anything.
FEWEST_WORDS = 3
#: Classes that have only a gentle text: likeness to them never makes a *now*.
ALWAYS_GENTLE = frozenset({"unwanted_thoughts", "loss", "young_person"})
#: A second class is named too where it is at least this part as likely as the first.
SECOND = 0.5
#: Part of the words that must be known: in another language it would only see chance pieces.
KNOWN = 0.6
#: A rule's *now* becomes gentle where the share of all classes together is smaller than this. On
#: held-out hands that halves the near misses with a *now* (4.8 to 2.5 %), and of the cries that a
#: rule found 2.8 % get the gentle text instead.
UNLIKE = 0.05
_PIECES = (3, 4, 5)


@dataclass(frozen=True)
class Likeness:
    """Weights by feature, and the two marks.

    A feature's weights are its rarity (its inverse document frequency in training) and a row of
    (class number, weight). ``bias`` has one number more than there are classes: the last is that
    of ordinary talk. ``gentle`` and ``now`` are shares of probability, from 0 to 1.
    """

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    gentle: float
    now: float
    weights: Mapping[str, tuple[float, tuple[tuple[int, float], ...]]]

    def shares(self, words: list[str], groups: Mapping[str, str]) -> list[float]:
        """A share of probability for each class and, last, for ordinary talk."""
        scores = list(self.bias)
        for kind in (features(words, groups), pieces(words)):
            known = [found for name in kind if (found := self.weights.get(name)) is not None]
            length = math.sqrt(sum(rarity * rarity for rarity, _ in known))
            for rarity, row in known:
                for number, weight in row:
                    scores[number] += weight * rarity / length
        top = max(scores)
        grown = [math.exp(score - top) for score in scores]
        whole = sum(grown)
        return [one / whole for one in grown]

    def knows(self, words: list[str]) -> bool:
        """Whether most of the words occurred in training."""
        return sum(word in self.weights for word in words) >= KNOWN * len(words)

    def tier(self, shares: list[float]) -> Tier:
        """What a text with these shares gets; *now* only where urgent classes reach its mark."""
        urgent = sum(
            share
            for cls, share in zip(self.classes, shares, strict=False)
            if cls not in ALWAYS_GENTLE
        )
        if urgent >= self.now:
            return "now"
        return "gentle" if 1.0 - shares[-1] >= self.gentle else "none"

    def named(self, shares: list[float]) -> list[str]:
        """The likeliest class, and a second one that is nearly as likely."""
        ranked = sorted(zip(shares, self.classes, strict=False), reverse=True)
        return [cls for share, cls in ranked[:2] if share >= SECOND * ranked[0][0]]


@lru_cache(maxsize=1)
def learned() -> Likeness | None:
    """The weights that were trained, or None where there are none (the rules then stand alone)."""
    if not WEIGHTS.is_file():
        return None
    return read(json.loads(WEIGHTS.read_text(encoding="utf-8")))


def read(data: Mapping[str, object]) -> Likeness:
    """Likeness from the form that training writes.

    A row is whole numbers: the rarity in hundredths, then class number and weight in twentieths
    by turns.
    """
    rows: Mapping[str, list[int]] = data["weights"]  # type: ignore[assignment]
    return Likeness(
        classes=tuple(data["classes"]),  # type: ignore[arg-type]
        bias=tuple(data["bias"]),  # type: ignore[arg-type]
        gentle=float(data["gentle"]),  # type: ignore[arg-type]
        now=float(data["now"]),  # type: ignore[arg-type]
        weights={name: _weights(row) for name, row in rows.items()},
    )


def _weights(row: list[int]) -> tuple[float, tuple[tuple[int, float], ...]]:
    pairs = zip(row[1::2], row[2::2], strict=True)
    return row[0] / 100, tuple((number, weight / 20) for number, weight in pairs)


def unlike(made: Plain, rules: Book) -> bool:
    """Whether no stretch of the text is at all like the labelled examples of any class."""
    model = learned()
    if model is None or len(made.words) < FEWEST_WORDS:
        return False
    for first, last in windows(made):
        words = made.words[first : last + 1]
        if not model.knows(words) or 1.0 - model.shares(words, rules.groups)[-1] >= UNLIKE:
            return False
    return True


def alike(made: Plain, rules: Book, *, told: set[str]) -> list[Evidence]:
    """Evidence from likeness: the strongest stretch of the text, at most two classes.

    Args:
        made: the text made plain.
        rules: the book, for its word groups.
        told: classes that a rule has spoken for already; likeness adds nothing to them.
    """
    model = learned()
    if model is None or len(made.words) < FEWEST_WORDS:
        return []
    best: tuple[float, list[float], int, int] | None = None
    for first, last in windows(made):
        words = made.words[first : last + 1]
        if not model.knows(words):
            continue
        shares = model.shares(words, rules.groups)
        if best is None or shares[-1] < best[0]:
            best = (shares[-1], shares, first, last)
    if best is None:
        return []
    _, shares, first, last = best
    tier = model.tier(shares)
    if tier == "none":
        return []
    named = [cls for cls in model.named(shares) if cls not in told]
    return [
        Evidence(
            cls,
            f"{cls}.likeness",
            made.written(first, last),
            "gentle" if cls in ALWAYS_GENTLE else tier,
        )
        for cls in named
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


def pieces(words: list[str]) -> set[str]:
    """Pieces of three to five letters of each word, ``_`` before them; a blank marks its ends."""
    found: set[str] = set()
    for word in set(words):
        padded = f" {word} "
        for size in _PIECES:
            found.update(
                f"_{padded[at : at + size]}" for at in range(max(1, len(padded) - size + 1))
            )
    return found
