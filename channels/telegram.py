"""Telegram: its webhook or polling in, its Bot API out; holds no state and no words of ours."""

import json
import threading
from collections.abc import Callable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Update

from channels.base import ChannelServices
from channels.edge import body_of, guarded, in_thread
from channels.telegram_client import TIMEOUT_S, TelegramApi
from channels.telegram_updates import ALLOWED_UPDATES, Read, UpdateReader, callback_data
from common import log
from common.crypto import same
from common.errors import AssistantError, InvalidInput, NotAllowed, NotFound, PermanentFailure
from common.settings import Telegram as TelegramSettings
from conversations.model import Accepted, Capabilities, InboundMessage, Receipt, ToSend
from conversations.states import Kind

# Source: Bot API, sendMessage: "1-4096 characters after entities parsing", in UTF-16 units.
MAX_LENGTH: Final = 4096
MAX_MEDIA: Final = 20 * 1024 * 1024
MAX_LABEL: Final = 128
POLL_S: Final = 10
_BACKOFF_S: Final = (1, 2, 5, 10, 30)


class Telegram:
    """The Telegram channel."""

    name = "telegram"
    capabilities = Capabilities(
        may_speak_first=False,
        reply_window_s=None,
        max_length=MAX_LENGTH,
        choices="buttons",
        media=True,
        markup="plain",
        one_message=False,
    )

    def __init__(
        self, settings: TelegramSettings, *, public_base_url: str, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._settings = settings
        self._public = public_base_url.rstrip("/")
        self._reader = UpdateReader(settings.token)
        self._api = TelegramApi(settings, timeout_s=timeout_s)

    def router(self, services: ChannelServices) -> APIRouter:
        """POST /telegram."""
        router = APIRouter(include_in_schema=False)

        @guarded(self.name)
        async def update(request: Request) -> Response:
            self._check_secret(request)
            read = self.parse(await body_of(request))
            receipt = await in_thread(take_in, services, read)
            return self._answer(read, receipt)

        router.add_api_route("/telegram", update, methods=["POST"], response_model=None)
        return router

    def parse(self, body: bytes) -> Read:
        """What an update says.

        Raises:
            InvalidInput: it is no update.
        """
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as e:
            raise InvalidInput("The body is not JSON.", code="malformed") from e
        return self._reader.read(data)

    def _check_secret(self, request: Request) -> None:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not self._settings.secret_token or not same(given, self._settings.secret_token):
            raise NotAllowed("The secret token does not fit.")

    def _answer(self, read: Read, receipt: Receipt | None) -> Response:
        # A webhook's answer may carry one call of the API, which saves a request of its own.
        if read.callback_query_id is not None:
            return JSONResponse(
                {"method": "answerCallbackQuery", "callback_query_id": read.callback_query_id}
            )
        message = read.message
        if message is None or receipt is None or receipt.duplicate or not _expects_words(message):
            return Response(status_code=200)
        return JSONResponse(
            {"method": "sendChatAction", "chat_id": message.address, "action": "typing"}
        )

    def send(self, message: ToSend) -> Accepted:
        """Hand one message over: plain text, a button for each choice."""
        if len(message.text.encode("utf-16-le")) // 2 > MAX_LENGTH:
            raise PermanentFailure("the text is too long for Telegram", code="too_long")
        bot = self._api.bot
        sent = self._api.run(
            bot.send_message(
                chat_id=message.address,
                text=message.text,
                reply_markup=_keyboard(message),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        )
        # Message ids count from one in each chat, and a chat id names a person.
        chat = self._reader.fingerprint("chat", message.address)
        return Accepted(provider_message_id=f"{sent.message_id}:{chat}")

    def find_sent(self, message: ToSend) -> Accepted | None:  # noqa: ARG002
        """Always None: Telegram has nothing to ask."""
        return None

    def remove(self, address: str, provider_message_id: str) -> None:
        """Take one of our own messages out of a chat; Telegram lets us for 48 hours.

        Raises:
            PermanentFailure: Telegram does not do it: the message is gone, or too old.
        """
        number = int(provider_message_id.partition(":")[0])
        self._api.run(self._api.bot.delete_message(chat_id=address, message_id=number))

    def fetch_media(self, ref: str) -> bytes:
        """The bytes of a photo, recording or file; the ref is Telegram's file id."""
        bot = self._api.bot

        async def fetch() -> bytes:
            file = await bot.get_file(ref)
            if file.file_size and file.file_size > MAX_MEDIA:
                raise NotFound("it is too large to open here")
            return bytes(await file.download_as_bytearray())

        try:
            return self._api.run(fetch(), timeout_s=60)
        except PermanentFailure as e:
            raise NotFound("Telegram no longer has it") from e

    def register_webhook(self) -> None:
        """Tell Telegram where updates go; to be called once at start when not polling."""
        bot = self._api.bot
        self._api.run(
            bot.set_webhook(
                url=f"{self._public}/telegram",
                secret_token=self._settings.secret_token,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=10,
            )
        )

    def poll_forever(self, services: ChannelServices, stop: threading.Event) -> None:
        """Fetch updates until stopped, for a first try without a public address.

        An update is only confirmed to Telegram after it is written down.
        """
        offset: int | None = None
        failures = 0
        while not stop.is_set():
            try:
                if offset is None:
                    self._api.run(self._api.bot.delete_webhook())
                    offset = 0
                for update in self._poll(offset, stop):
                    self._take_polled(services, update)
                    offset = update.update_id + 1
                failures = 0
            except Exception as e:  # noqa: BLE001 - a poller that dies answers nobody
                wait = _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]
                failures += 1
                # The error's own words may be a provider's, so only its name is written down.
                log.logger().warning(
                    "poll.failed", channel=self.name, error=type(e).__name__, wait_s=wait
                )
                stop.wait(wait)

    def _poll(self, offset: int, stop: threading.Event) -> tuple[Update, ...]:
        call = self._api.bot.get_updates(
            offset=offset, timeout=POLL_S, allowed_updates=ALLOWED_UPDATES
        )
        return self._api.run_until(call, stop) or ()

    def _take_polled(self, services: ChannelServices, update: Update) -> None:
        try:
            read = self._reader.read_update(update)
        except InvalidInput:
            log.logger().warning("webhook.refused", channel=self.name, error="InvalidInput")
            return
        receipt = take_in(services, read)
        message = read.message
        try:
            if read.callback_query_id is not None:
                self._api.run(self._api.bot.answer_callback_query(read.callback_query_id))
            elif message and receipt and not receipt.duplicate and _expects_words(message):
                self._api.run(self._api.bot.send_chat_action(message.address, "typing"))
        except AssistantError as e:
            log.logger().info("courtesy.failed", channel=self.name, error=type(e).__name__)

    def close(self) -> None:
        """End the client's thread."""
        self._api.close()


def take_in(services: ChannelServices, read: Read) -> Receipt | None:
    """Hand what an update holds to the house."""
    if read.change is not None:
        services.change_route(read.change)
    if read.message is None:
        return None
    receive: Callable[[InboundMessage], Receipt] = services.receive
    return receive(read.message)


def _expects_words(message: InboundMessage) -> bool:
    return message.kind == Kind.TEXT and message.text.strip().lower() != "/stop"


def _keyboard(message: ToSend) -> InlineKeyboardMarkup | None:
    if not message.choices:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    choice.label[:MAX_LABEL], callback_data=callback_data(message.id, n)
                )
            ]
            for n, choice in enumerate(message.choices)
        ]
    )
