"""Puts the console together: routes, error pages, files and headers; does no work itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from console import errors
from console.pages import HERE
from console.protect import Protect
from console.services import ConsoleServices
from console.views import (
    account,
    audit,
    conversation,
    directory,
    erasure,
    inbox,
    insight,
    loss,
    media,
    referrals,
    review,
    risk,
    sign_in,
    staff,
    tasks,
    words,
)

_ROUTERS = (
    sign_in.router,
    inbox.router,
    conversation.router,
    erasure.router,
    loss.router,
    media.router,
    risk.router,
    review.router,
    tasks.router,
    directory.router,
    words.router,
    referrals.router,
    account.router,
    audit.router,
    staff.router,
    insight.router,
)


def create_console(services: ConsoleServices) -> FastAPI:
    """The console as an ASGI application, to be served on an address of its own at its root."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        services.passwords.close()

    app = FastAPI(
        title="First1001 console",
        routes=[route for router in _ROUTERS for route in router.routes],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = services
    errors.install(app)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.mount("/assets", StaticFiles(directory=services.assets, check_dir=False), name="assets")
    app.add_middleware(Protect, secure=services.secure)
    return app
