"""Finds a British postcode in a message and mends the usual slips; places knows if it exists."""

import re
from dataclasses import dataclass

from referrals.text import plain

_OUT = r"(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKP-Y]?)"
_FULL = re.compile(rf"(?<![A-Z0-9])({_OUT})\s*([0-9OoIl][ABD-HJLNP-UW-Z]{{2}})(?![A-Z0-9])", re.I)
_OUTWARD = re.compile(rf"(?<![A-Z0-9])({_OUT})(?![A-Z0-9])", re.I)
_PLACE_CUE = re.compile(r"\b(?:in|live|living|from|near|postcode|area|round|around|based)\b", re.I)
_PARTIAL = re.compile(rf"(?<![A-Z0-9])({_OUT})\s+(\d[A-Z]?|[A-Z]{{2}})(?![A-Z0-9])", re.I)


@dataclass(frozen=True)
class PostcodeReading:
    """A postcode `BD5 8HL` or an outward code `BD5`; `problem` is `postcode_part` or None."""

    text: str | None
    full: bool = False
    problem: str | None = None


def read_postcode(text: str, *, expecting: bool) -> PostcodeReading:
    """The last postcode in a message.

    Args:
        expecting: it was just asked for, so that an outward code alone counts.
    """
    text = plain(text)
    candidates = [m for m in _FULL.finditer(text) if _plausible(m)]
    if candidates:
        outward, inward = candidates[-1].groups()
        return PostcodeReading(f"{outward.upper()} {_inward(inward)}", full=True)
    if expecting and (partial := _PARTIAL.search(text)):
        return PostcodeReading(partial[1].upper(), problem="postcode_part")
    outwards = [m for m in _OUTWARD.finditer(text) if not _a_count(text, m)]
    if outwards and (expecting or _PLACE_CUE.search(text[: outwards[-1].start()])):
        return PostcodeReading(outwards[-1][1].upper())
    return PostcodeReading(None)


def _inward(text: str) -> str:
    first = {"o": "0", "i": "1", "l": "1"}.get(text[0].lower(), text[0])
    return (first + text[1:]).upper()


def _plausible(match: re.Match[str]) -> bool:
    # "m6 on" style accidents: without a space and in lower case a word must not be cut in two.
    return match[2][0].isdigit() or match[0].isupper()


def _a_count(text: str, match: re.Match[str]) -> bool:
    return bool(
        re.match(r"\s*(?:weeks?|wks?|months?|days?|years?|am|pm)\b", text[match.end() :], re.I)
    )
