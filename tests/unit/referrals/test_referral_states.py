"""The table by which referrals move: total, and every pair looked at."""

import pytest

from common.errors import Conflict
from referrals.states import CLOSED, IGNORE, OPEN, REFUSE, TABLE, Event, State, after, allowed

PAIRS = [(state, event) for state in State for event in Event]


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_has_an_outcome_and_after_agrees(state: State, event: Event) -> None:
    outcome = TABLE[state, event]

    if outcome == REFUSE:
        with pytest.raises(Conflict):
            after(state, event)
    elif outcome == IGNORE:
        assert after(state, event) is state
    else:
        assert after(state, event) is State(outcome)


@pytest.mark.parametrize("state", CLOSED)
def test_what_is_closed_can_be_opened_again(state: State) -> None:
    assert after(state, Event.REOPEN) is State.TRIAGED


@pytest.mark.parametrize("state", OPEN)
def test_an_open_one_can_always_be_withdrawn_and_a_death_noted(state: State) -> None:
    assert after(state, Event.WITHDRAW) is State.WITHDRAWN
    assert after(state, Event.BABY_DIED) is State.BABY_DIED


@pytest.mark.parametrize("event", [Event.ATTEMPT, Event.REACH, Event.ACCEPT, Event.GIVE_UP])
def test_triage_cannot_be_skipped(event: Event) -> None:
    with pytest.raises(Conflict):
        after(State.NEW, event)


def test_nobody_is_accepted_who_was_not_reached() -> None:
    reaching = {s for s in OPEN if TABLE[s, Event.ACCEPT] == State.ACCEPTED}

    assert reaching == {State.REACHED}


def test_a_further_attempt_after_reaching_keeps_the_state() -> None:
    assert after(State.REACHED, Event.ATTEMPT) is State.REACHED


@pytest.mark.parametrize("state", State)
def test_from_every_state_something_leads_on(state: State) -> None:
    assert allowed(state)
