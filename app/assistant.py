"""Talks to the assistant over HTTP: one request a turn; whatever is not whole is a failure."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from app import tokens
from common.errors import TemporaryFailure
from common.settings import Settings
from conversations.model import Choice, Reply, TurnRequest, TurnResult

HEADER = "X-Internal-Secret"


class AssistantClient:
    """The assistant behind one or more addresses, asked in turn."""

    def __init__(self, urls: Sequence[str], *, secret: str, timeout_s: float) -> None:
        self._urls = itertools.cycle(urls)
        self._secret = secret
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=min(2.0, timeout_s)),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
            headers={HEADER: secret},
            trust_env=False,
        )

    def take_turn(self, request: TurnRequest) -> TurnResult:
        """One turn.

        Raises:
            TemporaryFailure: no answer, a failure, or an answer that is not whole; the code says
                which. The assistant keeps nothing, so trying again is safe.
        """
        try:
            answer = self._http.post(
                f"{next(self._urls)}/webhooks/turn/", json=self._body(request)
            )
        except httpx.TimeoutException as e:
            raise TemporaryFailure("the assistant took too long", code="timeout") from e
        except httpx.HTTPError as e:
            raise TemporaryFailure("the assistant cannot be reached", code="unreachable") from e
        if answer.status_code != httpx.codes.OK:
            raise TemporaryFailure("the assistant failed", code=_code(answer))
        try:
            return _result(answer.json())
        except (KeyError, TypeError, ValueError) as e:
            raise TemporaryFailure("the assistant's answer is not whole", code="garbage") from e

    def ready(self) -> str | None:
        """The id of the model that serves, or None while no assistant is ready."""
        try:
            answer = self._http.get(f"{next(self._urls)}/webhooks/turn/ready")
            return str(answer.json()["model_id"]) if answer.is_success else None
        except (httpx.HTTPError, KeyError, ValueError):
            return None

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def _body(self, request: TurnRequest) -> dict[str, Any]:
        token = tokens.TurnToken(request.conversation_id, request.message_id, request.channel)
        return {
            "conversation_id": request.conversation_id,
            "message_id": request.message_id,
            "channel": request.channel,
            "now": request.now.isoformat(),
            "text": request.text,
            "is_payload": request.is_payload,
            "seed": request.seed,
            "metadata": {
                "turn_token": tokens.issue(self._secret, token, now=request.now),
                "bereaved": request.bereaved,
            },
        }


def client_for(settings: Settings) -> AssistantClient:
    """The assistants of these settings."""
    return AssistantClient(
        settings.assistant_urls,
        secret=settings.internal_secret,
        timeout_s=settings.turn_timeout_s,
    )


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["kind"])[:32]
    except (KeyError, TypeError, ValueError):
        return f"http_{answer.status_code}"


def _result(body: Mapping[str, Any]) -> TurnResult:
    replies = tuple(_reply(m) for m in body["messages"])
    silent = bool(body["silent"])
    if not replies and not silent:
        raise ValueError("no reply and no silent marker")
    return TurnResult(
        replies=replies,
        effects=tuple(body["effects"]),
        events=tuple(body["events"]),
        parse=dict(body["parse"]),
        actions=tuple(body["actions"]),
        snapshot=dict(body["snapshot"]),
        model_id=str(body["model_id"]),
        silent=silent,
    )


def _reply(message: Mapping[str, Any]) -> Reply:
    # No choices from the action means those that stand beside the words themselves.
    choices = tuple(Choice(c["label"], c["payload"]) for c in message.get("choices") or ())
    return Reply(
        key=str(message["key"]),
        variables=dict(message.get("variables") or {}),
        choices=choices or None,
        about=dict(message.get("about") or {}),
    )
