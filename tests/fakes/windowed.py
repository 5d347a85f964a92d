"""A channel as WhatsApp is: a 24-hour window to reply in, approved templates outside it.

It exists to prove that the port carries such a channel; its provider is a few lines below.
"""

import asyncio
import hmac
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.base import ChannelServices
from channels.edge import body_of, guarded, in_thread
from common.errors import (
    AmbiguousFailure,
    InvalidInput,
    NotAllowed,
    NotFound,
    PermanentFailure,
    TemporaryFailure,
)
from conversations.model import Accepted, Capabilities, InboundMessage, ToSend
from conversations.states import Kind

SECRET = "windowed-secret"


class Windowed:
    name = "windowed"
    capabilities = Capabilities(
        may_speak_first=False,
        reply_window_s=24 * 3600,
        max_length=1024,
        choices="buttons",
        media=True,
        markup="plain",
    )

    def __init__(self, api_base: str, *, timeout_s: float = 10) -> None:
        self._client = httpx.Client(base_url=api_base, timeout=timeout_s)

    def router(self, services: ChannelServices) -> APIRouter:
        router = APIRouter()

        @guarded(self.name)
        async def inbound(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("x-secret", ""), SECRET):
                raise NotAllowed("The secret does not fit.")
            await in_thread(services.receive, self._parse(await body_of(request)))
            return Response(status_code=200)

        router.add_api_route("/windowed", inbound, methods=["POST"], response_model=None)
        return router

    def _parse(self, body: bytes) -> InboundMessage:
        try:
            data: dict[str, Any] = json.loads(body)
            text = str(data.get("text", "")).replace("\x00", "")
            kind = Kind(data.get("kind") or ("text" if text.strip() else "empty"))
            return InboundMessage(
                "windowed", str(data["from"]), str(data["id"]), kind=kind, text=text
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            raise InvalidInput("The message cannot be read.") from e

    def send(self, message: ToSend) -> Accepted:
        template = message.text if message.lane == "template" else None
        try:
            answer = self._client.post(
                "/messages",
                json={
                    "to": message.address,
                    "text": message.text,
                    "choices": [choice.label for choice in message.choices],
                    "template": template,
                },
            )
        except httpx.ConnectError:
            raise TemporaryFailure("not reached") from None
        except httpx.HTTPError:
            raise AmbiguousFailure("no answer") from None
        match answer.status_code:
            case 200:
                return Accepted(str(answer.json()["id"]))
            case 429:
                wait = float(answer.headers["retry-after"])
                raise TemporaryFailure("wait", retry_after_s=wait, code="429")
            case 403:
                raise PermanentFailure("blocked", code="403", closes_route="blocked")
            case status:
                raise AmbiguousFailure("failed", code=str(status))

    def find_sent(self, message: ToSend) -> Accepted | None:
        return None

    def fetch_media(self, ref: str) -> bytes:
        raise NotFound("gone")

    def close(self) -> None:
        self._client.close()


@dataclass
class Provider:
    """The provider behind it."""

    faults: list[str] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    hold_s: float = 2

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/messages")
        async def messages(request: Request) -> Response:
            fault = self.faults.pop(0) if self.faults else None
            if fault == "429":
                return Response(status_code=429, headers={"Retry-After": "7"})
            if fault == "refuse":
                return Response(status_code=403)
            made = {**await request.json(), "id": uuid.uuid4().hex}
            self.accepted.append(made)
            if fault == "time_out_after_accepting":
                await asyncio.sleep(self.hold_s)
            return JSONResponse(made)

        return app
