"""A double of Twilio: the Messages API, signed webhooks, status callbacks, a phone to type on.

Faults: op `send`: 429, 500, 500_after_accepting, time_out, time_out_after_accepting (`hold_s`),
refuse (`code`); op `receipt`: late (`delay_s`), duplicate, reorder, never, undelivered (`code`);
op `inbound`: duplicate, unsigned; op `list`: lag (`lag_s`, stays), 500.
"""

import asyncio
import re
import secrets
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from twilio.request_validator import RequestValidator

from channels.doubles.background import Background
from channels.doubles.script import Fault, Script, Seen, control_router
from channels.doubles.twilio_state import Memory, Sms

PAGES: Final = Path(__file__).resolve().parent / "pages"
_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
_SAMPLES: Final = {
    "photo": ("image/jpeg", b"\xff\xd8\xff\xe0 a photo of nothing"),
    "voice_note": ("audio/ogg", b"OggS a recording of silence"),
    "file": ("application/pdf", b"%PDF-1.4 an empty file"),
}
# Statuses in the order in which a network reports them.
_COURSE: Final = ("sent", "delivered")


@dataclass(frozen=True)
class Account:
    """The account that the double plays, and the house that it calls."""

    sid: str
    token: str
    number: str
    house_url: str
    list_lag_s: float | None = None


class TwilioDouble:
    """The double; `app` is its ASGI application."""

    def __init__(self, account: Account, *, log_path: Path | None = None) -> None:
        self.account = account
        self.script = Script()
        self.seen = Seen(log_path)
        self.memory = Memory(list_lag_s=account.list_lag_s)
        self._background = Background()
        self._validator = RequestValidator(account.token)
        self.app = FastAPI(lifespan=self._background.lifespan(), openapi_url=None)
        self.app.include_router(control_router(self.script, self.seen))
        base = f"/2010-04-01/Accounts/{account.sid}/Messages"
        for method, path, handler in (
            ("POST", f"{base}.json", self._create),
            ("GET", f"{base}.json", self._list),
            ("GET", base + "/{sid}/Media/{media}", self._media),
            ("GET", "/", self._page),
            ("GET", "/phone.js", self._page),
            ("GET", "/phone.css", self._page),
            ("GET", "/_phones", self._phones),
            ("GET", "/_phones/{number}", self._phone),
            ("POST", "/_phones/{number}", self._typed),
        ):
            self.app.add_api_route(path, handler, methods=[method], response_model=None)

    # The REST API ---------------------------------------------------------------------------

    async def _create(self, request: Request) -> Response:
        if not self._may(request):
            return _refusal(401, 20003, "Authenticate")
        form = dict(await request.form())
        fields = {name: str(value) for name, value in form.items()}
        self.seen.note("send.asked", to=fields.get("To"), body=fields.get("Body"))
        fault = self.script.take("send") or {}
        early = await self._fault_before(fault)
        if early is not None:
            return early
        refusal = self._wrong(fields)
        if refusal is not None:
            self.seen.note("send.refused", to=fields.get("To"), body=fields.get("Body"))
            return refusal
        sms = self.memory.add(
            to=fields["To"],
            from_=fields.get("From", ""),
            body=fields["Body"],
            direction="outbound-api",
            callback=fields.get("StatusCallback"),
        )
        self.seen.note("send.accepted", to=sms.to, body=sms.body, sid=sms.sid, **_facts(fields))
        self._background.start(self._deliver(sms))
        if fault.get("fault") == "time_out_after_accepting":
            await asyncio.sleep(float(fault.get("hold_s", 30)))
        if fault.get("fault") in {"500_after_accepting", "time_out_after_accepting"}:
            return _refusal(500, 20500, "Internal server error")
        return JSONResponse(sms.as_json(self.account.sid), status_code=201)

    async def _fault_before(self, fault: Fault) -> Response | None:
        match fault.get("fault"):
            case "429":
                answer = _refusal(429, 20429, "Too many requests")
                answer.headers["Retry-After"] = str(fault.get("retry_after", 1))
                return answer
            case "500":
                return _refusal(500, 20500, "Internal server error")
            case "time_out":
                await asyncio.sleep(float(fault.get("hold_s", 30)))
                return _refusal(500, 20500, "Internal server error")
            case "refuse":
                return _refusal(400, int(fault.get("code", 21211)), "Refused")
        return None

    def _wrong(self, fields: dict[str, str]) -> Response | None:
        to, body = fields.get("To", ""), fields.get("Body", "")
        if not _NUMBER.fullmatch(to):
            return _refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if not body:
            return _refusal(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _refusal(400, 21617, "The message body exceeds the 1600 character limit.")
        if self.memory.is_silenced(to):
            return _refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        return None

    async def _list(self, request: Request) -> Response:
        if not self._may(request):
            return _refusal(401, 20003, "Authenticate")
        fault = self.script.take("list") or {}
        if fault.get("fault") == "500":
            return _refusal(500, 20500, "Internal server error")
        if fault.get("fault") == "lag":
            self.memory.list_lag_s = float(fault["lag_s"])
        query = request.query_params
        after = query.get("DateSent>")
        found = self.memory.listed(
            to=query.get("To"),
            from_=query.get("From"),
            after=datetime.fromisoformat(after).astimezone(UTC) if after else None,
        )
        self.seen.note("list.asked", found=len(found))
        page = [sms.as_json(self.account.sid) for sms in found[: int(query.get("PageSize", 50))]]
        return JSONResponse({"messages": page, "next_page_uri": None, "page": 0})

    async def _media(self, request: Request) -> Response:
        if not self._may(request):
            return _refusal(401, 20003, "Authenticate")
        found = self.memory.media.get(request.path_params["media"])
        if found is None:
            return _refusal(404, 20404, "Not found")
        return Response(found[1], media_type=found[0])

    def _may(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        login = f"{self.account.sid}:{self.account.token}".encode()
        return scheme.lower() == "basic" and b64decode(given or "") == login

    # What Twilio does by itself ---------------------------------------------------------------

    async def _deliver(self, sms: Sms) -> None:
        fault = self.script.take("receipt") or {}
        kind = fault.get("fault")
        if kind == "late":
            await asyncio.sleep(float(fault.get("delay_s", 5)))
        course = list(_COURSE)
        if kind == "undelivered":
            course, sms.error_code = ["sent", "undelivered"], int(fault.get("code", 30003))
        sms.status = course[-1]
        if kind == "never" or not sms.callback:
            return
        if kind == "reorder":
            course.reverse()
        for status in course * (2 if kind == "duplicate" else 1):
            fields = {"MessageSid": sms.sid, "MessageStatus": status, "To": sms.to}
            if sms.error_code and status == "undelivered":
                fields["ErrorCode"] = str(sms.error_code)
            await self.call_house(sms.callback, fields)

    async def receive(
        self, number: str, text: str, *, media: tuple[str, bytes] | None = None
    ) -> tuple[Sms, int]:
        """A parent's phone sends a text; the message, and what the house's webhook answered."""
        held: list[tuple[str, str]] = []
        if media is not None:
            media_id = "ME" + secrets.token_hex(16)
            self.memory.media[media_id] = media
            held.append((media_id, media[0]))
        sms = self.memory.add(
            to=self.account.number, from_=number, body=text, direction="inbound", media=held
        )
        self.seen.note("inbound.typed", sid=sms.sid, from_=number, body=text)
        fields = {
            "MessageSid": sms.sid,
            "SmsSid": sms.sid,
            "From": number,
            "To": self.account.number,
            "Body": text,
            "NumMedia": str(len(held)),
            "NumSegments": "1",
            "FromCountry": "GB",
            "ApiVersion": "2010-04-01",
        }
        for n, (media_id, mime) in enumerate(held):
            path = f"/2010-04-01/Accounts/{self.account.sid}/Messages/{sms.sid}/Media/{media_id}"
            fields |= {
                f"MediaUrl{n}": f"https://api.twilio.com{path}",
                f"MediaContentType{n}": mime,
            }
        answer = self.memory.carrier_answer(number, text)
        if answer:
            self.memory.add(to=number, from_=self.account.number, body=answer, direction="carrier")
        fault = (self.script.take("inbound") or {}).get("fault")
        url = f"{self.account.house_url}/sms/inbound"
        status = await self.call_house(url, fields, signed=fault != "unsigned")
        if fault == "duplicate":
            await self.call_house(url, fields)
        return sms, status

    async def call_house(self, url: str, fields: dict[str, str], *, signed: bool = True) -> int:
        """POST a form to the house, signed as Twilio signs; its status, or 0 where none came."""
        url = url.partition("#")[0]
        fields = {"AccountSid": self.account.sid, **fields}
        signature = self._validator.compute_signature(url, fields) if signed else "forged"
        try:
            answer = await self._background.client.post(
                url, data=fields, headers={"X-Twilio-Signature": signature}
            )
            status = answer.status_code
        except httpx.HTTPError:
            status = 0
        self.seen.note("house.called", url=url, sid=fields.get("MessageSid"), status=status)
        return status

    # The phone --------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        name = request.url.path.strip("/") or "sms.html"
        return FileResponse(PAGES / name)

    async def _phones(self) -> Response:
        return JSONResponse(self.memory.phones(self.account.number))

    async def _phone(self, request: Request) -> Response:
        number = request.path_params["number"]
        shown = [
            {
                "id": m.sid,
                "mine": m.direction == "inbound",
                "text": m.body,
                "status": m.status,
                "media": [mime for _, mime in m.media],
                "at": m.at.isoformat(),
            }
            for m in self.memory.on_phone(number)
        ]
        return JSONResponse({"messages": shown})

    async def _typed(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not _NUMBER.fullmatch(number):
            return JSONResponse({"error": "a number reads +447700900123"}, status_code=422)
        said: dict[str, Any] = await request.json()
        sms, status = await self.receive(
            number, str(said.get("text", "")), media=_SAMPLES.get(str(said.get("media")))
        )
        return JSONResponse({"id": sms.sid, "status": status})


def _facts(fields: dict[str, str]) -> dict[str, str | None]:
    return {"callback": fields.get("StatusCallback"), "validity": fields.get("ValidityPeriod")}


def _refusal(status: int, code: int, message: str) -> Response:
    body = {"code": code, "message": message, "status": status, "more_info": ""}
    return JSONResponse(body, status_code=status)
