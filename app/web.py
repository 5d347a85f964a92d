"""The public edge: webhooks, web chat, health; no internal path and no console is here."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from app import migrate
from app.bootstrap import House
from channels.edge import answer_to
from common.db import reading
from common.log import logger
from signposting import api as directory_api
from signposting import needs

log = logger()
DIRECTORY = "/directory"


def create_public(house: House, *, assistant_ready: Callable[[], str | None]) -> FastAPI:
    """The ASGI app of the public address.

    Args:
        house: the wired parts.
        assistant_ready: asks the assistant for its model; messages are accepted either way.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    services = house.services()
    for channel in house.channels.values():
        app.include_router(channel.router(services))
    app.mount(
        DIRECTORY,
        directory_api.create(
            house.ledger.sessions,
            needs.load(),
            place_of=house.places.lookup,
            address=f"{house.settings.public_base_url}{DIRECTORY}",
        ),
    )
    app.add_api_route("/healthz", _alive, methods=["GET"])
    app.add_api_route("/readyz", _ready(house, assistant_ready), methods=["GET"])
    app.add_exception_handler(Exception, _broken)
    app.add_exception_handler(HTTPException, _refused)
    return app


async def _alive() -> Response:
    return PlainTextResponse("ok\n")


def _ready(house: House, assistant_ready: Callable[[], str | None]) -> Callable[[], Response]:
    def ready() -> Response:
        engine = house.ledger.sessions.kw["bind"]
        try:
            with reading(house.ledger.sessions) as session:
                session.execute(text("select 1"))
            database = "ok" if migrate.is_current(house.settings.root, engine) else "migrate"
        except Exception:  # noqa: BLE001 (whatever the database says, the answer is: not ready)
            database = "away"
        body = {"database": database, "assistant": "ok" if assistant_ready() else "away"}
        whole = all(value == "ok" for value in body.values())
        return JSONResponse(body, status_code=200 if whole else 503)

    return ready


async def _broken(request: Request, error: Exception) -> Response:
    answer = answer_to(error)
    if answer is not None:
        return answer
    log.error("request.broke", route=request.scope.get("path"), error=type(error).__name__)
    return PlainTextResponse("Something went wrong on our side.\n", status_code=500)


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "There is nothing at this address.", 405: "This address takes no such request."}
    return PlainTextResponse(words.get(status, "This request is refused.") + "\n", status)
