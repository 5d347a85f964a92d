"""Whether a deployment's service takes a family: area, and pregnancy until an age; pure.

It decides nothing clinical: a person looks at every referral.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from common.deployment import Eligibility
from referrals.baby import Baby
from referrals.model import Home

Reason = Literal["ok", "outside_area", "child_too_old", "area_unknown", "baby_unknown"]

STAGE_WEEKS: Final = (
    ("newborn", 6),
    ("young_baby", 26),
    ("older_baby", 52),
    ("toddler", 105),
)
"""Stage -> the week before which it ends. Source: docs/glossary.md."""


@dataclass(frozen=True)
class Decision:
    """What the rules say. `eligible` is None where something needed is not known yet."""

    eligible: bool | None
    reason: Reason


def decide(rules: Eligibility, *, home: Home | None, baby: Baby | None, today: date) -> Decision:
    """Apply a deployment's rules.

    An estimated age within four weeks of the limit counts as eligible: staff will ask.
    """
    if baby is not None and baby.birth_date is not None:
        limit = add_years(baby.birth_date, rules.until_weeks)
        if baby.estimated:
            limit += timedelta(weeks=4)
        if today >= limit:
            return Decision(False, "child_too_old")
    if home is not None and not home.split:
        if home.elsewhere:
            return Decision(False, "outside_area")
        if home.district_code is None:
            return Decision(None, "area_unknown")
        if not rules.covers(home.district_code):
            return Decision(False, "outside_area")
    if home is None or home.split:
        return Decision(None, "area_unknown")
    if baby is None or not baby.dated:
        return Decision(None, "baby_unknown")
    return Decision(True, "ok")


def add_years(birth: date, weeks: int) -> date:
    """The first day on which a child is too old; whole years are counted as birthdays."""
    if weeks % 52:
        return birth + timedelta(weeks=weeks)
    years = weeks // 52
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:  # born on 29 February
        return date(birth.year + years, 3, 1)


def stage_of(baby: Baby, today: date) -> str | None:
    """The stage that words are chosen by: pregnancy, newborn, young_baby, older_baby, toddler."""
    if baby.birth_date is None:
        return "pregnancy" if baby.due_date is not None or baby.born is False else None
    weeks = (today - baby.birth_date).days / 7
    return next((stage for stage, end in STAGE_WEEKS if weeks < end), "toddler")
