"""The session's cookie: hidden from scripts, not sent for other sites, gone when it should be."""

from starlette.requests import Request
from starlette.responses import Response

from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import Session


class Cookies:
    """Writes and reads the cookie.

    In a widget on another site browsers send no Lax cookie, so over HTTPS the widget has one of
    its own, kept apart for each site that holds it (`Partitioned`).
    """

    def __init__(self, config: WebChatConfig) -> None:
        self._config = config

    def read(self, request: Request, *, embed: bool) -> str | None:
        """The cookie's value."""
        return request.cookies.get(self._name(embed=embed))

    def write(self, response: Response, session: Session, *, embed: bool) -> None:
        """Set or renew it; on a shared device it goes when the browser closes."""
        age = None if session.shared else self._config.idle_s
        self._set(response, session.token, age, embed=embed)

    def clear(self, response: Response, *, embed: bool) -> None:
        """Take it away."""
        self._set(response, "", 0, embed=embed)

    def _name(self, *, embed: bool) -> str:
        if not self._config.secure:
            return "chat"
        return "__Host-chat-frame" if embed else "__Host-chat"

    def _set(self, response: Response, value: str, age: int | None, *, embed: bool) -> None:
        parts = [f"{self._name(embed=embed)}={value}", "Path=/", "HttpOnly"]
        if age is not None:
            parts.append(f"Max-Age={age}")
        if self._config.secure:
            parts.append("Secure")
        framed = embed and self._config.secure
        parts += ["SameSite=None", "Partitioned"] if framed else ["SameSite=Lax"]
        response.headers.append("set-cookie", "; ".join(parts))
