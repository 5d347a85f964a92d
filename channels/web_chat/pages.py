"""Makes the HTML of the web chat and the headers that keep it private; reads no conversation."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from starlette.responses import HTMLResponse, Response

from channels.base import Line
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import Session
from channels.web_chat.words import blocks

HERE: Final = Path(__file__).resolve().parent
STATIC: Final = HERE / "static"

# In order: stay out of caches and history, tell nobody where the parent came from, and ask the
# browser for nothing. Source: OWASP secure headers; research, sections 1.4 and 3.
_PRIVATE: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True)
class View:
    """What one rendering of the page shows beside the conversation.

    Attributes:
        error: why the last form was refused; shown at the field, and first on the page.
        draft: the words of a refused form, given back.
    """

    session: Session | None = None
    lines: Sequence[Line] = ()
    waiting: bool = False
    embed: bool = False
    error: str | None = None
    draft: str = ""
    code: str | None = None
    ended: bool = False


class Pages:
    """The templates, with this deployment's names in them."""

    def __init__(self, config: WebChatConfig) -> None:
        self._config = config
        self._env = Environment(
            loader=ChoiceLoader(
                [FileSystemLoader(HERE / "templates"), PackageLoader("nhsuk_frontend_jinja")]
            ),
            autoescape=True,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals.update(config=config, blocks=blocks, new_uuid=_new_uuid)

    def chat(self, view: View, *, status: int = 200) -> Response:
        """The page with the conversation on it."""
        return self._page("chat.html", view, status=status)

    def resume(self, view: View, *, status: int = 200) -> Response:
        """The page on which a code is typed."""
        return self._page("continue.html", view, status=status)

    def line(self, line: Line, *, embed: bool) -> str:
        """One line of the conversation, as HTML."""
        module: Any = self._env.get_template("line.html").module
        return str(module.line(line, True, embed)).strip()

    def _page(self, template: str, view: View, *, status: int) -> Response:
        html = self._env.get_template(template).render(view=view)
        return HTMLResponse(html, status_code=status, headers=self.headers(embed=view.embed))

    def headers(self, *, embed: bool) -> dict[str, str]:
        """The headers of every page and answer."""
        ancestors = " ".join(("'self'", *self._config.embed_on)) if embed else "'none'"
        exit_origin = "{0.scheme}://{0.netloc}".format(urlsplit(self._config.exit_url))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"connect-src 'self'; form-action 'self' {exit_origin}; base-uri 'none'; "
            f"frame-ancestors {ancestors}"
        )
        return {**_PRIVATE, "Content-Security-Policy": policy}


def _new_uuid() -> str:
    return str(uuid.uuid4())
