"""Serves the page's files: only those that lie in its two folders, cached for an hour."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from channels.web_chat.pages import STATIC
from common.errors import NotFound

_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
_HEADERS: Final = {
    "Cache-Control": "public, max-age=3600",
    "X-Content-Type-Options": "nosniff",
}


class Files:
    """The handlers of files."""

    def __init__(self, assets: Path | None) -> None:
        self._assets = assets

    async def asset(self, request: Request) -> Response:
        """A file of the NHS.UK frontend."""
        if self._assets is None:
            raise NotFound("There is no such file.")
        return _file(self._assets, request.path_params["path"], {})

    async def static(self, request: Request) -> Response:
        """A stylesheet, a script or an icon."""
        return _file(STATIC, request.path_params["path"], {})

    async def widget(self, request: Request) -> Response:  # noqa: ARG002
        """The script that other sites load."""
        return _file(STATIC, "widget.js", {"Cross-Origin-Resource-Policy": "cross-origin"})


def _file(folder: Path, name: str, headers: dict[str, str]) -> Response:
    path = (folder / name).resolve()
    if path.suffix not in _TYPES or not path.is_relative_to(folder.resolve()):
        raise NotFound("There is no such file.")
    if not path.is_file():
        raise NotFound("There is no such file.")
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={**_HEADERS, **headers})
