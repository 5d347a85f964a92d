"""Applies a choice that was picked (`field=value`) to a record; pure.

The values stand in the payloads of content/messages: `/inform{"answer": "for_whom=mother"}`.
"""

from dataclasses import replace
from datetime import date

from referrals.baby import Baby
from referrals.contact import Route
from referrals.model import Record
from referrals.names import ROLES
from referrals.phones import Phone
from referrals.progress import CARRY_ON, Progress


def parse(answer: str) -> tuple[str, str] | None:
    """The field and value of a payload's `answer`."""
    name, found, value = answer.partition("=")
    return (name, value) if found and name and value else None


def applied(
    record: Record, progress: Progress, name: str, value: str
) -> tuple[Record, Progress] | None:
    """Record and progress with the choice in them; None where there is no such choice."""
    yes = {"yes": True, "no": False}.get(value)
    if name == "for_whom" and value in ROLES:
        return replace(record, for_whom=value), progress
    if name == "phone_shared" and yes is not None:
        return replace(record, phone_shared=yes), progress
    if name == CARRY_ON and yes is not None:
        return _carry_on(record, progress, yes=yes)
    if name == "parent_agrees" and yes is not None:
        ending = progress.ending if yes else "not_agreed"
        return replace(record, parent_agrees=yes), replace(progress, ending=ending)
    if name == "consent" and yes is not None:
        ending = progress.ending if yes else "no_consent"
        return replace(record, consent=yes), replace(progress, ending=ending)
    if name == "phone" and value == "same":
        return with_this_phone(record), progress
    if name == "contact_route":
        return _route(record, value, progress)
    if name == "baby":
        return _baby(record, value, progress)
    if name in ("best_time", "interpreter"):
        return record.having(name, value), progress
    return None


def with_this_phone(record: Record) -> Record:
    """The number she writes from, for texts and calls unless she has said otherwise."""
    both = (record.contact_route or Route()).merged(Route(text=True, call=True))
    route = record.contact_route if record.has("contact_route") else both
    return replace(record, phone=Phone(None, same=True), contact_route=route)


def _carry_on(record: Record, progress: Progress, *, yes: bool) -> tuple[Record, Progress]:
    progress = replace(progress, carry_on=yes)
    if yes:
        return record, progress
    # The number she writes from is not safe: only another one will do.
    phone = None if record.phone and record.phone.same else record.phone
    return replace(record, phone=phone), replace(progress, mode="callback")


def _route(record: Record, value: str, progress: Progress) -> tuple[Record, Progress] | None:
    ways = {
        "text": Route(text=True, call=False),
        "call": Route(text=False, call=True),
        "call_no_voicemail": Route(text=False, call=True, voicemail=False),
        "both": Route(text=True, call=True),
    }
    if value not in ways:
        return None
    return replace(
        record, contact_route=(record.contact_route or Route()).merged(ways[value])
    ), progress


def _baby(record: Record, value: str, progress: Progress) -> tuple[Record, Progress] | None:
    kind, _, iso = value.partition(":")
    baby = record.baby or Baby()
    if kind not in ("born", "due"):
        return None
    new = Baby(born=kind == "born")
    if iso:
        day = date.fromisoformat(iso)
        new = replace(new, birth_date=day) if kind == "born" else replace(new, due_date=day)
    return replace(record, baby=baby.merged(new)), progress
