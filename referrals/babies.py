"""Reads what a message says of the baby: born or not, when, name, twins, neonatal care; pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from referrals.dates import DateReading, Kind, read_dates
from referrals.text import NUMBER, number, plain

_UNIT = r"(?P<unit>days?|weeks?|wks?|wk|months?|mths?|mths|mnths?|mos|years?|yrs?|yr)"
_AMOUNT = rf"(?P<amount>{NUMBER})(?P<half>\s+and\s+a\s+half|\.5|½|\s*1/2)?\s*-?\s*{_UNIT}\b"
_AGE = re.compile(
    rf"\b{_AMOUNT}(?P<half2>\s+and\s+a\s+half)?"
    rf"(?:\s*(?:and|,)?\s*(?P<plus>{NUMBER})\s*(?:months?|mths?))?"
    r"(?P<tail>\s*-?\s*(?:old|ago)\b)?",
    re.I,
)
_CHILD = (
    r"\b(?:baby|babies|bub|bubba|son|daughter|(?:little|wee) (?:boy|girl|one|man|lad)|lo|boy|girl|"
    r"twins|triplets|newborn|toddler|grandson|granddaughter|grandchild|he|she|they)\b"
)
_CHILD_IS = re.compile(
    rf"{_CHILD}(?:'?s| is| are|'re| was| turned| turns)?,?(?: (?:only|just|now|about|nearly"
    rf"|almost|"
    r"around|already|called \w+(?: and)?(?: is)?|[A-Z]\w+ (?:is|was)|is))*\s*$",
    re.I,
)
_YEARS_ONLY = re.compile(
    rf"{_CHILD}(?:'?s| is) (?:(?:only|just|now|nearly|almost|about) )*"
    r"(?P<amount>one|two|three|four|five|[1-9])(?P<half> and a half)?(?=\s*(?:$|[.,!;]|now"
    r"|and (?:a|i|he|she)\b))",
    re.I,
)
_PREGNANT_WEEKS = re.compile(
    rf"\b(?P<weeks>{NUMBER})\s*(?:\+\s*(?P<days>[0-6])|(?:weeks?|wks?)(?:\s*(?:and"
    rf"|\+)?\s*(?P<days2>[0-6])\s*days?)?)"
    r"\s*(?:pregnant|preg|gone|along|into (?:my|the) pregnancy)\b"
    rf"|\bpregnant\W+(?:\w+\W+){{0,3}}?(?P<weeks2>{NUMBER})\s*(?:weeks?|wks?)"
    rf"|\b(?:i'?m|i am)\s+(?:about |around |only |now |just )?(?P<weeks4>{NUMBER})\s*(?:weeks?"
    rf"|wks?)\b"
    r"|\b(?P<weeks3>\d{1,2})\s?\+\s?(?P<days3>[0-6])\b",
    re.I,
)
_PREGNANT_MONTHS = re.compile(rf"\b(?P<months>{NUMBER})\s*(?:months?)\s*(?:pregnant|gone)\b", re.I)
_DUE_IN = re.compile(
    rf"\b(?:due|arriv\w+|expect\w*)\b[^.,;]{{0,12}}\bin\s+(?:about\s+)?{_AMOUNT}", re.I
)
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
_PREGNANCY: Final = timedelta(days=280)


@dataclass(frozen=True)
class Baby:
    """What is known of the baby; None means that nobody has said.

    Attributes:
        estimated: the date was counted from an age or said vaguely.
        count: babies of this birth or pregnancy.
    """

    born: bool | None = None
    birth_date: date | None = None
    due_date: date | None = None
    estimated: bool = False
    name: str | None = None
    count: int | None = None
    neonatal: bool | None = None

    @property
    def dated(self) -> bool:
        """Whether there is a date to decide by."""
        return self.birth_date is not None or self.due_date is not None

    def merged(self, newer: "Baby") -> "Baby":
        """This with what `newer` says; a birth date replaces a due date's role, not the date."""
        out = replace(
            self,
            name=newer.name or self.name,
            count=newer.count or self.count,
            neonatal=newer.neonatal if newer.neonatal is not None else self.neonatal,
            born=newer.born if newer.born is not None else self.born,
        )
        if newer.birth_date or newer.due_date:
            out = replace(
                out,
                birth_date=newer.birth_date or (None if newer.born is False else self.birth_date),
                due_date=newer.due_date or self.due_date,
                estimated=newer.estimated,
            )
        elif newer.born is False and self.birth_date:
            out = replace(out, birth_date=None)
        return out


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
    dated = _pregnancy(text, today)
    if dated is None and reading.baby is None and reading.problem is None:
        dated = _age(text, today, expecting=expecting and not said_due)
    found = dated or reading.baby or Baby()
    if found.born is None and said_due != said_born:
        about_child = expecting or said_due or re.search(_CHILD, text, re.I)
        own = bool(_MINE.search(text)) or reading.writer_born is not None
        found = replace(found, born=said_born) if about_child and not own else found
    found = replace(found, name=_name(text), count=_count(text), neonatal=_neonatal(text))
    return BabyReading(
        found if found != Baby() else None,
        None if dated else reading.problem,
        reading.writer_born,
    )


def _pregnancy(text: str, today: date) -> Baby | None:
    if match := _DUE_IN.search(text):
        ahead = _days(match["amount"], match["unit"], half=bool(match["half"]))
        return Baby(born=False, due_date=today + timedelta(days=ahead), estimated=True)
    if match := _PREGNANT_WEEKS.search(text):
        weeks = number(
            (match["weeks"] or match["weeks2"] or match["weeks3"] or match["weeks4"]).lower()
        )
        days = int(match["days"] or match["days2"] or match["days3"] or 0)
        gone = timedelta(days=weeks * 7 + days)
        if timedelta(0) < gone <= timedelta(days=43 * 7):
            return Baby(born=False, due_date=today + _PREGNANCY - gone, estimated=True)
    if match := _PREGNANT_MONTHS.search(text):
        gone = timedelta(days=round(number(match["months"].lower()) * 30.44))
        return Baby(born=False, due_date=today + _PREGNANCY - gone, estimated=True)
    return None


def _age(text: str, today: date, *, expecting: bool) -> Baby | None:
    ages = []
    for match in _AGE.finditer(text):
        before = text[: match.start()]
        of_child = bool(_CHILD_IS.search(before)) or bool(match["tail"])
        of_writer = re.search(r"\b(?:i'?m|i am|mum is|aged?)\s+(?:only |just )?$", before, re.I)
        child_before = re.search(rf"(?:{_CHILD}|\bborn\b|\bhad\b)[^.;!?]*$", before, re.I)
        if match["tail"] and "ago" in match["tail"] and not (child_before or expecting):
            continue
        since = re.search(
            r"\b(?:for|past|last|since|every)\s+(?:the\s+)?(?:past |last )?$", before, re.I
        )
        if of_writer or since or not (of_child or expecting):
            continue
        half = bool(match["half"] or match["half2"])
        plus = _days(match["plus"], "months", half=False) if match["plus"] else 0
        ages.append(_days(match["amount"], match["unit"], half=half) + plus)
    ages += [_days(m["amount"], "years", half=bool(m["half"])) for m in _YEARS_ONLY.finditer(text)]
    if not ages or min(ages) > 365 * 12:
        return None
    return Baby(born=True, birth_date=today - timedelta(days=min(ages)), estimated=True)


def _days(amount: str, unit: str, *, half: bool) -> int:
    each = {"d": 1.0, "w": 7.0, "m": 30.44, "y": 365.25}[unit[0].lower()]
    return round((number(amount.lower()) + (0.5 if half else 0)) * each)


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
