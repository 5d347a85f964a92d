"""Puts what a message says into the record: later words win, whatever the order; pure.

Looking up a postcode is handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from places.model import Place
from referrals.baby import Baby
from referrals.contact import Route
from referrals.facts import Facts
from referrals.model import Home, Record
from referrals.names import fix_name

Lookup = Callable[[str], Place | None]


@dataclass(frozen=True)
class Merged:
    """A record after a message.

    Attributes:
        changed: fields that are now otherwise than before, in the order of the record.
        problems: what could not be taken, as codes (see messages `utter_referral_problem`).
    """

    record: Record
    changed: tuple[str, ...]
    problems: tuple[str, ...]


_SIMPLE: Final = (
    ("name", "name"),
    ("role", "for_whom"),
    ("email", "email"),
    ("best_time", "best_time"),
    ("code_word", "code_word"),
    ("interpreter", "interpreter"),
    ("gp", "gp"),
    ("writer_born", "date_of_birth"),
    ("writer_age", "writer_age"),
)
_SPECIFIC_ROLES: Final = ("mother", "father", "grandparent", "partner", "professional", "carer")


def merge(record: Record, facts: Facts, text: str, *, lookup: Lookup, channel: str) -> Merged:
    """The record with the facts of one message in it.

    Args:
        text: the message, for corrections that name only letters of a name.
        lookup: finds a postcode; None where it does not exist.
        channel: "this number" means something only where she writes from a phone.
    """
    before, problems = record, list(facts.problems)
    for source, target in _SIMPLE:
        value = getattr(facts, source)
        if value is not None and not _vaguer_role(target, value, record):
            record = record.having(target, value)
    if facts.correction and facts.name is None:
        record = _fixed_names(record, text)
    if facts.baby is not None:
        record = replace(record, baby=(record.baby or Baby()).merged(facts.baby))
    if facts.route is not None:
        record = replace(
            record, contact_route=(record.contact_route or Route()).merged(facts.route)
        )
    if facts.shared is not None:
        record = replace(record, phone_shared=facts.shared)
    record, problem = _with_phone(record, facts, channel)
    problems += [problem] if problem else []
    record, problem = _with_postcode(record, facts, lookup)
    problems += [problem] if problem else []
    if record.baby is not None and record.baby.dated:
        problems = [p for p in problems if p != "born_or_due"]
    changed = tuple(
        name
        for name in record.__dataclass_fields__
        if getattr(record, name) != getattr(before, name)
    )
    return Merged(record, changed, tuple(dict.fromkeys(problems)))


def home_of(text: str, place: Place, *, full: bool) -> Home:
    """A place that was found, as the record keeps it."""
    return Home(
        text=text,
        full=full,
        split=place.split,
        elsewhere=not place.split and place.district_code is None,
        district_code=None if place.split else place.district_code,
        district_name=None if place.split else place.district_name,
    )


def _vaguer_role(target: str, value: str, record: Record) -> bool:
    return target == "for_whom" and value == "parent" and record.for_whom in _SPECIFIC_ROLES


def _with_phone(record: Record, facts: Facts, channel: str) -> tuple[Record, str | None]:
    if facts.phone is None:
        return record, None
    if facts.phone.same and channel != "sms":
        return record, "phone_same"
    return replace(record, phone=facts.phone), None


def _with_postcode(record: Record, facts: Facts, lookup: Lookup) -> tuple[Record, str | None]:
    if facts.postcode is None:
        return record, None
    text = facts.postcode
    place = lookup(text)
    if place is None:
        return record, "postcode_unknown"
    known = record.postcode
    if not facts.postcode_full and known and known.full and known.text.split()[0] == text:
        return record, None  # "I'm in BD5" adds nothing to BD5 8HL
    if facts.postcode_full and place.kind != "postcode":
        # Not on the list: a slip, or newer than the list. Said twice, it is taken as it is.
        if known is None or known.text != text or known.full:
            home = replace(home_of(text, place, full=False), split=True)
            return replace(record, postcode=home), "postcode_unknown"
        taken = replace(home_of(text, place, full=False), split=False)
        return replace(record, postcode=taken), None
    home = home_of(place.text, place, full=place.kind == "postcode")
    return replace(record, postcode=home), "postcode_split" if home.split else None


def _fixed_names(record: Record, text: str) -> Record:
    if record.name and (fixed := fix_name(record.name, text)):
        return replace(record, name=fixed)
    baby = record.baby
    if baby and baby.name and (fixed := fix_name(baby.name, text)):
        return replace(record, baby=replace(baby, name=fixed))
    return record
