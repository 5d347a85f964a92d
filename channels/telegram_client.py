"""Telegram's Bot API for code that is not asynchronous, and our words for how it fails.

One event loop in a thread of its own serves all callers: connections belong to a loop.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Final, TypeVar

import httpx
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from common.errors import (
    AmbiguousFailure,
    AssistantError,
    PermanentFailure,
    TechnicalFailure,
    TemporaryFailure,
)
from common.settings import Telegram

API: Final = "https://api.telegram.org"
TIMEOUT_S: Final = 10.0
T = TypeVar("T")

# Words by which Telegram says that a chat is gone for good. Source: observed descriptions, tdlib.
_GONE: Final = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty")


class _Request(HTTPXRequest):
    """Telegram's own client, but for flood control, whose error warns of its own deprecation."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        data = HTTPXRequest.parse_json_payload(payload)
        wait = (data.get("parameters") or {}).get("retry_after")
        if wait:
            raise TemporaryFailure(
                "Telegram asks us to wait", retry_after_s=float(wait), code="429"
            )
        return data


class TelegramApi:
    """The bot as seen from any thread."""

    def __init__(self, settings: Telegram, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        base = (settings.api_base or API).rstrip("/")
        self._file_base = f"{base}/file/bot"
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._bot: Bot | None = None
        self._token = settings.token
        self._base_url = f"{base}/bot"

    @property
    def bot(self) -> Bot:
        """The client; made at the first use, so that making a channel opens nothing."""
        with self._lock:
            if self._bot is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="telegram", daemon=True
                )
                self._thread.start()
                self._bot = asyncio.run_coroutine_threadsafe(self._make(), self._loop).result()
            return self._bot

    def run(self, call: Coroutine[Any, Any, T], *, timeout_s: float = 2 * TIMEOUT_S) -> T:
        """Run one call of the client and wait for what it gives.

        Raises:
            AssistantError: of the kind that says what to do; see `failure_of`.
        """
        if self._loop is None:
            raise TechnicalFailure("use the bot before running a call of it")
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result(timeout_s)
        except FutureTimeout:
            future.cancel()
            raise AmbiguousFailure("Telegram did not answer in time", code="time_out") from None
        except TelegramError as e:
            # Telegram's words may hold a name or a number, so they become no cause in a log.
            raise failure_of(e) from None

    def run_until(self, call: Coroutine[Any, Any, T], stop: threading.Event) -> T | None:
        """Like `run`, for a call that waits long: None when it was cut short by the stop."""
        if self._loop is None:
            raise TechnicalFailure("use the bot before running a call of it")
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        while True:
            try:
                return future.result(0.2)
            except FutureTimeout:
                if future.done():
                    raise AmbiguousFailure("Telegram did not answer in time") from None
                if stop.is_set():
                    future.cancel()
                    return None
            except TelegramError as e:
                raise failure_of(e) from None

    async def _make(self) -> Bot:
        def request() -> HTTPXRequest:
            return _Request(
                connection_pool_size=16,
                read_timeout=self._timeout_s,
                write_timeout=self._timeout_s,
                connect_timeout=5.0,
                pool_timeout=5.0,
            )

        return Bot(
            self._token,
            base_url=self._base_url,
            base_file_url=self._file_base,
            request=request(),
            get_updates_request=request(),
        )

    def close(self) -> None:
        """Close connections and end the loop's thread."""
        with self._lock:
            bot, loop, thread = self._bot, self._loop, self._thread
            self._bot = self._loop = self._thread = None
        if bot is None or loop is None or thread is None:
            return

        async def shut() -> None:
            for request in bot._request:  # noqa: SLF001 - the client closes only what it opened
                await request.shutdown()

        asyncio.run_coroutine_threadsafe(shut(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def failure_of(error: TelegramError) -> AssistantError:
    """Our word for one of the client's errors."""
    if isinstance(error, Forbidden):
        return PermanentFailure("the bot was blocked", code="403", closes_route="blocked")
    if isinstance(error, ChatMigrated):
        return PermanentFailure("the chat became a group", code="400", closes_route="invalid")
    if isinstance(error, BadRequest):
        gone = any(words in str(error).lower() for words in _GONE)
        closes = "invalid" if gone else None
        return PermanentFailure("Telegram refused it", code="400", closes_route=closes)
    if isinstance(error, InvalidToken):
        return TechnicalFailure("FIRST1001_TELEGRAM_TOKEN is not valid")
    if isinstance(error, Conflict):
        return TechnicalFailure("another process polls this bot, or a webhook is set")
    if _never_left(error):
        return TemporaryFailure("Telegram was not reached", code="no_connection")
    if isinstance(error, TimedOut | NetworkError):
        return AmbiguousFailure("Telegram did not answer", code="time_out")
    return AmbiguousFailure("Telegram's answer is not understood", code="unknown")


def _never_left(error: TelegramError) -> bool:
    cause = error.__cause__
    return isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
