"""Rasa's input channel "turn": state and one message in, all that is new out.

It keeps nothing and logs no words. It answers 200 only for a whole turn, since the caller sends
what it gets to a parent.
"""

from __future__ import annotations

import hmac
import logging
import os
from datetime import datetime
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ConversationPaused,
    ReminderScheduled,
    Restarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import quiet, watch
from bot.request import BadTurn, TurnRequest
from bot.seed import BadSeed, Opening, opening, snapshot
from bot.watch import Failure, Turn

logger = logging.getLogger("bot.connector")

SECRET_HEADER = "X-Internal-Secret"  # noqa: S105 (the header's name)
SECRET_SETTING = "FIRST1001_INTERNAL_SECRET"  # noqa: S105 (the setting's name)
ACTION_TIMEOUT_SETTING = "FIRST1001_ACTION_TIMEOUT_S"
ACTION_TIMEOUT_S = 8.0  # below the caller's time-out of a turn, which is below its lease
# Scheduling, pausing, restarting and taking back are the app's: it knows clock and ledger.
BANNED = (ConversationPaused, ReminderScheduled, Restarted, UserUtteranceReverted)


class MissingSetting(RuntimeError):
    """A setting that serving needs is not set; the message names it."""


class TurnOutput(OutputChannel):
    """Collects the reply parts of one turn; nothing is sent from here."""

    def __init__(self, message_id: str) -> None:
        self.messages: list[dict[str, Any]] = []
        self.effects: list[dict[str, Any]] = []
        self.silent = False
        self.strays = 0
        self._message_id = message_id

    @classmethod
    def name(cls) -> str:
        """The name that Rasa gives to response variations by channel; we have none."""
        return "turn"

    async def send_response(
        self,
        recipient_id: str,  # noqa: ARG002 (Rasa's signature)
        message: dict[str, Any],
    ) -> None:
        """Sorts one reply part into messages, effects or the silent marker."""
        part = message.get("custom") or {}
        if "key" in part:
            self.messages.append(
                {
                    "key": part["key"],
                    "variables": part.get("variables", {}),
                    "choices": part.get("choices", []),
                    "about": part.get("about", {}),
                }
            )
        elif "effect" in part:
            self.effects.append(self._effect(part))
        elif part.get("silent") is True:
            self.silent = True
        else:
            self.strays += 1

    def _effect(self, part: dict[str, Any]) -> dict[str, Any]:
        earlier = sum(effect["effect"] == part["effect"] for effect in self.effects)
        key = f"{self._message_id}/{part['effect']}" + (f"/{earlier + 1}" if earlier else "")
        return {"effect": part["effect"], "key": key, "args": part.get("args", {})}


class TurnInput(InputChannel):
    """POST /webhooks/turn/ runs one turn; GET /webhooks/turn/ready says whether it could."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """The channel's name and address: /webhooks/turn/."""
        return "turn"

    @classmethod
    def from_credentials(cls, _: dict[str, Any] | None) -> TurnInput:
        """Reads the settings of serving and readies Rasa for it.

        Raises:
            MissingSetting: there is no shared secret to check callers with.
        """
        secret = os.environ.get(SECRET_SETTING, "")
        if not secret:
            raise MissingSetting(f"{SECRET_SETTING} is not set; the app and the bot share it")
        watch.install(float(os.environ.get(ACTION_TIMEOUT_SETTING, ACTION_TIMEOUT_S)))
        quiet.install()
        return cls(secret)

    def blueprint(self, on_new_message: Any) -> Blueprint:
        """Both routes, for Rasa to mount."""
        routes = Blueprint("turn", __name__)

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            agent = _ready_agent(request)
            if agent is None:
                return _failed(Failure("not_ready", "no model is loaded"))
            return response.json({"model_id": agent.model_id})

        @routes.post("/")
        async def turn(request: Request) -> HTTPResponse:
            given = request.headers.get(SECRET_HEADER, "").encode()
            if not hmac.compare_digest(given, self._secret):
                return response.json({"error": f"wrong {SECRET_HEADER}"}, status=403)
            agent = _ready_agent(request)
            if agent is None:
                return _failed(Failure("not_ready", "no model is loaded"))
            try:
                asked = TurnRequest.read(_json(request), set(agent.domain.intents))
                start = opening(asked.seed, agent.domain)
            except (BadTurn, BadSeed) as error:
                return response.json({"error": str(error)}, status=422)
            return await _run(agent, asked, start, on_new_message)

        return routes


def _json(request: Request) -> Any:
    try:
        return request.json
    except SanicException:
        raise BadTurn("body: no JSON") from None


def _ready_agent(request: Request) -> Agent | None:
    agent: Agent | None = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


async def _run(
    agent: Agent, asked: TurnRequest, start: Opening, on_new_message: Any
) -> HTTPResponse:
    seeded = DialogueStateTracker(asked.conversation_id, agent.domain.slots)
    seeded.update_with_events(start.events, agent.domain)
    turn = Turn(seeded)
    output = TurnOutput(asked.message_id)
    message = UserMessage(
        asked.text,
        output,
        asked.conversation_id,
        input_channel=asked.channel,
        message_id=asked.message_id,
        metadata=asked.metadata,
    )
    token = watch.current_turn.set(turn)
    try:
        await on_new_message(message)
    except watch.TurnStopped:
        pass  # why is noted in the turn
    except Exception as error:
        logger.exception("turn.broken", extra={"message_id": asked.message_id})
        turn.fail("incomplete", type(error).__name__)
    finally:
        watch.current_turn.reset(token)
    failure = _failure(turn, output, len(start.events))
    if failure:
        return _failed(failure, asked.message_id)
    return response.json(_answer(agent, asked, start, turn, output))


def _failure(turn: Turn, output: TurnOutput, seeded: int) -> Failure | None:
    if turn.failures:
        return turn.failures[0]
    if turn.saved is None:
        return Failure("store", "the tracker did not come back through the store")
    new = list(turn.saved.events)[seeded:]
    banned = next((event for event in new if isinstance(event, BANNED)), None)
    if banned is not None:
        return Failure("action", f"{type(banned).__name__} is not allowed")
    # Rasa's circuit breaker stops predicting without a word; the last action tells.
    last = new[-1] if new else None
    if not isinstance(last, ActionExecuted) or last.action_name != ACTION_LISTEN_NAME:
        return Failure("incomplete", "the turn did not end in action_listen")
    if output.strays:
        return Failure("action", "a reply part has no key")
    if not (output.messages or output.silent):
        return Failure("incomplete", "no reply and no silent marker")
    return None


def _failed(failure: Failure, message_id: str = "") -> HTTPResponse:
    logger.warning(
        "turn.failed",
        extra={"message_id": message_id, "kind": failure.kind, "what": failure.what},
    )
    return response.json({"failed": failure.what, "kind": failure.kind}, status=503)


def _answer(
    agent: Agent, asked: TurnRequest, start: Opening, turn: Turn, output: TurnOutput
) -> dict[str, Any]:
    assert turn.saved is not None  # noqa: S101 (_failure has looked)
    new = list(turn.saved.events)[len(start.events) :]
    return {
        "messages": output.messages,
        "effects": output.effects,
        "events": [_event(event.as_dict(), asked.now) for event in new],
        "parse": _parse(new),
        "actions": [
            event.action_name
            for event in new
            if isinstance(event, ActionExecuted) and event.action_name != ACTION_LISTEN_NAME
        ],
        "snapshot": snapshot(turn.saved),
        "model_id": agent.model_id,
        "silent": output.silent and not output.messages,
        "dropped": list(start.dropped),
    }


def _event(event: dict[str, Any], now: datetime) -> dict[str, Any]:
    event = {**event, "timestamp": now.timestamp(), "metadata": _without_token(event)}
    if event.get("parse_data"):
        event["parse_data"] = {
            **event["parse_data"],
            "metadata": _without_token(event["parse_data"]),
        }
    return event


def _without_token(holder: dict[str, Any]) -> dict[str, Any]:
    # The token opens the action endpoint while it lives; it has no place in a stored event.
    return {k: v for k, v in (holder.get("metadata") or {}).items() if k != "turn_token"}


def _parse(new: list[Any]) -> dict[str, Any]:
    said = next((event for event in new if isinstance(event, UserUttered)), None)
    data = dict(said.parse_data or {}) if said else {}
    intent = data.get("intent") or {}
    return {
        "intent": intent.get("name"),
        "confidence": intent.get("confidence", 0.0),
        "ranking": [
            {"name": r["name"], "confidence": r["confidence"]}
            for r in data.get("intent_ranking", [])
        ],
        "entities": data.get("entities", []),
    }
