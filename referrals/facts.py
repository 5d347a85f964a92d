"""Everything a message volunteers, read in one pass; pure, stores nothing and asks nothing.

Which fact was asked for (`expecting`) only decides how bare words are read: a fact said with its
own cue is found whatever was asked.
"""

import re
from dataclasses import dataclass, fields
from datetime import date

from referrals.babies import read_baby
from referrals.baby import Baby
from referrals.contact import Route, read_code_word, read_route, read_shared, read_time
from referrals.corrections import is_correction, read_reopened
from referrals.dates import read_dates
from referrals.names import read_name, read_role
from referrals.phones import Phone, read_email, read_phone
from referrals.postcodes import read_postcode
from referrals.text import plain, yes_or_no

_INTERPRETER = re.compile(
    r"\b(?:need|want|with|have) an? (?:\w+ )?interpreter\b|\b(?P<lang>[A-Z]?\w+) interpreter\b|"
    r"\b(?:i (?:only )?speak|my language is|first language is|prefer to (?:speak"
    r"|talk) in)\s+(?P<lang2>\w+)",
    re.I,
)
_LANGUAGES = re.compile(
    r"\b(urdu|punjabi|panjabi|polish|slovak|romanian|bengali|bangla|sylheti|pashto|pushto|arabic|"
    r"kurdish|sorani|farsi|persian|dari|hindko|mirpuri|gujarati|hindi|czech|hungarian|tigrinya|"
    r"amharic|somali|french|spanish|portuguese|ukrainian|russian|turkish|welsh|lithuanian|latvian|"
    r"chinese|mandarin|cantonese|bsl|british sign language|sign language|tamil|malayalam|italian|"
    r"german|albanian|vietnamese|swahili|yoruba|igbo|twi|roma(?:ni)?)\b",
    re.I,
)
_GP = re.compile(
    r"\b(?:my (?:gp|doctor|surgery)(?:'s)?(?: surgery)?|gp|registered (?:at|with))(?: is| are"
    r"| at|:)+\s+(?P<gp>[^.;!?\n]{3,80})",
    re.I,
)
_WRITER_AGE = re.compile(
    r"\b(?:i'?m|i am|im)\s+(?:only |just |nearly )?(?P<age>1[0-9]|[2-4]\d)(?:\s*(?:years? old"
    r"|yrs? old|yo|y/o|and)?\b)(?!\s*(?:weeks?|wks?|months?|days?|\+))",
    re.I,
)


@dataclass(frozen=True)
class Facts:
    """What one message says; None means that it does not say.

    Attributes:
        problems: what was tried to be said but cannot be right, as codes.
        correction: the message takes something back.
        reopened: a field she wants to change without yet giving the new value.
        postcode_full: the postcode is whole rather than an outward code.
    """

    name: str | None = None
    role: str | None = None
    baby: Baby | None = None
    postcode: str | None = None
    postcode_full: bool = False
    phone: Phone | None = None
    email: str | None = None
    route: Route | None = None
    best_time: str | None = None
    shared: bool | None = None
    code_word: str | None = None
    interpreter: str | None = None
    gp: str | None = None
    writer_born: date | None = None
    writer_age: int | None = None
    problems: tuple[str, ...] = ()
    correction: bool = False
    reopened: str | None = None

    @property
    def empty(self) -> bool:
        """Whether no field was said; corrections and problems do not count."""
        ignored = {"problems", "correction", "reopened", "postcode_full"}
        return all(getattr(self, f.name) is None for f in fields(self) if f.name not in ignored)


def read_facts(
    text: str, *, today: date, expecting: str | None = None, born: bool | None = None
) -> Facts:
    """Everything volunteered in a message.

    Args:
        today: the day of the message, in the deployment's time zone.
        expecting: the field just asked for (a field id such as `name` or `baby`), or None.
        born: whether the baby is known to be born, for dates that could be either.
    """
    text = plain(text)
    # A number that is already read as phone or postcode is no date, and the other way round.
    phone = read_phone(text, expecting=expecting == "phone")
    postcode = read_postcode(text, expecting=expecting == "postcode")
    rest = _without_numbers(text)
    baby = read_baby(rest, today=today, expecting=expecting == "baby", born=born)
    born_on = baby.writer_born
    if expecting == "date_of_birth" and born_on is None:
        born_on = next((r.value for r in read_dates(rest, today=today, kind="birth")), None)
    problems = tuple(p for p in (baby.problem, phone.problem, postcode.problem) if p)
    reopened = read_reopened(text)
    return Facts(
        name=read_name(text, expecting=expecting == "name"),
        role=read_role(text, expecting=expecting in ("for_whom", "name")),
        baby=baby.baby,
        postcode=None if postcode.problem else postcode.text,
        postcode_full=postcode.full,
        phone=phone.phone,
        email=read_email(text),
        route=read_route(text, expecting=expecting == "contact_route"),
        best_time=read_time(text, expecting=expecting == "best_time"),
        shared=read_shared(text, expecting=expecting == "phone_shared"),
        code_word=read_code_word(text, expecting=expecting == "code_word"),
        interpreter=_interpreter(text, expecting=expecting == "interpreter"),
        gp=_gp(text),
        writer_born=born_on,
        writer_age=_writer_age(text),
        problems=problems,
        correction=is_correction(text),
        reopened=reopened,
    )


def _without_numbers(text: str) -> str:
    text = re.sub(r"(?<![\w/])\+?\(?0[\d\s()-]{8,18}\d(?![\w/])|\+\d[\d\s()-]{8,18}\d", " ", text)
    return re.sub(r"\b[A-Za-z]{1,2}\d[\dA-Za-z]?\s?\d[A-Za-z]{2}\b", " ", text)


def _interpreter(text: str, *, expecting: bool) -> str | None:
    language = _LANGUAGES.search(text)
    if found := _INTERPRETER.search(text):
        if re.search(
            r"\b(?:no|don'?t need|do not need|without) (?:an? )?interpreter\b", text, re.I
        ):
            return "no"
        if language:
            return language[1].capitalize()
        return "no" if (found["lang2"] or "").lower() == "english" else "yes"
    if not expecting:
        return None
    if language:
        return language[1].capitalize()
    answer = yes_or_no(text)
    if answer is None and re.search(r"\benglish\b|\bi'?m (?:ok|fine)\b", text, re.I):
        return "no"
    return None if answer is None else "yes" if answer else "no"


def _gp(text: str) -> str | None:
    found = _GP.search(text)
    return found["gp"].strip(" ,") if found else None


def _writer_age(text: str) -> int | None:
    found = _WRITER_AGE.search(text)
    return int(found["age"]) if found else None
