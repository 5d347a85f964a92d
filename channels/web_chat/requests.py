"""Reads what a browser sends to the web chat, and refuses what another site made it send."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from channels.edge import body_of, form_of
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import Session
from common.errors import InvalidInput, NotAllowed
from conversations.model import InboundMessage
from conversations.states import Kind

_CLIENT_ID: Final = re.compile(r"[0-9A-Za-z-]{16,40}")
_CHOICE: Final = re.compile(r"([0-9a-f]{32}):(\d{1,2})")


@dataclass(frozen=True)
class Asked:
    """A form or a JSON object, and whether the answer shall be JSON as well."""

    fields: dict[str, str]
    wants_json: bool
    embed: bool


async def asked(request: Request) -> Asked:
    """What a POST holds.

    Raises:
        NotAllowed: another site sent it.
        InvalidInput: it cannot be read.
    """
    refuse_other_sites(request)
    body = await body_of(request)
    as_json = request.headers.get("content-type", "").startswith("application/json")
    fields = _json_fields(body) if as_json else dict(form_of(body))
    return Asked(fields, as_json, is_embedded(request))


def is_embedded(request: Request) -> bool:
    """Whether the page stands in a frame of the widget."""
    return request.url.path == "/embed" or request.query_params.get("embed") == "1"


def refuse_other_sites(request: Request) -> None:
    """Only our own page may post.

    Raises:
        NotAllowed: the browser says that it comes from elsewhere.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        fine = site in {"same-origin", "none"}
    else:
        fine = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not fine:
        raise NotAllowed("This page only takes messages from itself.")


def message_of(fields: dict[str, str], session: Session, config: WebChatConfig) -> InboundMessage:
    """The message of a form: words, or the press of a button.

    Raises:
        InvalidInput: says what to change, in words for the parent.
    """
    client_id = fields.get("id", "")
    if not _CLIENT_ID.fullmatch(client_id):
        raise InvalidInput("Your message could not be read. Load the page again.", code="no_id")
    # The id is the browser's own, so it is only unique within its conversation.
    scope = hashlib.sha256(session.address.encode()).hexdigest()[:24]
    provider_id = f"{scope}:{client_id}"
    pressed = _CHOICE.fullmatch(fields.get("choice", ""))
    if pressed:
        return InboundMessage(
            channel="web_chat",
            address=session.address,
            provider_message_id=provider_id,
            kind=Kind.CHOICE,
            choice=(pressed.group(1), int(pressed.group(2))),
        )
    return InboundMessage(
        channel="web_chat",
        address=session.address,
        provider_message_id=provider_id,
        text=words_of(fields, config),
    )


def words_of(fields: dict[str, str], config: WebChatConfig) -> str:
    """The words of a form.

    Raises:
        InvalidInput: there are none, or too many.
    """
    text = fields.get("text", "").replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInput("Enter a message", code="empty")
    if len(text) > config.max_text:
        raise InvalidInput(
            f"Your message must be {config.max_text} characters or fewer. Send it in parts.",
            code="too_long",
        )
    return text


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise InvalidInput("The message could not be read.", code="malformed") from e
    if not isinstance(data, dict) or not all(isinstance(v, str) for v in data.values()):
        raise InvalidInput("The message could not be read.", code="malformed")
    return data
