"""SMS through Twilio: its webhooks in, its REST API out; holds no state and no words of ours."""

import hmac
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from channels import sms_codes
from channels.base import ChannelServices, media
from channels.edge import body_of, form_of, guarded, in_thread
from channels.sms_client import TIMEOUT_S, TwilioApi, at
from common import log
from common.errors import InvalidInput, NotAllowed
from common.settings import Twilio
from conversations.model import Accepted, Capabilities, InboundMessage, ToSend
from conversations.receipts import DeliveryReceipt
from conversations.states import Kind

# How Twilio calls a webhook again: on any failure, up to 5 times within its 15 s. Put behind each
# address that it calls; it is not signed. Source: Twilio, "Webhooks connection overrides".
RETRIES: Final = "#rc=5&rp=all&ct=2000&rt=5000"
_OUTBOUND_ID: Final = re.compile(r"[0-9a-f]{32}")
_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_EMPTY_TWIML: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Sms:
    """The SMS channel."""

    name = "sms"
    capabilities = Capabilities(
        may_speak_first=True,
        reply_window_s=None,
        max_length=1600,
        choices="numbered",
        media=True,
        markup="plain",
        one_message=True,
    )

    def __init__(
        self, settings: Twilio, *, public_base_url: str, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._settings = settings
        self._public = public_base_url.rstrip("/")
        self._validator = RequestValidator(settings.auth_token)
        self._api = TwilioApi(settings, timeout_s=timeout_s)

    def router(self, services: ChannelServices) -> APIRouter:
        """POST /sms/inbound and POST /sms/status."""
        router = APIRouter(include_in_schema=False)

        @guarded(self.name)
        async def inbound(request: Request) -> Response:
            fields = await self._verified(request)
            message = self.parse(fields)
            await in_thread(services.receive, message)
            return Response(_EMPTY_TWIML, media_type="text/xml")

        @guarded(self.name)
        async def status(request: Request) -> Response:
            fields = await self._verified(request)
            receipt = self.receipt(fields, outbound_id=request.query_params.get("ob"))
            if receipt is not None:
                await in_thread(services.apply_receipt, receipt)
            return Response(status_code=204)

        router.add_api_route("/sms/inbound", inbound, methods=["POST"], response_model=None)
        router.add_api_route("/sms/status", status, methods=["POST"], response_model=None)
        return router

    def signed_url(self, request: Request) -> str:
        """The address as Twilio signed it: from our settings, never from the Host header."""
        query = request.scope["query_string"].decode("latin-1")
        path = request.scope["path"]
        return f"{self._public}{path}?{query}" if query else f"{self._public}{path}"

    async def _verified(self, request: Request) -> dict[str, str]:
        body = await body_of(request)
        signature = request.headers.get("x-twilio-signature", "")
        is_json = request.headers.get("content-type", "").startswith("application/json")
        pairs = [] if is_json else form_of(body)
        params: Any = _utf8(body) if is_json else ImmutableMultiDict(pairs)
        if not self.is_genuine(self.signed_url(request), params, signature):
            raise NotAllowed("The signature does not fit.")
        if is_json:
            raise InvalidInput("A form is expected, not JSON.", code="json")
        fields = dict(pairs)
        if not hmac.compare_digest(
            fields.get("AccountSid", "").encode(), self._settings.account_sid.encode()
        ):
            raise NotAllowed("The account is another one.")
        return fields

    def is_genuine(self, url: str, params: Any, signature: str) -> bool:
        """Whether Twilio signed this address with these parameters."""
        if not signature:
            return False
        try:
            return bool(self._validator.validate(url, params, signature))
        except (TypeError, ValueError, AttributeError):
            # The validator trips over a JSON body whose address bears no bodySHA256.
            return False

    def parse(self, fields: dict[str, str]) -> InboundMessage:
        """What Twilio's form says.

        Raises:
            InvalidInput: it names no sender or no message.
        """
        sid, sender = fields.get("MessageSid", ""), fields.get("From", "")
        if not _SID.fullmatch(sid):
            raise InvalidInput("MessageSid is missing or malformed.", code="no_id")
        if not sender or len(sender) > 64 or ":" in sender:
            raise InvalidInput("From is missing or is no phone number.", code="no_sender")
        text = fields.get("Body", "").replace("\x00", "")
        items = list(self._items(fields))
        return InboundMessage(
            channel=self.name,
            address=sender,
            provider_message_id=sid,
            kind=_kind(text, items),
            text=text,
            media=media(*items) if items else None,
        )

    def _items(self, fields: dict[str, str]) -> Iterator[dict[str, Any]]:
        count = fields.get("NumMedia", "0")
        for n in range(min(int(count), 10) if count.isdigit() else 0):
            url = fields.get(f"MediaUrl{n}", "")
            yield {"ref": url[:500], "type": fields.get(f"MediaContentType{n}", "")[:80]}

    def receipt(
        self, fields: dict[str, str], *, outbound_id: str | None
    ) -> DeliveryReceipt | None:
        """What a status callback says; None where its status is new to us."""
        sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
        if not _SID.fullmatch(sid):
            raise InvalidInput("MessageSid is missing or malformed.", code="no_id")
        state = sms_codes.STATUS.get(fields.get("MessageStatus", ""))
        if state is None:
            log.logger().warning("receipt.not_understood", channel=self.name)
            return None
        code = fields.get("ErrorCode") or None
        return DeliveryReceipt(
            channel=self.name,
            state=state,
            provider_message_id=sid,
            outbound_id=outbound_id if outbound_id and _is_row_id(outbound_id) else None,
            code=code,
            closes_route=sms_codes.CLOSES_ROUTE.get(code or ""),
        )

    def send(self, message: ToSend) -> Accepted:
        """Hand one text to Twilio; its status callback bears our row id."""
        callback = f"{self._public}/sms/status?ob={message.id}{RETRIES}"
        return self._api.send(message, status_callback=callback)

    def find_sent(self, message: ToSend) -> Accepted | None:
        """What Twilio's message list knows; it lags, so None soon after a send proves little."""
        return self._api.find_sent(message)

    def missed(self, since: datetime) -> list[InboundMessage]:
        """Texts to our number since then, as Twilio lists them: a webhook may have been lost.

        Twilio gives up on a webhook after 15 s. Handing these to `receive` is safe: their ids are
        unique.
        """
        return [
            InboundMessage(
                channel=self.name,
                address=str(m.from_),
                provider_message_id=str(m.sid),
                kind=Kind.FILE if str(m.num_media or "0") != "0" else _kind(m.body or "", []),
                text=(m.body or "").replace("\x00", ""),
                sent_at=at(m),
            )
            for m in self._api.received_since(since)
        ]

    def fetch_media(self, ref: str) -> bytes:
        """The bytes of a picture or recording; the ref is Twilio's address of it."""
        return self._api.fetch(ref)

    def close(self) -> None:
        """Let idle connections go."""
        self._api.close()


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as e:
        raise InvalidInput("The body is not UTF-8.", code="malformed") from e


def _kind(text: str, items: list[dict[str, Any]]) -> Kind:
    if not items:
        return Kind.TEXT if text.strip() else Kind.EMPTY
    family = str(items[0]["type"]).split("/")[0]
    return {"image": Kind.PHOTO, "audio": Kind.VOICE_NOTE}.get(family, Kind.FILE)


def _is_row_id(text: str) -> bool:
    return _OUTBOUND_ID.fullmatch(text) is not None
