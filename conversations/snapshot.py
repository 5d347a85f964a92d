"""The assistant's state between two turns: opened, sealed and changed here and nowhere else."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from common.clock import as_utc
from common.crypto import Box
from conversations.tables import Conversation, where

Snapshot = Mapping[str, Any]

# The slots of a form begin so; what was sent already stays known.
_OF_FORM = "ref_"
_PROGRESS = "ref_progress"
_SENT = "ref_sent"
_ASIDE = "paused"


def opened(conversation: Conversation, box: Box) -> Snapshot | None:
    """The state after the last turn; None before the first."""
    sealed = conversation.snapshot_sealed
    if sealed is None:
        return None
    found: Snapshot = box.open(sealed, where=where("conversations", "snapshot", conversation.id))
    return found


def keep(conversation: Conversation, box: Box, snapshot: Snapshot) -> None:
    """Seal a state; the next turn begins with it."""
    place = where("conversations", "snapshot", conversation.id)
    conversation.snapshot_sealed = box.seal(dict(snapshot), where=place)


def without(snapshot: Snapshot, names: Collection[str]) -> Snapshot:
    """The state with some slots forgotten."""
    slots = {n: v for n, v in snapshot.get("slots", {}).items() if n not in names}
    return {**snapshot, "slots": slots}


def has_form(snapshot: Snapshot) -> bool:
    """Whether a form is open or put aside."""
    return bool(snapshot.get("active_loop") or snapshot.get("slots", {}).get(_PROGRESS))


def form_begun(snapshot: Snapshot) -> datetime | None:
    """When the form began that is open or put aside, UTC; None where that is not known."""
    started = _progress(snapshot).get("started_at")
    return as_utc(datetime.fromisoformat(str(started))) if started else None


def form_unsent(snapshot: Snapshot) -> bool:
    """Whether what she tells in the form has not been sent: it is not added to one that was."""
    return has_form(snapshot) and _progress(snapshot).get("mode") != "after"


def without_form(snapshot: Snapshot) -> Snapshot:
    """The state with the form ended and what was told in it forgotten."""
    names = [n for n in snapshot.get("slots", {}) if n.startswith(_OF_FORM) and n != _SENT]
    ended: Snapshot = {"active_loop": None, "requested_slot": None, "loop_flags": {}}
    return {**without(snapshot, names), **ended}


def with_form_aside(snapshot: Snapshot) -> Snapshot:
    """The state with an open form put aside: all that was told in it is kept for later."""
    slots = {**snapshot.get("slots", {}), _PROGRESS: {**_progress(snapshot), "ending": _ASIDE}}
    aside: Snapshot = {"active_loop": None, "requested_slot": None, "loop_flags": {}}
    return {**snapshot, "slots": slots, **aside}


def form_waits(snapshot: Snapshot) -> bool:
    """Whether a form was put aside."""
    return not snapshot.get("active_loop") and _progress(snapshot).get("ending") == _ASIDE


def _progress(snapshot: Snapshot) -> Mapping[str, Any]:
    found = snapshot.get("slots", {}).get(_PROGRESS)
    return found if isinstance(found, Mapping) else {}
