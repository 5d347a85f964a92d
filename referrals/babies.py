"""Reads what a message says of the baby: born or not, when, name, twins, neonatal care; pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from referrals.ages import CHILD, counted_age, counted_pregnancy
from referrals.baby import Baby
from referrals.dates import DateReading, Kind, read_dates
from referrals.text import plain

_DUE = re.compile(
    r"\b(?:due|edd|expecting|pregnan(?:t|cy)|bump|not (?:been )?born|unborn|hasn'?t been born|"
    r"not here yet|on the way|still waiting)\b",
    re.I,
)
_BORN = re.compile(
    r"\b(?:born|birthday|b-?day|birth date|date of birth|dob|d\.o\.b|had (?:him|her|them)|"
    r"gave birth|arrived|came on)\b",
    re.I,
)
_BORN_WORDS = rf"{CHILD}|\bold\b|\bborn\b|\bago\b"
_MINE = re.compile(
    r"\b(?:my|mum'?s|parent'?s) (?:own )?(?:date of birth|dob|birthday)\b|\bi was born\b", re.I
)
_NEONATAL = re.compile(
    r"\b(?:nicu|scbu|neonatal|special care|incubator|premature|prem|preemie|born early)\b", re.I
)
_MORE = re.compile(r"\b(twins?|triplets?|two babies|quads|quadruplets)\b", re.I)
_NAME = re.compile(
    r"\b(?:(?:baby'?s?|his|her|their|son'?s|daughter'?s|babys) name(?:'s| is)|"
    r"(?:baby|son|daughter|(?:little|wee) (?:boy|girl|one)|he'?s|she'?s|is) (?:is )?(?:called"
    r"|named))"
    r"\s+(?P<name>[^\W\d_][\w'-]*)"
    r"|\b(?i:my )?(?i:baby|son|daughter|little boy|little girl)\s*,?\s+(?P<name2>[A-Z][\w'-]+)",
)
_NOT_NAMES: Final = {
    "i",
    "im",
    "is",
    "was",
    "and",
    "due",
    "born",
    "he",
    "she",
    "on",
    "in",
    "the",
    "bd",
}


@dataclass(frozen=True)
class BabyReading:
    """What a message says of the baby.

    Attributes:
        problem: `impossible_date`, `birth_ahead`, `due_past`, `due_far`, `born_or_due` or None.
        writer_born: a date of birth that can only be the writer's own.
    """

    baby: Baby | None
    problem: str | None = None
    writer_born: date | None = None


def read_baby(text: str, *, today: date, expecting: bool, born: bool | None = None) -> BabyReading:
    """What a message says of the baby.

    Args:
        expecting: the baby was just asked about, so that a bare date or age is the baby's.
        born: what was said before, for dates that could be either.
    """
    text = plain(text)
    said_due, said_born = bool(_DUE.search(text)), bool(_BORN.search(_DUE.sub(" ", text)))
    reading = _dates(text, today=today, expecting=expecting, born=born)
    dated = counted_pregnancy(text, today)
    if dated is None and expecting and born is False and not re.search(_BORN_WORDS, text, re.I):
        dated = counted_pregnancy(
            f"{text} pregnant", today
        )  # of a pregnancy, weeks are weeks gone
    if dated is None and reading.baby is None and reading.problem is None:
        dated = counted_age(text, today, expecting=expecting and not said_due)
    found = dated or reading.baby or Baby()
    if found.born is None and said_due != said_born:
        about_child = expecting or said_due or re.search(CHILD, text, re.I)
        own = bool(_MINE.search(text)) or reading.writer_born is not None
        found = replace(found, born=said_born) if about_child and not own else found
    found = replace(found, name=_name(text), count=_count(text), neonatal=_neonatal(text))
    return BabyReading(
        found if found != Baby() else None,
        None if dated else reading.problem,
        reading.writer_born,
    )


def _dates(text: str, *, today: date, expecting: bool, born: bool | None) -> BabyReading:
    writer: date | None = None
    problem: str | None = None
    baby: Baby | None = None
    for reading in read_dates(text, today=today):
        kind = _kind(text, reading, born=born if expecting else None)
        if kind == "unknown" and not expecting:
            continue
        if reading.value and today.year - reading.value.year > 12:
            writer = reading.value
            continue
        if _MINE.search(text[: reading.span[0]]) and kind != "due":
            continue
        one, trouble = _one_date(text, reading, kind, today)
        problem = problem or trouble
        if one:
            baby = baby.merged(one) if baby else one
    return BabyReading(baby, problem if baby is None else None, writer)


def _kind(text: str, reading: DateReading, *, born: bool | None) -> Kind:
    start, end = reading.span
    before = re.split(r"[.;!?]", text[:start])[-1][-60:]
    after = re.split(r"[.;!?]", text[end:])[0][:25]
    due = max((m.end() for m in _DUE.finditer(before)), default=-1)
    birth = max((m.end() for m in _BORN.finditer(before)), default=-1)
    if due != birth:
        return "due" if due > birth else "birth"
    if _BORN.search(after):
        return "birth"
    if _DUE.search(after):
        return "due"
    return "unknown" if born is None else ("birth" if born else "due")


def _one_date(
    text: str, reading: DateReading, kind: Kind, today: date
) -> tuple[Baby | None, str | None]:
    if reading.problem:
        return None, reading.problem
    words = text[reading.span[0] : reading.span[1]]
    if kind == "unknown":
        birth, due = (_as(words, today, k) for k in ("birth", "due"))
        if birth != due and birth and due and due - today <= timedelta(days=295):
            return None, "born_or_due"
        value = reading.value or today
        kind = "birth" if value <= today else "due"
    day = _as(words, today, kind)
    if day is None:
        return None, "impossible_date"
    if kind == "birth":
        if day > today:
            return None, "birth_ahead"
        return Baby(born=True, birth_date=day, estimated=reading.estimated), None
    if day < today - timedelta(days=28):
        return None, "due_past"
    if day > today + timedelta(days=300):
        return None, "due_far"
    return Baby(born=False, due_date=day, estimated=reading.estimated), None


def _as(words: str, today: date, kind: Kind) -> date | None:
    found = read_dates(words, today=today, kind=kind)
    return found[0].value if found else None


def _name(text: str) -> str | None:
    for match in _NAME.finditer(text):
        name = match["name"] or match["name2"]
        if name.lower() not in _NOT_NAMES:
            return name
    return None


def _count(text: str) -> int | None:
    match = _MORE.search(text)
    if not match:
        return None
    word = match[1].lower()
    return 3 if word.startswith("trip") else 4 if word.startswith("quad") else 2


def _neonatal(text: str) -> bool | None:
    return True if _NEONATAL.search(text) else None
