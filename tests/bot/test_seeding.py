"""A turn from a snapshot equals the same turn from the whole history, wherever the cut is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from conftest import agent_for
from fakes import Actions

from bot import watch
from bot.connector import TurnOutput
from bot.seed import BadSeed, opening, snapshot

CONVERSATIONS = {
    "questions alone": ["hello", "why", "a question", "hello"],
    "the form straight through": ["begin", "Ann", "ab1", "hello"],
    "a question inside the form": ["begin", "why", "Ann", "a question", "why", "ab2", "why"],
    "an answer refused and given again": ["begin", "Ann", "zz9", "zz8", "ab3"],
    "the form left": ["begin", "Ann", "leave", "hello", "why"],
    "the form left and begun again": [
        "begin",
        "leave",
        "begin",
        "Ann",
        "why",
        "leave",
        "begin",
        "Bo",
    ],
    "twice in a row": ["begin", "Ann", "ab1", "begin", "Bo", "ab2"],
    "words that mean nothing": ["hmm", "begin", "Ann", "ab1", "hmm"],
    "a payload inside the form": ["begin", "/ask", "Ann", "/hello", "ab4"],
}


class Talk:
    """One conversation with an agent, either on Rasa's own history or on seeds alone."""

    def __init__(self, agent: Any, store: Any) -> None:
        self.agent, self.store = agent, store

    async def say(self, text: str, number: int, seed: Any = None) -> dict[str, Any]:
        """What one turn gives: reply parts, effects, actions and the state after it."""
        from rasa.core.channels.channel import UserMessage
        from rasa.shared.core.events import ActionExecuted
        from rasa.shared.core.trackers import DialogueStateTracker

        output = TurnOutput(f"m{number}")
        message = UserMessage(
            text, output, "c1", input_channel="sms", message_id=f"m{number}", metadata={"n": 1}
        )
        turn, token = None, None
        if self.store is None:
            tracker = DialogueStateTracker("c1", self.agent.domain.slots)
            tracker.update_with_events(opening(seed, self.agent.domain).events, self.agent.domain)
            turn = watch.Turn(tracker)
            token = watch.current_turn.set(turn)
            before = len(tracker.events)
        else:
            before = len((await self.store.get_or_create_tracker("c1")).events)
        await self.agent.handle_message(message)
        if turn is not None and token is not None:
            watch.current_turn.reset(token)
            assert turn.failures == []
            assert turn.saved is not None
            after = turn.saved
        else:
            after = await self.store.get_or_create_tracker("c1")
        new = list(after.events)[before:]
        return {
            "messages": output.messages,
            "effects": output.effects,
            "actions": [e.action_name for e in new if isinstance(e, ActionExecuted)],
            "kinds": [type(e).__name__ for e in new],
            "snapshot": snapshot(after),
        }


async def _compare(model: Path, url: str, texts: list[str]) -> None:
    from rasa.core.tracker_store import InMemoryTrackerStore

    store = InMemoryTrackerStore(None)
    whole = Talk(agent_for(model, url, store=store), store)
    # The seeded side opens a conversation like this; the whole history must as well.
    first = await store.get_or_create_tracker("c1")
    first.update_with_events(opening(None, whole.agent.domain).events, whole.agent.domain)
    await store.save(first)
    expected = [await whole.say(text, i) for i, text in enumerate(texts)]
    seeds = [None, *(turn["snapshot"] for turn in expected)]
    cut = Talk(agent_for(model, url), None)
    for i, text in enumerate(texts):
        assert await cut.say(text, i, seeds[i]) == expected[i], f"cut before turn {i}: {text}"


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_seeded_turn_equals_the_turn_with_the_whole_history(
    small_model: Path, actions: Actions, name: str
) -> None:
    asyncio.run(_compare(small_model, actions.url, CONVERSATIONS[name]))


def test_the_conversations_reach_the_states_that_matter(
    small_model: Path, actions: Actions
) -> None:
    async def reached() -> set[str]:
        talk = Talk(agent_for(small_model, actions.url), None)
        found, seed = set(), None
        for texts in CONVERSATIONS.values():
            for i, text in enumerate(texts):
                turn = await talk.say(text, i, seed if i else None)
                seed = turn["snapshot"]
                found |= {f"loop {seed['active_loop']} asks {seed['requested_slot']}"}
                found |= set(turn["actions"])
        return found

    assert {
        "loop guest_form asks guest_name",
        "loop guest_form asks guest_code",
        "loop None asks None",
        "action_send",
        "action_lost",
        "action_deactivate_loop",
    } <= asyncio.run(reached())


@pytest.mark.parametrize("seed", [7, {}, {"format": 2}, {"format": 1, "active_loop": 3}])
def test_what_is_no_snapshot_is_refused(small_model: Path, actions: Actions, seed: Any) -> None:
    domain = agent_for(small_model, actions.url).domain
    with pytest.raises(BadSeed):
        opening(seed, domain)


def test_requested_slot_comes_after_the_others_and_the_loop_last(
    small_model: Path, actions: Actions
) -> None:
    domain = agent_for(small_model, actions.url).domain
    seed = {"format": 1, "slots": {"told": 1, "guest_name": "A"}, "active_loop": "guest_form"}
    seed |= {"requested_slot": "guest_code"}
    events = [event.as_dict() for event in opening(seed, domain).events]
    assert [event.get("name") for event in events] == [
        "action_session_start",
        None,
        "told",
        "guest_name",
        "requested_slot",
        "guest_form",
        "action_listen",
    ]
