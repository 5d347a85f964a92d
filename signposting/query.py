"""What a parent looks for and what she is given: values of the search, without any choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from places.model import Place
from signposting.model import Service

# Ages of the baby in weeks, from and until; pregnancy lies before 0. Source: glossary of stages.
STAGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "pregnancy": (-40, 0),
        "newborn": (0, 6),
        "young_baby": (6, 26),
        "older_baby": (26, 52),
        "toddler": (52, 104),
    }
)
# How a service fits the need, best first: it names the need; a need that lies near; a need near to
# that; or nothing did and it helps anyone. A better fit always comes first.
FITS = ("exact", "near", "far", "general")


@dataclass(frozen=True)
class Query:
    """What a parent looks for.

    Attributes:
        need: id of our taxonomy; None for anything.
        stage: one of STAGES; None for any.
        place: where she is; None when not known.
        role: `mother`, `father`, `partner`, `grandparent`, `carer`, `professional`, `unknown`.
        language: ISO 639-1 of what she wants to speak; None for English or not known.
        now: aware, in any zone.
        most: how many to give.
        exclude: slugs that she has seen ("more").
    """

    need: str | None
    stage: str | None
    place: Place | None
    role: str
    language: str | None
    now: datetime
    most: int = 3
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """A service that fits.

    Attributes:
        distance_km: straight distance to the nearest of its locations; None where not known.
        reasons: message keys `signpost.why.*`, most telling first.
        variables: what these messages name.
        fit: one of FITS.
    """

    service: Service
    distance_km: float | None
    reasons: tuple[str, ...]
    variables: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    fit: str = "exact"
