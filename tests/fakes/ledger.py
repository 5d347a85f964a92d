"""Small real parts and scripted fakes for tests of the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.clock import SetClock
from common.crypto import Keyring
from common.db import Sessions
from common.errors import AssistantError
from conversations.ledger import Ledger
from conversations.model import (
    Accepted,
    Capabilities,
    Choice,
    Rendered,
    Reply,
    ToSend,
    TurnRequest,
    TurnResult,
)

WEB = Capabilities(
    may_speak_first=True,
    reply_window_s=None,
    max_length=4000,
    choices="buttons",
    media=False,
    markup="lists",
    pulled=True,
    private_words=False,
)
SMS = Capabilities(
    may_speak_first=True,
    reply_window_s=None,
    max_length=1600,
    choices="numbered",
    media=True,
    markup="plain",
    one_message=True,
)
WINDOWED = Capabilities(
    may_speak_first=False,
    reply_window_s=24 * 3600,
    max_length=1600,
    choices="buttons",
    media=True,
    markup="plain",
)
CAPABILITIES = {"web_chat": WEB, "sms": SMS, "telegram": SMS, "windowed": WINDOWED}


class PlainWords:
    """Renders a key as itself, so that tests can read what was said."""

    def render(self, reply: Reply, *, channel: str, language: str, stage: str | None) -> Rendered:
        return Rendered(f"[{reply.key}]", reply.choices or ())

    def speaks(self, key: str, language: str) -> bool:
        return language == "en"


@dataclass
class ScriptedAssistant:
    """Answers every turn by a function; keeps the requests it saw."""

    answer: Callable[[TurnRequest], TurnResult | AssistantError]
    seen: list[TurnRequest] = field(default_factory=list)

    def take_turn(self, request: TurnRequest) -> TurnResult:
        self.seen.append(request)
        given = self.answer(request)
        if isinstance(given, AssistantError):
            raise given
        return given


def result(
    *keys: str,
    effects: tuple[Mapping[str, Any], ...] = (),
    choices: tuple[Choice, ...] | None = None,
    slots: Mapping[str, Any] | None = None,
) -> TurnResult:
    """A whole turn that says these keys."""
    return TurnResult(
        replies=tuple(Reply(key, {}, choices) for key in keys),
        effects=effects,
        events=({"event": "user"},),
        parse={"intent": "sleep_normal", "confidence": 0.9, "ranking": [], "entities": []},
        actions=("utter_greet",),
        snapshot={"format": 1, "slots": dict(slots or {})},
        model_id="model-1",
        silent=not keys,
    )


@dataclass
class ScriptedSender:
    """A provider that does what its script says and keeps what it took."""

    name: str = "sms"
    capabilities: Capabilities = SMS
    script: list[AssistantError | None] = field(default_factory=list)
    taken: list[ToSend] = field(default_factory=list)
    known: Accepted | None = None

    def send(self, message: ToSend) -> Accepted:
        step = self.script.pop(0) if self.script else None
        if step is not None:
            raise step
        self.taken.append(message)
        return Accepted(f"SM{message.id}{message.attempt}")

    def find_sent(self, message: ToSend) -> Accepted | None:
        return self.known


def ledger(sessions: Sessions, keyring: Keyring, clock: SetClock) -> Ledger:
    """A ledger whose words are their keys."""
    return Ledger(sessions, keyring, PlainWords(), clock, CAPABILITIES)
