"""What a message tells of stage, baby, role and place, as slots; asks nothing and says nothing."""

from datetime import date
from typing import Any

from bot.actions.base import Event, Said, slot
from bot.actions.deps import Deps
from places.model import Place
from referrals.baby import Baby
from referrals.eligibility import stage_of
from referrals.facts import Facts, read_facts

_ROLES = ("mother", "father", "partner", "grandparent", "carer", "professional")


def facts_of(said: Said, *, expecting: str | None = None) -> Facts:
    """The facts in the words of this turn."""
    unborn = said.slot("stage") == "pregnancy" and not said.slot("baby_birth_date")
    born = False if unborn else None
    return read_facts(said.text, today=said.now.date(), expecting=expecting, born=born)


def slots_from(facts: Facts, said: Said) -> dict[str, Any]:
    """Slots that the facts settle, by name."""
    found: dict[str, Any] = {}
    baby = None if said.bereaved else facts.baby
    if baby is not None:
        if baby.birth_date:
            found |= {"baby_birth_date": baby.birth_date.isoformat(), "baby_due_date": None}
        elif baby.due_date:
            found["baby_due_date"] = baby.due_date.isoformat()
        stage = stage_of(baby, said.now.date())
        if stage:
            found["stage"] = stage
    role = facts.role or said.entity("role")
    if role in _ROLES:
        found["parent_role"] = role
    return found


def remembered(said: Said) -> list[Event]:
    """Events for whatever this message says in passing."""
    if not said.text:
        return []
    return [slot(name, value) for name, value in slots_from(facts_of(said), said).items()]


def baby_known(said: Said) -> Baby | None:
    """The baby as the slots know it."""
    if said.bereaved:
        return None
    birth, due = said.slot("baby_birth_date"), said.slot("baby_due_date")
    if birth:
        return Baby(born=True, birth_date=date.fromisoformat(birth), estimated=True)
    if due:
        return Baby(born=False, due_date=date.fromisoformat(due), estimated=True)
    return None


def stage_now(said: Said, events: list[Event]) -> str | None:
    """The stage today: a baby grows between two messages."""
    if said.bereaved:
        return None
    new = {e["name"]: e["value"] for e in events if e["event"] == "slot"}
    if new.get("stage"):
        return str(new["stage"])
    baby = baby_known(said)
    if baby is not None:
        return stage_of(baby, said.now.date())
    found = said.slot("stage")
    return str(found) if found else None


def place_in(said: Said, deps: Deps, *, asked: bool) -> Place | None:
    """The place that this message names.

    Args:
        asked: the place was just asked for, so that the bare words may be one.
    """
    for text in (said.entity("postcode"), said.entity("place")):
        if text and (found := deps.places.lookup(text)):
            return found
    facts = facts_of(said, expecting="postcode" if asked else None)
    if facts.postcode and (found := deps.places.lookup(facts.postcode)):
        return found
    return deps.places.lookup(said.text) if asked and said.text else None
