"""Says in plain words what went wrong: one page for every kind of error of the console."""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from common.errors import (
    AssistantError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    PermanentFailure,
    TemporaryFailure,
)
from common.log import logger
from console.pages import page
from console.permissions import NotSignedIn

log = logger()
Handler = Callable[[Request, Exception], Awaitable[Response]]

_BROKEN: Final = (
    "The console could not do that. It is our fault; the people who run it can see it."
)
# Kind of error, status, title, and whether its own words are shown.
_KINDS: Final[tuple[tuple[type[AssistantError], int, str, bool], ...]] = (
    (InvalidInput, 422, "There is a problem", True),
    (NotAllowed, 403, "You cannot open this", True),
    (NotFound, 404, "There is no such page", True),
    (Conflict, 409, "Somebody was faster", True),
    (TemporaryFailure, 503, "Try again in a moment", True),
    (PermanentFailure, 410, "It is no longer there", True),
)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    app.add_exception_handler(AssistantError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database_down)
    app.add_exception_handler(PoolTimeout, _database_down)
    app.add_exception_handler(Exception, _unknown)


async def _to_sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotSignedIn)  # noqa: S101 (narrows for the type checker)
    if request.headers.get("x-poll") == "1":
        return Response(status_code=401)
    return RedirectResponse(error.to, 303)


async def _known(request: Request, error: Exception) -> Response:
    for kind, status, title, own_words in _KINDS:
        if isinstance(error, kind):
            text = str(error) if own_words else _BROKEN
            return page(request, "error.html", status=status, title=title, text=text)
    return await _unknown(request, error)


async def _malformed(request: Request, _error: Exception) -> Response:
    text = "The form was not filled in as we expected. Go back and try again."
    return page(request, "error.html", status=422, title="There is a problem", text=text)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, text = {
        404: ("There is no such page", "Check the address, or start from the inbox."),
        405: ("That cannot be done here", "Go back and use the buttons of the page."),
    }.get(status, ("There is a problem", "Go back and try again."))
    return page(request, "error.html", status=status, title=title, text=text)


async def _database_down(request: Request, error: Exception) -> Response:
    log.error("console.database_down", route=_route(request), error=type(error).__name__)
    text = "The database does not answer. Try again in a minute."
    return page(request, "error.html", status=503, title="Try again in a minute", text=text)


async def _unknown(request: Request, error: Exception) -> Response:
    log.error("console.broke", route=_route(request), error=type(error).__name__, exc_info=error)
    title = "Something went wrong"
    return page(request, "error.html", status=500, title=title, text=_BROKEN)


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return str(getattr(route, "path", "unknown"))
