"""Turns a conversation's snapshot into the events that open a turn, and back; no HTTP, no store.

A seed is `{"format": 1, "slots": {}, "active_loop": str | None, "requested_slot": str | None,
"loop_flags": {"rejected": bool}}`. Only a whole state is seeded, never a window of old events: a
window that begins inside a loop makes Rasa rewind the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

FORMAT = 1


class BadSeed(ValueError):
    """A seed that this version cannot read; the caller sent something else than a snapshot."""


@dataclass(frozen=True)
class Opening:
    """The events that open a turn, and the names in the seed that this model does not know."""

    events: list[Event]
    dropped: tuple[str, ...]


def opening(seed: dict[str, Any] | None, domain: Domain) -> Opening:
    """The events that put a fresh tracker into the state of `seed` (None: a new conversation).

    Slots and loops that the model lacks are left out and named, so that a parent whose snapshot
    is older than the model goes on without the form rather than failing.

    Raises:
        BadSeed: `seed` is no snapshot of a known format.
    """
    slots, loop, requested, rejected = _read(seed)
    known = {slot.name for slot in domain.slots}
    dropped = [name for name in slots if name not in known]
    if loop and loop not in domain.form_names:
        dropped.append(loop)
        loop = requested = None
    if requested and requested not in known:
        dropped.append(requested)
        requested = None
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [SlotSet(name, value) for name, value in slots.items() if name in known]
    if requested:
        events.append(SlotSet(REQUESTED_SLOT, requested))
    if loop:
        events.append(ActiveLoop(loop))
        if rejected:
            events.append(ActionExecutionRejected(loop))
    events.append(ActionExecuted(ACTION_LISTEN_NAME))
    return Opening(events, tuple(dropped))


def _read(seed: dict[str, Any] | None) -> tuple[dict[str, Any], str | None, str | None, bool]:
    if seed is None:
        return {}, None, None, False
    if not isinstance(seed, dict) or seed.get("format") != FORMAT:
        raise BadSeed("seed: unknown format")
    slots, loop = seed.get("slots", {}), seed.get("active_loop")
    requested, flags = seed.get("requested_slot"), seed.get("loop_flags") or {}
    if not isinstance(slots, dict) or not isinstance(flags, dict):
        raise BadSeed("seed: slots and loop_flags are objects")
    if not isinstance(loop, str | None) or not isinstance(requested, str | None):
        raise BadSeed("seed: active_loop and requested_slot are names")
    return slots, loop, requested, bool(flags.get("rejected"))


def snapshot(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The state of `tracker` after a whole turn, as the next turn's seed."""
    ours = {
        name: slot
        for name, slot in tracker.slots.items()
        if name not in (REQUESTED_SLOT, SESSION_START_METADATA_SLOT)
    }
    return {
        "format": FORMAT,
        "slots": {n: s.value for n, s in ours.items() if s.value != s.initial_value},
        "active_loop": tracker.active_loop_name,
        "requested_slot": tracker.get_slot(REQUESTED_SLOT),
        "loop_flags": {"rejected": bool(tracker.is_active_loop_rejected)},
    }
