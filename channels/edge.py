"""The border to the internet: reads bodies up to a limit, works in a thread, answers errors.

Nothing a sender wrote is ever put into a log line or an error text here.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from common import log
from common.errors import (
    AssistantError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    PermanentFailure,
    TemporaryFailure,
)

MAX_BODY = 64 * 1024
# Twilio gives up 15 s after the first try, so the wait that we ask for stays well below.
RETRY_AFTER_S = 2
MAX_FIELDS = 200

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]


class TooLarge(AssistantError):
    """The body is over the limit."""


class TooMany(AssistantError):
    """The sender writes faster than we allow; `retry_after_s` says when to come back."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


async def body_of(request: Request) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is over 64 KB, by its own word or by what arrived.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise TooLarge("the body is over 64 KB")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge("the body is over 64 KB")
    return bytes(body)


def form_of(body: bytes) -> list[tuple[str, str]]:
    """The pairs of a urlencoded form, blanks kept, nothing trimmed.

    Raises:
        InvalidInput: it is not UTF-8, or has too many fields.
    """
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as e:
        raise InvalidInput("the form cannot be read", code="malformed") from e


def is_outage(error: Exception) -> bool:
    """Whether the database, not the request, is the reason."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def answer_to(error: Exception) -> Response | None:
    """The answer to an error that has one; None for what is our own fault."""
    if is_outage(error) or isinstance(error, TemporaryFailure):
        return _plain(503, "Please try again shortly.", retry_after_s=RETRY_AFTER_S)
    if isinstance(error, TooMany):
        return _plain(429, str(error), retry_after_s=error.retry_after_s)
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return _plain(status, str(error))
    return None


_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (TooLarge, 413),
    (InvalidInput, 422),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (PermanentFailure, 422),
)


def guarded(channel: str) -> Callable[[Handler], Handler]:
    """Turn what a handler raises into a clear answer and one log line without personal data."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded_handler(request: Request) -> Response:
            try:
                return await handler(request)
            except ClientDisconnect:
                return _plain(400, "The body did not arrive whole.")
            except Exception as e:  # noqa: BLE001 - re-raised unless it has an answer
                answer = answer_to(e)
                if answer is None:
                    raise
                log.logger().warning(
                    "webhook.refused",
                    channel=channel,
                    route=request.scope["path"],
                    status=answer.status_code,
                    error=type(e).__name__,
                    code=getattr(e, "code", None),
                )
                return answer

        return guarded_handler

    return wrap


async def in_thread(call: Callable[..., T], *args: Any) -> T:
    """Run a blocking call without stopping the event loop."""
    return await run_in_threadpool(call, *args)


def _plain(status: int, text: str, *, retry_after_s: float | None = None) -> Response:
    headers = {} if retry_after_s is None else {"Retry-After": str(max(1, round(retry_after_s)))}
    return PlainTextResponse(text + "\n", status_code=status, headers=headers)
