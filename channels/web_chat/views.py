"""The routes of a conversation on the web: the page, its messages, and the stream of new lines.

A POST works for a plain form, which leads back to the page, and for JSON.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from channels.edge import Handler, TooMany, guarded, in_thread
from channels.web_chat.desk import Desk
from channels.web_chat.device import Device
from channels.web_chat.files import Files
from channels.web_chat.limits import Buckets
from channels.web_chat.pages import View
from channels.web_chat.requests import asked, is_embedded, message_of, words_of
from channels.web_chat.sessions import Session
from channels.web_chat.stream import Source, Stream

MOST_STREAMS: Final = 4


def router(desk: Desk) -> APIRouter:
    """All routes of the web chat."""
    made = APIRouter(include_in_schema=False)
    talk, device, files = Talk(desk), Device(desk), Files(desk.config.assets)
    routes: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "/", talk.page),
        ("GET", "/embed", talk.page),
        ("POST", "/chat/messages", talk.message),
        ("GET", "/chat/stream", talk.stream),
        ("GET", "/continue", device.resume),
        ("POST", "/continue", device.redeem),
        ("POST", "/chat/keep", device.keep),
        ("POST", "/chat/code", device.code),
        ("POST", "/chat/device", device.share),
        ("POST", "/chat/exit", device.leave),
        ("GET", "/widget.js", files.widget),
        ("GET", "/static/chat/{path:path}", files.static),
        ("GET", "/assets/{path:path}", files.asset),
    )
    for method, path, handler in routes:
        endpoint = guarded("web_chat")(handler)
        made.add_api_route(path, endpoint, methods=[method], response_model=None)
    return made


class Talk:
    """The page, messages in, lines out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._streams: Counter[str] = Counter()
        config = desk.config
        self._messages = Buckets(
            desk.services.clock, burst=config.burst, per_second=config.per_second
        )

    async def page(self, request: Request) -> Response:
        """The page, with the conversation where a living session has one."""
        desk, embed = self._desk, is_embedded(request)
        session = await desk.session(request, embed=embed, touch=True)
        ended = session is None and (
            "ended" in request.query_params or bool(desk.cookies.read(request, embed=embed))
        )
        response = await desk.chat(View(session=session, embed=embed, ended=ended))
        return desk.with_cookie(response, session, embed=embed)

    async def message(self, request: Request) -> Response:
        """Take a message in. The browser's own id makes a repeat harmless."""
        desk = self._desk
        form = await asked(request)
        session = await desk.session(request, embed=form.embed, touch=True)
        try:
            if not form.fields.get("choice"):
                words_of(form.fields, desk.config)
            fresh = session is None
            session = session or await desk.start()
            self._messages.take(session.token)
            message = message_of(form.fields, session, desk.config)
            receipt = await in_thread(desk.services.receive, message)
        except Exception as e:  # noqa: BLE001 - re-raised unless the parent can be told
            return await desk.refused(e, form, session)
        response: Response
        if form.wants_json:
            data = {"seq": receipt.seq, "duplicate": receipt.duplicate, "fresh": fresh}
            response = JSONResponse(data, headers=desk.headers(form))
        else:
            await desk.until_answered(session.address)
            response = desk.back(form, "#form")
        return desk.with_cookie(response, session, embed=form.embed)

    async def stream(self, request: Request) -> Response:
        """New lines as they come; 204 tells the browser not to ask again."""
        desk, embed = self._desk, is_embedded(request)
        session = await desk.session(request, embed=embed, touch=False)
        if session is None:
            return Response(status_code=204)
        if self._streams[session.token] >= MOST_STREAMS:
            raise TooMany("This chat is open in too many windows.", retry_after_s=30)
        headers = {**desk.pages.headers(embed=embed), "X-Accel-Buffering": "no"}
        events = self._events(session, embed=embed, after_seq=_after(request))
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(
        self, session: Session, *, embed: bool, after_seq: int
    ) -> AsyncIterator[str]:
        desk, token = self._desk, session.token
        source = Source(
            reader=desk.services.transcript,
            wakes=desk.wakes,
            config=desk.config,
            alive=lambda: desk.store.find(token, touch=False),
            html=lambda line: desk.pages.line(line, embed=embed),
        )
        self._streams[token] += 1
        try:
            async for event in Stream(
                source, address=session.address, after_seq=after_seq
            ).events():
                yield event
        finally:
            self._streams[token] -= 1
            if self._streams[token] <= 0:
                del self._streams[token]


def _after(request: Request) -> int:
    """The sequence number after which the page wants lines; a reconnecting browser says it."""
    for said in (request.headers.get("last-event-id"), request.query_params.get("after")):
        if said and said.isdecimal() and len(said) < 10:
            return int(said)
    return 0
