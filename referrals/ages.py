"""Reads lengths of time: how old a baby is, how far a pregnancy; pure, always an estimate."""

import re
from datetime import date, timedelta
from typing import Final

from referrals.baby import Baby
from referrals.text import NUMBER, number

_PREGNANCY: Final = timedelta(days=280)
_UNIT = r"(?P<unit>days?|weeks?|wks?|wk|months?|mths?|mths|mnths?|mos|years?|yrs?|yr)"
_AMOUNT = rf"(?P<amount>{NUMBER})(?P<half>\s+and\s+a\s+half|\.5|½|\s*1/2)?\s*-?\s*{_UNIT}\b"
_AGE = re.compile(
    rf"\b{_AMOUNT}(?P<half2>\s+and\s+a\s+half)?"
    rf"(?:\s*(?:and|,)?\s*(?P<plus>{NUMBER})\s*(?:months?|mths?))?"
    r"(?P<tail>\s*-?\s*(?:old|ago)\b)?",
    re.I,
)
CHILD: Final = (
    r"\b(?:baby|babies|bub|bubba|son|daughter|(?:little|wee) (?:boy|girl|one|man|lad)|lo|boy|girl|"
    r"twins|triplets|newborn|toddler|grandson|granddaughter|grandchild|he|she|they)\b"
)
_CHILD_IS = re.compile(
    rf"{CHILD}(?:'?s| is| are|'re| was| turned| turns)?,?(?: (?:only|just|now|about|nearly"
    rf"|almost|"
    r"around|already|called \w+(?: and)?(?: is)?|[A-Z]\w+ (?:is|was)|is))*\s*$",
    re.I,
)
_YEARS_ONLY = re.compile(
    rf"{CHILD}(?:'?s| is) (?:(?:only|just|now|nearly|almost|about) )*"
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


def counted_pregnancy(text: str, today: date) -> Baby | None:
    """An unborn baby whose due date follows from the weeks she names."""
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


def counted_age(text: str, today: date, *, expecting: bool) -> Baby | None:
    """A baby whose birth date follows from an age; the youngest where several are named."""
    ages = []
    for match in _AGE.finditer(text):
        before = text[: match.start()]
        of_child = bool(_CHILD_IS.search(before)) or bool(match["tail"])
        of_writer = re.search(r"\b(?:i'?m|i am|mum is|aged?)\s+(?:only |just )?$", before, re.I)
        child_before = re.search(rf"(?:{CHILD}|\bborn\b|\bhad\b)[^.;!?]*$", before, re.I)
        if match["tail"] and "ago" in match["tail"] and not (child_before or expecting):
            continue
        since = re.search(
            r"\b(?:for|past|last|since|every)\s+(?:the\s+)?(?:past |last )?$", before, re.I
        )
        if of_writer or since or not (of_child or expecting):
            continue
        half = bool(match["half"] or match["half2"])
        plus = number(match["plus"].lower()) if match["plus"] else 0
        ages.append(_days_since(today, match["amount"], match["unit"], half=half, plus=plus))
    ages += [
        _days_since(today, m["amount"], "years", half=bool(m["half"]), plus=0)
        for m in _YEARS_ONLY.finditer(text)
    ]
    if not ages or min(ages) > 365 * 12:
        return None
    return Baby(born=True, birth_date=today - timedelta(days=min(ages)), estimated=True)


def _days_since(today: date, amount: str, unit: str, *, half: bool, plus: int) -> int:
    """The age in days; whole months and years by the calendar, as birthdays are."""
    if half or unit[0].lower() in "dw":
        return _days(amount, unit, half=half)
    months = number(amount.lower()) * (12 if unit[0].lower() == "y" else 1) + plus
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    if year < 1:
        return 365 * 100
    for day in range(today.day, 0, -1):
        try:
            return (today - date(year, month + 1, day)).days
        except ValueError:  # 31 February and the like
            continue
    raise AssertionError("every month has a first day")


def _days(amount: str, unit: str, *, half: bool) -> int:
    each = {"d": 1.0, "w": 7.0, "m": 30.44, "y": 365.25}[unit[0].lower()]
    return round((number(amount.lower()) + (0.5 if half else 0)) * each)
