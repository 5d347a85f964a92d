"""The age of a child who writes, as far as her words say one; noticed, never asked; pure.

Where the words leave two ages open (year 10 is 14 or 15) the younger one counts.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from safety.model import Verdict

Band = Literal["under_13", "under_16", "under_18"]

CLASS: Final = "young_person"
#: Youngest first: a younger band is never given up for an older one.
BANDS: Final[tuple[Band, ...]] = ("under_13", "under_16", "under_18")
_WORDS = {
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
}
_NUMBER = rf"(?<![\d.,:/])(\d{{1,2}}|{'|'.join(_WORDS)})(?![\d:/]|[.,]\d)"
_YEAR = re.compile(rf"\b(?:year|yr)s? ?{_NUMBER}(?! ?(?:old|ago))", re.IGNORECASE)
_AGE = re.compile(
    rf"\b{_NUMBER}(?! ?(?:weeks?|wks?|w\b|months?|mths?|mnths?|days?|hours?|hrs?|minutes?|mins?|"
    r"stone|st\b|kgs?|lbs?|ml|oz|am\b|pm\b|times|o'?clock|%))",
    re.IGNORECASE,
)
_PRIMARY = re.compile(r"\bprimary school\b", re.IGNORECASE)
_GROWN = re.compile(
    r"\b(?:i am|i'm|im|aged?) (?:1[89]|[2-6]\d)\b"
    r"(?! ?(?:weeks?|wks?|w\b|months?|days?|hours?|mins?))",
    re.IGNORECASE,
)
_YOUNGEST, _ADULT = 8, 18


def age_told(words: str) -> int | None:
    """The youngest age under 18 that some words of a child say, in years; None where they do not.

    School years are those of England and Wales: in year 10 one is 14 or 15.
    """
    years = [_value(found) + 4 for found in _YEAR.findall(words)]
    rest = _YEAR.sub(" ", words)
    ages = [_value(found) for found in _AGE.findall(rest)]
    told = [age for age in (*years, *ages) if _YOUNGEST <= age < _ADULT]
    if _PRIMARY.search(words):
        told.append(min([*told, 11]))
    return min(told, default=None)


def grown(text: str) -> bool:
    """Whether the writer says an age of 18 or more."""
    return _GROWN.search(text) is not None


def band_of(age: int) -> Band | None:
    """The band whose route is taken for an age; None for an adult."""
    if age >= _ADULT:
        return None
    return "under_13" if age < 13 else "under_16" if age < 16 else "under_18"


def band_told(verdict: Verdict) -> Band | None:
    """The band of a child whom the screen noticed; None where it noticed none.

    What the words say counts before the rule that matched; without both it is a child of any age,
    and the route is that of the oldest.
    """
    found: list[Band] = []
    for one in verdict.evidence:
        if one.cls != CLASS:
            continue
        age = age_told(one.words)
        by_age = band_of(age) if age is not None else None
        by_rule = next((band for band in BANDS if one.rule == f"{CLASS}.{band}"), None)
        if by_rule is None and grown(one.words):
            continue  # only like a child's words, and an age that no child has
        found.append(by_age or by_rule or BANDS[-1])
    return min(found, key=BANDS.index, default=None)


def younger(before: str | None, now: Band) -> Band:
    """Of the band that was known and the one told now the younger."""
    return min((band for band in BANDS if band in (before, now)), key=BANDS.index)


def _value(word: str) -> int:
    return _WORDS.get(word.lower()) or int(word)
