"""Reads phone numbers and e-mail addresses out of a message; pure, and it calls nobody."""

import re
from dataclasses import dataclass

import phonenumbers

from referrals.text import plain

_SAME = re.compile(
    r"\b(?:this (?:number|phone|one|mobile)|same (?:number|phone|one)|"
    r"(?:number|one|phone) (?:i'?m|i am) (?:texting|messaging|using|on|writing)\b|"
    r"on here|(?:use|on) this)\b",
    re.IGNORECASE,
)
_NUMBERISH = re.compile(r"(?<![\w/])\+?\(?\d[\d\s().-]{6,18}\d(?![\w/])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


@dataclass(frozen=True)
class Phone:
    """A number to reach the parent on: E.164, or the one she writes from (`same`)."""

    number: str | None
    same: bool = False


@dataclass(frozen=True)
class PhoneReading:
    """A phone in a message; `problem` is `phone_short`, `phone_long`, `phone_unknown` or None."""

    phone: Phone | None
    problem: str | None = None


def read_phone(text: str, *, expecting: bool, region: str = "GB") -> PhoneReading:
    """The last phone number in a message: with a correction the right one comes last.

    Args:
        expecting: the number was just asked for, so that digits which make none are a problem.
    """
    text = _digits_for_letters(plain(text))
    good: list[str] = []
    problem: str | None = None
    for match in _NUMBERISH.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _is_date(match[0]) or (len(digits) < 9 and not expecting):
            continue
        e164, trouble = _check(match[0], region)
        if e164:
            good.append(e164)
        elif expecting or digits.startswith("07"):
            problem = trouble
    if good:
        return PhoneReading(Phone(good[-1]))
    if _SAME.search(text):
        return PhoneReading(Phone(None, same=True))
    return PhoneReading(None, problem)


def read_email(text: str) -> str | None:
    """The first e-mail address in a message, its domain in lower case."""
    match = _EMAIL.search(text)
    if not match:
        return None
    local, _, domain = match[0].rpartition("@")
    return f"{local}@{domain.lower()}"


def spoken(e164: str) -> str:
    """A number as people here write it: `07700 900145`; with its country code where foreign."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    if parsed.country_code != 44:
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = f"0{parsed.national_number}"
    return f"{national[:5]} {national[5:]}"


def _digits_for_letters(text: str) -> str:
    # "O7700 9OO145": the letter O typed for a nought inside a number.
    return re.sub(
        r"(?<![A-Za-z])[oO\d][\doO ]{8,14}[\doO](?![A-Za-z])",
        lambda m: re.sub("[oO]", "0", m[0]) if sum(c.isdigit() for c in m[0]) >= 5 else m[0],
        text,
    )


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\s*\d{1,2}([./ -])\d{1,2}\1(?:\d{4}|\d{2})\s*", text))


def _check(raw: str, region: str) -> tuple[str | None, str | None]:
    digits = re.sub(r"\D", "", raw)
    try:
        parsed = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None, "phone_unknown"
    if parsed.country_code == 44 and digits.startswith(("0", "44")):
        # Shape only: the numbers set aside for drama count as numbers here.
        national = len(str(parsed.national_number))
        if national == 10 and str(parsed.national_number)[0] in "123578":
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), None
        return None, "phone_short" if national < 10 else "phone_long"
    if raw.strip().startswith(("+", "00")) and phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), None
    return None, "phone_short" if len(digits) < 11 else "phone_unknown"
