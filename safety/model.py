"""The values of the risk screen: what goes in and what comes out; it holds no rule and no word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Tier = Literal["now", "gentle", "none"]
About = Literal["self", "other"]

#: Every class, first the one whose words must be read first where several hold.
#: Source: issue "Safety in front of the machine", standing safety routes of docs/clinical-safety.
CLASSES: tuple[str, ...] = (
    "baby_unwell",
    "parent_emergency",
    "suicide",
    "baby_hurt",
    "losing_control",
    "psychosis",
    "baby_movements",
    "child_at_risk",
    "domestic_abuse",
    "self_harm",
    "unwanted_thoughts",
    "loss",
    "young_person",
)

_RANK = {"none": 0, "gentle": 1, "now": 2}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one class holds: the rule and the words it matched, as the parent wrote them."""

    cls: str
    rule: str
    words: str
    tier: Tier = "now"
    about: About = "self"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the screen saw in a text; ``classes`` in the order of CLASSES, *now* before gentle."""

    tier: Tier
    classes: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def tier_of(self, cls: str) -> Tier:
        """The strongest tier with evidence for a class; ``none`` where it does not hold."""
        return strongest(one.tier for one in self.evidence if one.cls == cls)

    def about(self, cls: str) -> About:
        """``other`` if every piece of evidence for the class speaks of somebody else."""
        seen = {one.about for one in self.evidence if one.cls == cls}
        return "other" if seen == {"other"} else "self"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation; ``seconds_ago`` counts from the text screened."""

    who: Literal["parent", "us"]
    text: str
    seconds_ago: float


@dataclass(frozen=True, slots=True)
class Context:
    """What the screen may know of the conversation; ``recent`` oldest first.

    ``expected`` is the key of the question that we asked last, or None.
    """

    recent: tuple[Turn, ...] = ()
    expected: str | None = None


def strongest(tiers: Iterable[Tier]) -> Tier:
    """The strongest of the tiers given; ``none`` for an empty series."""
    best: Tier = "none"
    for tier in tiers:
        if _RANK[tier] > _RANK[best]:
            best = tier
    return best


def verdict(evidence: list[Evidence]) -> Verdict:
    """Put evidence in order: *now* before gentle, classes in the order of CLASSES."""
    order = {cls: at for at, cls in enumerate(CLASSES)}
    ranked = sorted(evidence, key=lambda one: (-_RANK[one.tier], order[one.cls]))
    classes = tuple(dict.fromkeys(one.cls for one in ranked))
    return Verdict(strongest(one.tier for one in ranked), classes, tuple(ranked))
