"""Reads a record back, by field, in words that need no sentence around them; pure."""

from datetime import date
from typing import Any, Final

from referrals.baby import Baby
from referrals.contact import Route
from referrals.dates import in_short, in_words
from referrals.model import Record
from referrals.phones import Phone, spoken

ROLE_WORDS: Final = {
    "mother": "mum",
    "father": "dad",
    "parent": "parent",
    "partner": "partner of the parent",
    "grandparent": "grandparent",
    "carer": "carer",
    "professional": "professional",
    "other": "someone who cares",
}
_REASON_SHOWN: Final = 70


def for_parent(record: Record, *, short: bool) -> dict[str, Any]:
    """What the summary message shows, by field; only fields that were said.

    Args:
        short: for a text message: short dates, and only the beginning of her own words.
    """
    found = {
        "name": record.name,
        "role": ROLE_WORDS.get(record.for_whom or "", record.for_whom),
        "baby": baby_words(record.baby, short=short) if record.baby else None,
        "postcode": record.postcode.text if record.postcode else None,
        "phone": phone_words(record.phone) if record.phone else None,
        "email": record.email,
        "route": route_words(record.contact_route) if record.contact_route else None,
        "best_time": record.best_time,
        "shared": record.phone_shared,
        "code_word": record.code_word,
        "interpreter": record.interpreter,
        "gp": record.gp,
        "reason": _reason(record.reason, short=short),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _reason(reason: str | None, *, short: bool) -> str | None:
    if reason is None or not short or len(reason) <= _REASON_SHOWN:
        return reason
    return reason[:_REASON_SHOWN].rsplit(" ", 1)[0] + "..."


def baby_words(baby: Baby, *, short: bool = False) -> str:
    """`Yusuf, born 21 September 2026`, `due about 15 December 2026`, `twins, ...`."""
    say = in_short if short else in_words
    parts = [p for p in (baby.name, _count_words(baby.count)) if p]
    about = "about " if baby.estimated else ""
    if baby.birth_date:
        parts.append(f"born {about}{say(baby.birth_date)}")
    elif baby.due_date:
        parts.append(f"due {about}{say(baby.due_date)}")
    elif baby.born is False:
        parts.append("not born yet")
    if baby.neonatal:
        parts.append("neonatal care")
    return ", ".join(parts)


def _count_words(count: int | None) -> str | None:
    return {2: "twins", 3: "triplets"}.get(count or 1) or (
        f"{count} babies" if (count or 1) > 3 else None
    )


def phone_words(phone: Phone) -> str:
    """The number as people write it, or `this number`."""
    return spoken(phone.number) if phone.number else "this number"


def route_words(route: Route) -> str:
    """`text or call, no voicemail`."""
    ways = [word for word, ok in (("text", route.text), ("call", route.call)) if ok]
    words = " or ".join(ways) or "not yet said"
    if len(ways) == 1:
        words += " only" if (route.call if ways == ["text"] else route.text) is False else ""
    if route.voicemail is not None:
        words += ", voicemail OK" if route.voicemail else ", no voicemail"
    return words


def age_words(birth: date, today: date) -> str:
    """`9 weeks`, `7 months`, `1 year 3 months` for staff and for remembering."""
    days = (today - birth).days
    if days < 14:
        return f"{days} day{'' if days == 1 else 's'}"
    if days < 7 * 16:
        return f"{days // 7} weeks"
    months = (today.year - birth.year) * 12 + today.month - birth.month
    months -= today.day < birth.day
    if months < 24:
        return f"{months} months"
    years, rest = divmod(months, 12)
    return f"{years} years" + (f" {rest} month{'' if rest == 1 else 's'}" if rest else "")
