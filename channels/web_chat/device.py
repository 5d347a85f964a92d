"""The routes by which a parent keeps a chat, hides it, moves it to another device, or leaves."""

from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from channels.edge import TooMany, in_thread
from channels.web_chat.desk import Desk
from channels.web_chat.limits import Buckets
from channels.web_chat.pages import View
from channels.web_chat.requests import asked, is_embedded
from common.errors import NotFound

_UNKNOWN_CODE: Final = (
    "We do not know this code. Check it, or start a new chat: each code works once."
)


class Device:
    """What concerns this browser, not the conversation."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._guesses = Buckets(desk.services.clock, burst=20, per_second=1)

    async def keep(self, request: Request) -> Response:
        """The parent is still here."""
        form = await asked(request)
        session = await self._desk.needed(request, form)
        return self._desk.with_cookie(self._desk.done(form, {}), session, embed=form.embed)

    async def code(self, request: Request) -> Response:
        """A one-time code with which this conversation can be continued anywhere."""
        desk = self._desk
        form = await asked(request)
        session = await desk.needed(request, form)
        code = await in_thread(desk.store.new_code, session)
        if form.wants_json:
            response = desk.done(form, {"code": code, "days": desk.config.code_days})
        else:
            response = await desk.chat(View(session=session, embed=form.embed, code=code))
        return desk.with_cookie(response, session, embed=form.embed)

    async def resume(self, request: Request) -> Response:
        """The page on which a code is typed."""
        return self._desk.pages.resume(View(embed=is_embedded(request)))

    async def redeem(self, request: Request) -> Response:
        """Open the conversation of a code in this browser; its old session ends."""
        desk = self._desk
        form = await asked(request)
        view = View(embed=form.embed, draft=form.fields.get("code", "")[:64])
        shared = form.fields.get("shared") == "yes"
        if not view.draft.strip():
            return desk.pages.resume(replace(view, error="Enter your code"), status=422)
        try:
            self._guesses.take("guess")
            session = await in_thread(lambda: desk.store.redeem(view.draft, shared=shared))
        except NotFound:
            return desk.pages.resume(replace(view, error=_UNKNOWN_CODE), status=422)
        except TooMany:
            why = "Too many codes were tried. Wait a minute, then try again."
            return desk.pages.resume(replace(view, error=why), status=429)
        await in_thread(desk.store.end, desk.cookies.read(request, embed=form.embed))
        return desk.with_cookie(desk.back(form), session, embed=form.embed)

    async def share(self, request: Request) -> Response:
        """Whether others use this device; may come before the first message."""
        desk = self._desk
        form = await asked(request)
        shared = form.fields.get("shared") == "yes"
        session = await desk.session(request, embed=form.embed, touch=True)
        if session is None:
            session = await desk.start(shared=shared)
        else:
            token = session.token
            await in_thread(lambda: desk.store.set_shared(token, shared=shared))
            session = replace(session, shared=shared)
        return desk.with_cookie(desk.back(form), session, embed=form.embed)

    async def leave(self, request: Request) -> Response:
        """End the session here and lead away; the conversation stays with the service."""
        desk = self._desk
        form = await asked(request)
        await in_thread(desk.store.end, desk.cookies.read(request, embed=form.embed))
        headers = {**desk.headers(form), "Clear-Site-Data": '"cache", "storage"'}
        response: Response
        if form.fields.get("beacon"):
            response = Response(status_code=204, headers=headers)
        else:
            response = RedirectResponse(desk.config.exit_url, 303, headers=headers)
        desk.cookies.clear(response, embed=form.embed)
        return response
