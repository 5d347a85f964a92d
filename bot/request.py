"""Reads and checks one turn request; it runs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa.shared.core.constants import DEFAULT_INTENTS

LONGEST_TEXT = 16_000  # characters; the app cuts a parent's text long before that
_PAYLOAD = re.compile(r"\s*/(?P<intent>[a-z_][a-z0-9_]*)\s*(\{.*\})?\s*", re.DOTALL)


class BadTurn(ValueError):
    """A request that is no turn; the message names the field and never quotes it."""


@dataclass(frozen=True)
class TurnRequest:
    """One message of one conversation with the state before it; `now` is aware."""

    conversation_id: str
    message_id: str
    channel: str
    now: datetime
    text: str
    is_payload: bool
    seed: dict[str, Any] | None
    metadata: dict[str, Any]

    @classmethod
    def read(cls, body: Any, intents: set[str]) -> TurnRequest:
        """The turn in a JSON body.

        Args:
            body: the decoded JSON.
            intents: what a payload may name; Rasa's own intents are never among them.

        Raises:
            BadTurn: a field is missing, of the wrong kind, or no payload of this assistant.
        """
        if not isinstance(body, dict):
            raise BadTurn("body: an object is needed")
        text = _field(body, "text", str)
        is_payload = _field(body, "is_payload", bool)
        if len(text) > LONGEST_TEXT:
            raise BadTurn(f"text: more than {LONGEST_TEXT} characters")
        if is_payload:
            _check_payload(text, intents)
        else:
            text = plain(text)
        now = _time(_field(body, "now", str))
        metadata = body.get("metadata") or {}
        if not isinstance(metadata, dict):
            raise BadTurn("metadata: an object is needed")
        channel = _field(body, "channel", str)
        return cls(
            conversation_id=_name(body, "conversation_id"),
            message_id=_name(body, "message_id"),
            channel=channel,
            now=now,
            text=text,
            is_payload=is_payload,
            seed=body.get("seed"),
            metadata={**metadata, "channel": channel, "now": body["now"]},
        )


def plain(text: str) -> str:
    """`text` without what would make Rasa run it as a command: a slash at its start."""
    return re.sub(r"^[\s/]+", "", text)


def _check_payload(text: str, intents: set[str]) -> None:
    match = _PAYLOAD.fullmatch(text)
    if not match or match["intent"] not in intents - set(DEFAULT_INTENTS):
        raise BadTurn("text: no payload of this assistant")


def _field(body: dict[str, Any], name: str, kind: type) -> Any:
    value = body.get(name)
    if not isinstance(value, kind):
        raise BadTurn(f"{name}: a {kind.__name__} is needed")
    return value


def _name(body: dict[str, Any], name: str) -> str:
    value: str = _field(body, name, str)
    if not value or len(value) > 200:
        raise BadTurn(f"{name}: 1 to 200 characters are needed")
    return value


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadTurn("now: an ISO time is needed") from None
    if time.tzinfo is None:
        raise BadTurn("now: a time zone is needed")
    return time
