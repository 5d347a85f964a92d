"""What is counted of parsed texts: accuracy, F1, what was refused, calibration. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OUTSIDE = "out_of_scope"
REFUSALS = frozenset({OUTSIDE, "nlu_fallback"})
BINS = 10


@dataclass(frozen=True)
class Read:
    """One text as it was understood.

    Attributes:
        row: the labelled row.
        labels: intents that are right; `OUTSIDE` alone where nothing of ours is.
        first: the likeliest intent, whether it was sure enough or not.
        accepted: whether it was acted upon.
        confidence: of `first`, 0 to 1.
        ms: the time of the parse.
    """

    row: Mapping[str, Any]
    labels: frozenset[str]
    first: str
    accepted: bool
    confidence: float
    ms: float

    @property
    def inside(self) -> bool:
        """Whether the text is ours to answer."""
        return OUTSIDE not in self.labels

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is one of those that are right."""
        return self.first in self.labels


@dataclass(frozen=True)
class Share:
    """A share of n, with its 95 % interval (Wilson, 1927)."""

    part: int
    n: int

    @property
    def value(self) -> float:
        """From 0 to 1; NaN of nothing."""
        return self.part / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        if not self.n:
            return math.nan, math.nan
        z, p, n = 1.96, self.value, self.n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return middle - reach, middle + reach

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f}-{high:.3f})" if self.n else "-"


def read(row: Mapping[str, Any], parse: Mapping[str, Any]) -> Read:
    """A labelled row and what Rasa's parse of it says.

    Args:
        row: `intent` ("topic:<id>", an intent or "out_of_scope") and `also`, a list of others.
        parse: `intent`, `confidence`, `ranking` (names, best first) and `ms`.
    """
    labels = frozenset(intent_of(label) for label in (row["intent"], *row.get("also", [])))
    names = [name for name in parse["ranking"] if name not in REFUSALS]
    return Read(
        row=row,
        labels=labels,
        first=names[0] if names else OUTSIDE,
        accepted=parse["intent"] not in REFUSALS,
        confidence=parse["confidence"],
        ms=parse["ms"],
    )


def intent_of(label: str) -> str:
    """The model's name of a label: "topic:sleep-normal" is "topic_sleep_normal"."""
    kind, _, topic = label.partition(":")
    return f"{kind}_{topic.replace('-', '_')}" if topic else kind


def accuracy(reads: Iterable[Read]) -> Share:
    """The likeliest intent is right, of texts that are ours."""
    inside = [one for one in reads if one.inside]
    return Share(sum(one.right for one in inside), len(inside))


def answered_right(reads: Iterable[Read]) -> Share:
    """Right and sure enough to act upon, of texts that are ours."""
    inside = [one for one in reads if one.inside]
    return Share(sum(one.right and one.accepted for one in inside), len(inside))


def answered_wrong(reads: Iterable[Read]) -> Share:
    """Wrong and acted upon, of texts that are ours."""
    inside = [one for one in reads if one.inside]
    return Share(sum(one.accepted and not one.right for one in inside), len(inside))


def caught(reads: Iterable[Read]) -> Share:
    """Refused, of texts that are not ours."""
    outside = [one for one in reads if not one.inside]
    return Share(sum(not one.accepted for one in outside), len(outside))


def macro_f1(reads: Iterable[Read]) -> float:
    """The mean F1 of the intents that occur as a label; one of several right ones counts whole."""
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for one in reads:
        if not one.inside:
            continue
        label = one.first if one.right else intent_of(one.row["intent"])
        wanted[label] += 1
        found[one.first] += 1
        hit[label] += one.right
    scores = [2 * hit[name] / (wanted[name] + found[name]) for name in wanted]
    return sum(scores) / len(scores) if scores else math.nan


def calibration(reads: Sequence[Read]) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error, and (mean confidence, share right, n) of each tenth.

    A text that is not ours is never right.
    """
    bins: dict[int, list[Read]] = defaultdict(list)
    for one in reads:
        bins[min(int(one.confidence * BINS), BINS - 1)].append(one)
    rows = [
        (
            sum(one.confidence for one in found) / len(found),
            sum(one.right for one in found) / len(found),
            len(found),
        )
        for _, found in sorted(bins.items())
    ]
    error = sum(n * abs(sure - right) for sure, right, n in rows) / max(len(reads), 1)
    return error, rows


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which this part lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else math.nan


def by(reads: Iterable[Read], key: Callable[[Read], str]) -> dict[str, list[Read]]:
    """Reads by a name, in the order of the names."""
    groups: dict[str, list[Read]] = defaultdict(list)
    for one in reads:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def confusions(reads: Iterable[Read]) -> Counter[tuple[str, str]]:
    """How often a label was taken for another intent; a refusal is `OUTSIDE`."""
    return Counter(
        (intent_of(one.row["intent"]), one.first) for one in reads if one.inside and not one.right
    )
