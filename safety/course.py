"""The course of a crisis in one conversation: how long it stays open and what is said meanwhile.

Pure: no clock, no database. A course opens with a cry, and ends when a person has read it or a set
time has passed; what a parent writes never ends it, since "im ok" is often said by who is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from safety.exits import Exit
from safety.model import Tier, Verdict

# Half a day covers the night in which it was written, until somebody is at work who reads it; a
# gentle word stands for one sitting with the phone.
CLOSES_AFTER: Final[Mapping[Tier, timedelta]] = MappingProxyType(
    {"now": timedelta(hours=12), "gentle": timedelta(hours=2)}
)
_MEDICAL = frozenset({"baby_unwell", "parent_emergency", "baby_hurt", "baby_movements"})
_LINES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(_MEDICAL, "care.line_medical"),
        "domestic_abuse": "care.line_danger",
        "child_at_risk": "care.line_danger",
        "loss": "care.line_loss",
        "young_person": "care.line_young",
    }
)
LINE: Final = "care.line_mind"
FORM_WAITS: Final = "care.form_waits"
EXITS: Final[Mapping[Exit, str]] = MappingProxyType(
    {"joking": "care.joking", "fine": "care.fine", "thanks": "care.thanks"}
)
#: Every key said in the course of a crisis, but for those of a chat that others may read.
KEYS: Final = (LINE, *sorted(set(_LINES.values())), FORM_WAITS, *EXITS.values())


def is_open(tier: Tier | None, last_cry: datetime | None, now: datetime) -> bool:
    """Whether a course that began with this tier still runs."""
    if tier is None or tier == "none" or last_cry is None:
        return False
    return now - last_cry < CLOSES_AFTER[tier]


def goes_on(verdict: Verdict, *, of: Tier | None) -> bool:
    """Whether a new cry takes the place of the course that runs: a gentle one never of a now."""
    return verdict.tier == "now" or of != "now"


def line_of(cls: str | None) -> str:
    """The key of the one line of help that ends an answer while the course of this class runs."""
    return _LINES.get(cls or "", LINE)
