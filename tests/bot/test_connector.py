"""One turn over HTTP: what comes back, what is refused, and that no failure looks whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, Client, agent_for
from fakes import Actions

Ask = Callable[[Any], Client]
TakeTurn = Callable[..., tuple[int, Any]]


@pytest.fixture
def turn(ask: Ask, small_model: Path, actions: Actions) -> Callable[..., tuple[int, Any]]:
    """One turn of the small house."""
    return ask(agent_for(small_model, actions.url)).turn


def test_a_turn_answers_with_keys_and_all_that_is_new(turn: TakeTurn, actions: Actions) -> None:
    status, answer = turn("hello")
    assert status == 200
    assert answer["messages"] == [
        {"key": "utter_hello", "variables": {}, "choices": [], "about": {}}
    ]
    assert answer["actions"] == ["utter_hello"]
    assert answer["parse"]["intent"] == "hello"
    assert answer["effects"] == []
    assert answer["silent"] is False
    assert answer["events"][-1]["name"] == "action_listen"
    assert answer["snapshot"] == {
        "format": 1,
        "slots": {},
        "active_loop": None,
        "requested_slot": None,
        "loop_flags": {"rejected": False},
    }


def test_events_bear_the_time_of_the_request(turn: TakeTurn, actions: Actions) -> None:
    _, answer = turn("why")
    assert {event["timestamp"] for event in answer["events"]} == {1772445600.0}


def test_the_turn_token_reaches_actions_and_stays_out_of_events(
    turn: TakeTurn, actions: Actions
) -> None:
    _, answer = turn("why")
    said = actions.seen[0]["tracker"]["latest_message"]["metadata"]
    assert said == {"turn_token": "token-1", "channel": "sms", "now": NOW}
    assert "token-1" not in json.dumps(answer)


def test_actions_are_called_without_the_domain(turn: TakeTurn, actions: Actions) -> None:
    turn("why")
    assert "domain" not in actions.seen[0]


def test_effects_get_keys_from_the_message(turn: TakeTurn, actions: Actions) -> None:
    seed = {"format": 1, "slots": {"guest_name": "Ann"}, "active_loop": "guest_form"}
    seed |= {"requested_slot": "guest_code", "loop_flags": {}}
    status, answer = turn("ab1", seed=seed, message_id="m7")
    assert status == 200
    assert [effect["key"] for effect in answer["effects"]] == [
        "m7/create_guest",
        "m7/create_guest/2",
    ]
    assert answer["effects"][0]["args"] == {"name": "Ann", "code": "AB1"}
    assert answer["snapshot"]["active_loop"] is None


def test_a_wrong_secret_is_refused(turn: TakeTurn, actions: Actions) -> None:
    status, _ = turn("hello", secret="another")
    assert status == 403


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"text": 7}, "text"),
        ({"text": "x" * 16_001}, "text"),
        ({"is_payload": "yes"}, "is_payload"),
        ({"now": "today"}, "now"),
        ({"now": "2026-03-02T10:00:00"}, "now"),
        ({"conversation_id": ""}, "conversation_id"),
        ({"metadata": "m"}, "metadata"),
        ({"seed": {"format": 99}}, "seed"),
        ({"seed": {"format": 1, "slots": []}}, "seed"),
        ({"text": "/unheard_of", "is_payload": True}, "text"),
        ({"text": "/restart", "is_payload": True}, "text"),
        ({"text": "hello", "is_payload": True}, "text"),
        ({"text": "/hello@0.5", "is_payload": True}, "text"),
    ],
)
def test_a_bad_request_is_refused_by_the_name_of_its_field(
    turn: TakeTurn, changed: dict[str, Any], named: str
) -> None:
    text = changed.pop("text", "hello")
    status, answer = turn(text, **changed)
    assert status == 422
    assert answer["error"].startswith(named)


@pytest.mark.parametrize("body", ["{", "", "[]", '"text"'])
def test_a_body_that_is_no_object_is_refused(ask: Ask, small_model: Path, body: str) -> None:
    status, answer = ask(agent_for(small_model, "http://unused")).post(body)
    assert status == 422
    assert answer["error"].startswith("body")


def test_a_payload_runs_its_intent(turn: TakeTurn, actions: Actions) -> None:
    _, answer = turn('/ask{"colour": "red"}', is_payload=True)
    assert answer["actions"] == ["action_tell"]
    assert answer["parse"]["entities"][0]["value"] == "red"


@pytest.mark.parametrize(
    "text", ["/begin", " /begin", "//begin", "/ /begin", "\x1c/begin", "\u3000/begin"]
)
def test_a_parents_slash_runs_nothing(turn: TakeTurn, actions: Actions, text: str) -> None:
    _, answer = turn(text)
    said = next(event for event in answer["events"] if event["event"] == "user")
    assert said["text"] == "begin"
    assert answer["parse"]["confidence"] != 1.0 or answer["parse"]["ranking"] == []


@pytest.mark.parametrize("how", ["crash", "reject", "unknown", "malformed", "hang"])
def test_a_failing_action_is_never_a_whole_turn(
    turn: TakeTurn, actions: Actions, how: str
) -> None:
    actions.misbehave = how
    status, answer = turn("why")
    assert (status, answer["kind"]) == (503, "action")
    assert "action_tell" in answer["failed"]
    assert actions.calls == ["action_tell"]


def test_a_dead_action_endpoint_is_never_a_whole_turn(ask: Ask, small_model: Path) -> None:
    gone = Actions()
    gone.close()
    status, answer = ask(agent_for(small_model, gone.url)).turn("why")
    assert (status, answer["kind"]) == (503, "action")


def test_a_failing_validation_inside_a_form_is_never_a_whole_turn(
    turn: TakeTurn, actions: Actions
) -> None:
    actions.misbehave = "crash"
    seed = {"format": 1, "slots": {}, "active_loop": "guest_form", "requested_slot": "guest_name"}
    status, answer = turn("Ann", seed=seed)
    assert (status, answer["kind"]) == (503, "action")


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ("/loop", "incomplete"),
        ("/stray", "action"),
        ("/forbidden", "action"),
        ("/nothing", "incomplete"),
    ],
)
def test_a_turn_that_is_not_whole_says_what_kind(turn: TakeTurn, payload: str, kind: str) -> None:
    status, answer = turn(payload, is_payload=True)
    assert (status, answer["kind"]) == (503, kind)


def test_silence_is_whole_when_it_is_said(turn: TakeTurn, actions: Actions) -> None:
    status, answer = turn("/quiet", is_payload=True)
    assert (status, answer["silent"], answer["messages"]) == (200, True, [])


def test_without_a_model_nothing_is_ready(ask: Ask) -> None:
    client = ask(None)
    assert client.ready()[0] == 503
    status, answer = client.turn("hello")
    assert (status, answer["kind"]) == (503, "not_ready")


def test_ready_names_the_model(ask: Ask, small_model: Path, actions: Actions) -> None:
    agent = agent_for(small_model, actions.url)
    assert ask(agent).ready() == (200, {"model_id": agent.model_id})


def test_a_store_that_fails_is_never_a_whole_turn(
    ask: Ask, small_model: Path, actions: Actions
) -> None:
    from bot import watch

    class Broken(watch.RequestTrackerStore):
        async def save(self, tracker: Any) -> None:  # noqa: ARG002
            raise OSError("the store is gone")

    status, answer = ask(agent_for(small_model, actions.url, store=Broken(None))).turn("hello")
    assert (status, answer["kind"]) == (503, "store")


def test_turns_at_the_same_time_do_not_mix(turn: TakeTurn) -> None:
    def one(i: int) -> tuple[int, Any]:
        seed = {"format": 1, "slots": {"told": {"count": i}}}
        return turn("why", conversation_id=f"c{i}", message_id=f"m{i}", seed=seed)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(one, range(24)))
    assert [status for status, _ in answers] == [200] * 24
    counts = [answer["messages"][0]["variables"]["count"] for _, answer in answers]
    assert counts == [i + 1 for i in range(24)]


def test_names_that_the_model_lacks_are_left_out_and_told(
    turn: TakeTurn, actions: Actions
) -> None:
    seed = {"format": 1, "slots": {"told": {"count": 4}, "gone_slot": 1}}
    seed |= {"active_loop": "gone_form", "requested_slot": "gone_slot"}
    status, answer = turn("why", seed=seed)
    assert status == 200
    assert sorted(answer["dropped"]) == ["gone_form", "gone_slot"]
    assert answer["snapshot"]["slots"]["told"]["count"] == 5


def test_serving_without_a_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.connector import MissingSetting, TurnInput

    monkeypatch.delenv("FIRST1001_INTERNAL_SECRET", raising=False)
    with pytest.raises(MissingSetting, match="FIRST1001_INTERNAL_SECRET"):
        TurnInput.from_credentials(None)
