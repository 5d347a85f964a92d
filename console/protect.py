"""Headers and limits of every response and request of the console; knows no page."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY: Final = 64 * 1024
"""Bytes of a form; a reply, a note and a token fit many times over."""

MOST_FILE: Final = 2 * 1024 * 1024
"""Bytes of a form with a file, at the addresses that take one."""

TAKES_FILE: Final = ("/insight/activity/file",)

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex",
}


class _TooLarge(Exception):
    """The body grew over the limit while it was read."""


class Protect:
    """Sets the security headers, keeps pages out of every cache, and refuses large bodies."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        static = scope["path"].startswith(("/assets/", "/static/"))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "max-age=300" if static else "no-store")
                if self.secure:
                    headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > _most(scope):
            await _refuse(scope, receive, send_with_headers)
            return
        await self._within_limit(scope, receive, send_with_headers)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        read, started, most = 0, False, _most(scope)

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except _TooLarge:
            if not started:
                await _refuse(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    most = "2 MB" if _most(scope) == MOST_FILE else "64 KB"
    response = PlainTextResponse(f"That is too much for one form ({most} at most).", 413)
    await response(scope, receive, send)


def _most(scope: Scope) -> int:
    return MOST_FILE if scope["path"] in TAKES_FILE else MOST_BODY
