"""Finds plain facts in a parent's words: age, due date, postcode, need, who writes.

Each function is pure and returns `Fact`s with the place in the text where they stand. It
knows no calendar and no map: what "9 weeks" or "SA1" mean is the action's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_COUNT = r"(?:\d{1,3}|" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")"
_UNITS = {
    "day": r"days?",
    "week": r"w(?:ee)?ks?",
    "month": r"m(?:on)?ths?|mnths?|mos?",
    "year": r"y(?:ea)?rs?|yo",
}
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
_LENGTH = re.compile(
    rf"\b(?P<count>{_COUNT})(?P<half> and a half|\.5|½)?[\s-]*(?:{_UNIT})(?:s? old)?\b", re.I
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE = (
    rf"\d{{1,2}}[./-]\d{{1,2}}(?:[./-]\d{{2,4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})(?:,? \d{{4}})?"
    rf"|(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
)
_DUE = re.compile(
    r"\bdue(?: date)?(?: is)?(?: on| in| about| around| at| the)*\s+"
    rf"(?P<date>{_DATE}|{_MONTHS})\b",
    re.I,
)
_BORN = re.compile(
    rf"\b(?:born|dob|date of birth|birthday)[\s:]*(?:is|on|the|was)*\s*(?P<date>{_DATE})\b", re.I
)
_BARE_DATE = re.compile(rf"\s*(?P<date>{_DATE})\s*[.!]?\s*", re.I)
_PREGNANT = re.compile(r"pregnan|\bpreg\b|preggers|expecting|\bbump\b|gestation|\bgone\b", re.I)
# Lengths of something else than a life: "for 3 weeks", "every 2 hours", "6 weeks early".
_NOT_AN_AGE = re.compile(
    r"\b(?:for|over|last|past|in|within|every|after|since|another|next|waite?d?|waiting|about)"
    r"\s+(?:(?:the|a|last|past)\s+)*$",
    re.I,
)
_AFTERWARDS = re.compile(
    r"\s*(?:ago|early|late|premature|prem|later|time|wait|pregnan|preg\b|gone|to go)", re.I
)
_BORN_BEFORE = re.compile(r"\bborn\s+(?:about\s+)?$", re.I)
# Source: the 124 postcode areas of Royal Mail, Northern Ireland and the islands included.
_AREAS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|"
    "EC|EH|EN|EX|E|FK|FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|"
    "LL|LN|LS|LU|L|ME|MK|ML|M|NE|NG|NN|NP|NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|"
    "SM|SN|SO|SP|SR|SS|ST|SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|W|YO|ZE"
)
# Source: Royal Mail's postcode formats A9 9AA, A99 9AA, AA9 9AA, AA99 9AA, A9A 9AA, AA9A 9AA.
_POSTCODE = re.compile(
    rf"\b(?P<out>(?:{_AREAS})\d[A-Z\d]?)\s*(?P<in>\d[ABD-HJLNP-UW-Z]{{2}})\b", re.I
)
# One letter and one digit ("b4", "m8") is text-speak more often than an area.
_OUTWARD = re.compile(
    rf"\b(?P<out>(?=[A-Z]{{2}}\d|[A-Z]\d\d)(?:{_AREAS})\d{{1,2}})\b(?!\s*\d[A-Z])", re.I
)
_PLACE = re.compile(
    r"\b(?:live in|living in|live near|based in|near|in|around|from)\s+"
    r"(?P<place>[A-Za-z][\w'-]*(?: [A-Za-z][\w'-]*){0,2})\s*[?.!]*$",
    re.I,
)
_NO_PLACE = re.compile(
    r"(?:me|us|you|him|it|my|our|your|his|her|the|a|an|this|that|here|there|where|now|today|bed|"
    r"labour|pain|hospital|school|work|general|urdu|polish|english|care|love|tears|touch|"
    rf"{_MONTHS})\b",
    re.I,
)


_FILLERS = re.compile(
    r"\b(?:old|its|it's|she|she's|he|he's|is|about|around|born|on|in|i|im|i'm|i am|live|we|"
    r"pregnant|nearly|just|baby|my|postcode)\b|\W",
    re.I,
)


@dataclass(frozen=True)
class Fact:
    """Something told: `entity` as in domain.yml, and its place in the text."""

    entity: str
    value: str
    start: int
    end: int


def facts(text: str) -> list[Fact]:
    """All facts in `text`, in the order of their kinds."""
    found = [*ages(text), *dates(text), *postcodes(text), *roles(text), *needs(text)]
    if not any(fact.entity == "postcode" for fact in found):
        found += places(text)
    return found


def is_bare(text: str, found: list[Fact]) -> bool:
    """Whether `text` is a fact about baby or home and nothing else ("SA1 3QP", "9 weeks old")."""
    told = [f for f in found if f.entity in ("age", "due", "postcode")]
    if not told:
        return False
    rest = text
    for fact in sorted(told, key=lambda f: -f.start):
        rest = rest[: fact.start] + rest[fact.end :]
    return not _FILLERS.sub("", rest)


def ages(text: str) -> Iterator[Fact]:
    """`age` as an ISO 8601 duration ("P9W"), or `due` as the length of the pregnancy ("P28W")."""
    for match in _LENGTH.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        count = _number(match["count"]) + (0.5 if match["half"] else 0)
        unit = next(name for name in _UNITS if match[name])
        if unit == "week" and count <= 42 and _PREGNANT.search(before[-40:] + after[:25]):
            yield Fact("due", f"P{count:g}W", match.start(), match.end())
            continue
        other = _NOT_AN_AGE.search(before) or _AFTERWARDS.match(after)
        if other and not _BORN_BEFORE.search(before):
            continue
        yield Fact("age", f"P{count:g}{unit[0].upper()}", match.start(), match.end())


def dates(text: str) -> Iterator[Fact]:
    """`due` and `age` ("born ...") as the words of a date; which day they mean is not said."""
    for match in _DUE.finditer(text):
        yield Fact("due", match["date"], match.start(), match.end())
    for match in _BORN.finditer(text):
        yield Fact("age", f"born {match['date']}", match.start(), match.end())
    bare = _BARE_DATE.fullmatch(text)
    if bare:
        yield Fact("age", f"born {bare['date']}", bare.start("date"), bare.end("date"))


def postcodes(text: str) -> Iterator[Fact]:
    """`postcode` in its usual writing, "AB1 2CD", or the outward half alone, "AB1"."""
    whole = False
    for match in _POSTCODE.finditer(text):
        whole = True
        value = f"{match['out']} {match['in']}".upper()
        yield Fact("postcode", value, match.start(), match.end())
    if not whole:
        for match in _OUTWARD.finditer(text):
            yield Fact("postcode", match["out"].upper(), match.start(), match.end())


def places(text: str) -> Iterator[Fact]:
    """`place`: the words after "in" or "near" that end a text; a map says whether it is one."""
    match = _PLACE.search(text)
    if match and not _NO_PLACE.match(match["place"]):
        yield Fact("place", match["place"], match.start("place"), match.end("place"))


def roles(text: str) -> Iterator[Fact]:
    """`role` of who writes, where the words say it."""
    for role, pattern in _table("roles.tsv"):
        match = pattern.search(text)
        if match:
            yield Fact("role", role, match.start(), match.end())
            return


def needs(text: str) -> Iterator[Fact]:
    """`need`: the kinds of help that the words name, each once."""
    for need, pattern in _table("needs.tsv"):
        match = pattern.search(text)
        if match:
            yield Fact("need", need, match.start(), match.end())


@cache
def _table(name: str) -> list[tuple[str, re.Pattern[str]]]:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(value, re.compile(rf"(?:{pattern})\w*", re.I)) for value, pattern in rows]


def _number(words: str) -> float:
    return float(words) if words.isdigit() else _NUMBER_WORDS[words.lower()]
