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
from functools import cached_property, lru_cache
from pathlib import Path

from safety import sentences, tongues
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
#: A rule's *now* becomes gentle where the share of all classes together is smaller than this in
#: every stretch. On held-out hands that brings the near misses with a *now* from 3.1 to 1.9 %; of
#: the cries 1.8 % get the gentle text instead.
UNLIKE = 0.2
#: The encoder is asked where the words alone give all classes together at least this share: below
#: it the two together could not reach the lower mark.
WORTH = 0.02
#: It reads so many stretches of a text at most, those strongest by words: 1 to 2 ms for each.
ASKED = 2
_PIECES = (3, 4, 5)
LEAST = 1e-6


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


def blend(words: list[float], meaning: list[float]) -> list[float]:
    """The shares by words and by meaning together: their geometric mean."""
    both = [math.sqrt(max(a, LEAST) * max(b, LEAST)) for a, b in zip(words, meaning, strict=True)]
    whole = sum(both)
    return [one / whole for one in both]


@dataclass(frozen=True)
class Stretch:
    """First and last word of a stretch of a text, and its shares."""

    first: int
    last: int
    shares: list[float]


class Reading:
    """A text, read for likeness at most once, when it is first asked about.

    Args:
        made: the text made plain.
        rules: the book, for its word groups.
    """

    def __init__(self, made: Plain, rules: Book) -> None:
        self.made = made
        self._rules = rules
        self._model = learned() if len(made.words) >= FEWEST_WORDS else None

    def unlike(self) -> bool:
        """Whether no stretch is at all like the labelled examples of any class."""
        if self._model is None or not self._known[1]:
            return False
        return all(1.0 - one.shares[-1] < UNLIKE for one in self._strongest)

    def alike(self, *, told: set[str]) -> list[Evidence]:
        """Evidence from the strongest stretch, at most two classes.

        Args:
            told: classes that a rule has spoken for already; likeness adds nothing to them.
        """
        found = min(self._strongest, key=lambda one: one.shares[-1], default=None)
        if self._model is None or found is None:
            return []
        tier = self._model.tier(found.shares)
        if tier == "none":
            return []
        return [
            Evidence(
                cls,
                f"{cls}.likeness",
                self.made.written(found.first, found.last),
                "gentle" if cls in ALWAYS_GENTLE else tier,
            )
            for cls in self._model.named(found.shares)
            if cls not in told
        ]

    @cached_property
    def _known(self) -> tuple[list[Stretch], bool]:
        """The stretches of known words with their shares by words, and whether that is all."""
        if self._model is None:
            return [], False
        found, whole = [], True
        for first, last in windows(self.made):
            words = self.made.words[first : last + 1]
            if self._model.knows(words):
                shares = self._model.shares(words, self._rules.groups)
                found.append(Stretch(first, last, shares))
            else:
                whole = False
        return found, whole

    @cached_property
    def _strongest(self) -> list[Stretch]:
        """The stretches worth it by words and meaning; all of them by words where none is."""
        found = self._known[0]
        worth = [one for one in found if 1.0 - one.shares[-1] >= WORTH]
        encoder = sentences.reader()
        if encoder is None or not worth or not tongues.some_english(self.made.words):
            return found
        worth.sort(key=lambda one: one.shares[-1])
        return [
            Stretch(
                one.first,
                one.last,
                blend(one.shares, encoder.shares(self.made.words[one.first : one.last + 1])),
            )
            for one in worth[:ASKED]
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
