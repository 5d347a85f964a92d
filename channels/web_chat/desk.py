"""What the web chat's handlers share: finding the session, answering as a page or as JSON."""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from channels.base import ChannelServices
from channels.edge import TooMany, answer_to, in_thread, is_outage
from channels.web_chat.config import WebChatConfig
from channels.web_chat.cookies import Cookies
from channels.web_chat.limits import Buckets
from channels.web_chat.pages import Pages, View
from channels.web_chat.requests import Asked
from channels.web_chat.sessions import Session, SessionStore
from channels.web_chat.wakes import Wakes
from common import log
from common.errors import InvalidInput, NotFound


class Desk:
    """The parts of the web chat, and the answers that several handlers give."""

    def __init__(
        self,
        config: WebChatConfig,
        store: SessionStore,
        wakes: Wakes,
        *,
        services: ChannelServices,
    ) -> None:
        self.config = config
        self.store = store
        self.wakes = wakes
        self.services = services
        self.pages = Pages(config)
        self.cookies = Cookies(config)
        rate = config.new_sessions_per_second
        self._newcomers = Buckets(services.clock, burst=5 * rate, per_second=rate)

    async def session(self, request: Request, *, embed: bool, touch: bool) -> Session | None:
        """The living session of a request."""
        token = self.cookies.read(request, embed=embed)
        return await in_thread(lambda: self.store.find(token, touch=touch))

    async def needed(self, request: Request, form: Asked) -> Session:
        """The living session, where nothing can be done without one.

        Raises:
            NotFound: there is none.
        """
        session = await self.session(request, embed=form.embed, touch=True)
        if session is None:
            raise NotFound("This chat is over on this device.")
        return session

    async def start(self, *, shared: bool = False) -> Session:
        """A session for somebody new.

        Raises:
            TooMany: newcomers come faster than we let them.
        """
        self._newcomers.take("new")
        return await in_thread(lambda: self.store.start(shared=shared))

    async def chat(self, view: View, *, status: int = 200) -> Response:
        """The page with the conversation of the view's session on it."""
        return await in_thread(self._chat, view, status)

    def _chat(self, view: View, status: int) -> Response:
        if view.session is not None:
            reader = self.services.transcript
            lines = reader.lines(view.session.address, 0)
            waiting = reader.pulse(view.session.address).waiting
            view = replace(view, lines=lines, waiting=waiting)
        return self.pages.chat(view, status=status)

    async def refused(self, error: Exception, form: Asked, session: Session | None) -> Response:
        """Tell the parent why her message was not taken, and give her words back.

        Raises:
            Exception: the same, where there is nothing that she could do.
        """
        answer = answer_to(error)
        if answer is None:
            raise error
        if isinstance(error, InvalidInput | TooMany):
            why = str(error)
        else:
            why = "Your message could not be sent. Wait a minute, then try again."
            log.logger().warning("webhook.refused", channel="web_chat", error=type(error).__name__)
        retry = answer.headers.get("retry-after")
        response: Response
        if form.wants_json:
            response = JSONResponse({"error": why}, status_code=answer.status_code)
            response.headers.update(self.headers(form))
        else:
            view = View(session=session, embed=form.embed, error=why, draft=_draft(form))
            if is_outage(error):
                response = await in_thread(lambda: self.pages.chat(view, status=503))
            else:
                response = await self.chat(view, status=answer.status_code)
        if retry:
            response.headers["Retry-After"] = retry
        return response

    async def until_answered(self, address: str) -> None:
        """Wait a little, so that a browser without scripts lands on the answer."""
        reader = self.services.transcript
        end = asyncio.get_running_loop().time() + self.config.no_script_wait_s
        pulse = await in_thread(reader.pulse, address)
        with self.wakes.subscribe(pulse.conversation_id) as ear:
            while pulse.waiting and not self.wakes.closing:
                left = end - asyncio.get_running_loop().time()
                if left <= 0:
                    return
                await ear.wait(min(left, self.config.poll_s))
                ear.clear()
                pulse = await in_thread(reader.pulse, address)

    def with_cookie(self, response: Response, session: Session | None, *, embed: bool) -> Response:
        """The answer, with the cookie renewed."""
        if session is not None:
            self.cookies.write(response, session, embed=embed)
        return response

    def back(self, form: Asked, fragment: str = "") -> Response:
        """Lead a browser without scripts back to the page."""
        where = ("/embed" if form.embed else "/") + fragment
        return RedirectResponse(where, 303, headers=self.headers(form))

    def done(self, form: Asked, data: dict[str, object]) -> Response:
        """JSON, or the way back to the page."""
        if form.wants_json:
            return JSONResponse(data, headers=self.headers(form))
        return self.back(form)

    def headers(self, form: Asked) -> dict[str, str]:
        """The headers of every answer."""
        return self.pages.headers(embed=form.embed)


def _draft(form: Asked) -> str:
    return "" if form.fields.get("choice") else form.fields.get("text", "")
