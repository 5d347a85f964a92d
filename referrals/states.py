"""The states of a referral and the total table by which staff change them; pure.

Source: issue "Clinician side" of the plan; value names are ours and map to no national code.
"""

from enum import StrEnum
from typing import Final

from common.errors import Conflict


class State(StrEnum):
    """Where a referral stands."""

    NEW = "new"
    TRIAGED = "triaged"
    CONTACT_ATTEMPTED = "contact_attempted"
    REACHED = "reached"
    ACCEPTED = "accepted"
    SIGNPOSTED = "signposted"
    NOT_ACCEPTED = "not_accepted"
    DECLINED_BY_FAMILY = "declined_by_family"
    UNABLE_TO_REACH = "unable_to_reach"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    BABY_DIED = "baby_died"


class Event(StrEnum):
    """What happens to a referral."""

    TRIAGE = "triage"
    ATTEMPT = "attempt"
    REACH = "reach"
    ACCEPT = "accept"
    SIGNPOST = "signpost"
    NOT_ACCEPT = "not_accept"
    FAMILY_DECLINES = "family_declines"
    GIVE_UP = "give_up"
    TRANSFER = "transfer"
    WITHDRAW = "withdraw"
    BABY_DIED = "baby_died"
    REOPEN = "reopen"


IGNORE: Final = "ignore"
"""The event changes nothing, because it is so already."""

REFUSE: Final = "refuse"
"""The event is not allowed here; the state stays and the caller is told."""

OPEN: Final = (State.NEW, State.TRIAGED, State.CONTACT_ATTEMPTED, State.REACHED)
CLOSED: Final = tuple(state for state in State if state not in OPEN)

_CLOSING: Final = {
    Event.ACCEPT: State.ACCEPTED,
    Event.SIGNPOST: State.SIGNPOSTED,
    Event.NOT_ACCEPT: State.NOT_ACCEPTED,
    Event.FAMILY_DECLINES: State.DECLINED_BY_FAMILY,
    Event.GIVE_UP: State.UNABLE_TO_REACH,
    Event.TRANSFER: State.TRANSFERRED,
    Event.WITHDRAW: State.WITHDRAWN,
    Event.BABY_DIED: State.BABY_DIED,
}
# What each open state allows besides withdrawal and the death of the baby, which always may come.
_ALLOWED: Final = {
    State.NEW: (Event.TRIAGE, Event.TRANSFER),
    State.TRIAGED: (
        Event.ATTEMPT,
        Event.REACH,
        Event.SIGNPOST,
        Event.NOT_ACCEPT,
        Event.TRANSFER,
    ),
    State.CONTACT_ATTEMPTED: (
        Event.ATTEMPT,
        Event.REACH,
        Event.GIVE_UP,
        Event.SIGNPOST,
        Event.NOT_ACCEPT,
        Event.TRANSFER,
    ),
    State.REACHED: (
        Event.ATTEMPT,
        Event.ACCEPT,
        Event.SIGNPOST,
        Event.NOT_ACCEPT,
        Event.FAMILY_DECLINES,
        Event.TRANSFER,
    ),
}
_ALWAYS: Final = (Event.WITHDRAW, Event.BABY_DIED)


def _outcome(state: State, event: Event) -> State | str:
    if state in CLOSED:
        if event is Event.REOPEN:
            return State.TRIAGED
        if _CLOSING.get(event) is state:
            return IGNORE
        # A family may still withdraw, or lose their baby, after a referral was closed.
        return _CLOSING[event] if event in _ALWAYS and state not in _FINAL else REFUSE
    if event is Event.REOPEN or (event, state) in _REPEATS:
        return IGNORE
    if event not in _ALLOWED[state] and event not in _ALWAYS:
        return REFUSE
    if event is Event.ATTEMPT and state is State.REACHED:
        return State.REACHED
    return _STEPS.get(event) or _CLOSING[event]


_FINAL: Final = (State.WITHDRAWN, State.BABY_DIED)
_STEPS: Final = {
    Event.TRIAGE: State.TRIAGED,
    Event.ATTEMPT: State.CONTACT_ATTEMPTED,
    Event.REACH: State.REACHED,
}
_REPEATS: Final = ((Event.TRIAGE, State.TRIAGED), (Event.REACH, State.REACHED))

TABLE: Final[dict[tuple[State, Event], State | str]] = {
    (state, event): _outcome(state, event) for state in State for event in Event
}


def allowed(state: State) -> tuple[Event, ...]:
    """The events that lead on from a state, in the order of Event."""
    return tuple(e for e in Event if TABLE[state, e] not in (IGNORE, REFUSE))


def after(state: State, event: Event) -> State:
    """The state after an event; the same one where the event is ignored.

    Raises:
        Conflict: the event is not allowed in this state; read again and decide anew.
    """
    found = TABLE[state, event]
    if found == REFUSE:
        raise Conflict(f"a referral that is {state.value} does not take {event.value}")
    return state if found == IGNORE else State(found)
