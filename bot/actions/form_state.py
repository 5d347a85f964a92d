"""The telling of a referral as slots of the assistant, and back; no decisions."""

from typing import Any

from bot.actions.base import Event, Said, slot
from referrals import model, progress
from referrals.model import Record
from referrals.progress import CARRY_ON, OUTSIDE, Progress

FORM = "referral_form"
PROGRESS = "ref_progress"
SENT = "ref_sent"
_KEPT = (
    "shared_words",
    "email",
    "writer_age",
    "date_of_birth",
    "extra",
)
RECORD_SLOTS = (*model.FIELDS, *_KEPT)
"""Parts of the record that have a slot `ref_<part>` of their own."""


def record_in(said: Said) -> Record:
    """The record as far as it was told."""
    values = {name: said.slot(model.SLOT + name) for name in RECORD_SLOTS}
    return model.from_json({k: v for k, v in values.items() if v is not None})


def progress_in(said: Said) -> Progress:
    """Where the telling stands."""
    found = said.slot(PROGRESS)
    return progress.from_json(found if isinstance(found, dict) else None)


def asking_in(said: Said) -> str | None:
    """The field that was asked last; None where the form has not asked yet."""
    found = said.slot("requested_slot")
    return str(found).removeprefix(model.SLOT) if found else None


def events_for(
    said: Said, record: Record, now: Progress, *, ask: str | None, ended: bool
) -> list[Event]:
    """Slots that changed, then the progress, then the question."""
    told = model.to_json(record)
    events = [
        slot(model.SLOT + name, told.get(name))
        for name in RECORD_SLOTS
        if told.get(name) != said.slot(model.SLOT + name)
    ]
    # Always one slot besides the question, or Rasa takes the form for rejected.
    events.append(slot(PROGRESS, progress.to_json(now)))
    asked: Any = None if ended or ask is None else model.SLOT + ask
    return [*events, slot("requested_slot", asked)]


def cleared(said: Said) -> list[Event]:
    """Forget the record and where it stood."""
    names = [model.SLOT + name for name in (*RECORD_SLOTS, CARRY_ON, OUTSIDE)]
    return [slot(n, None) for n in names if said.slot(n) is not None] + [slot(PROGRESS, None)]
