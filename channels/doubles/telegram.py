"""A double of Telegram's Bot API: the methods we use, updates by webhook or polling, and a phone.

Faults: op `send`: 429 (`retry_after`), 500, 500_after_accepting, time_out_after_accepting
(`hold_s`), refuse (`status`, `description`); op `update`: duplicate, wrong_secret.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from channels.doubles.background import Background
from channels.doubles.script import Fault, Script, Seen, control_router
from channels.doubles.telegram_phone import Phone
from channels.doubles.telegram_state import Memory

PAGES: Final = Path(__file__).resolve().parent / "pages"
# Telegram repeats an update until it is taken, for at most a day; ours soon gives in.
_REPEAT_AFTER_S: Final = (0.2, 0.5, 1, 2, 4, 8)

Method = Callable[[dict[str, Any]], Awaitable[Any]]


class BotError(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


class TelegramDouble:
    """The double; `app` is its ASGI application."""

    def __init__(self, token: str, *, log_path: Path | None = None) -> None:
        self.token = token
        self.script = Script()
        self.seen = Seen(log_path)
        self.memory = Memory(int(token.split(":")[0]))
        self._webhook: dict[str, Any] = {"url": ""}
        self._background = Background()
        self._came = asyncio.Event()
        self.phone = Phone(self.memory, self.seen, self._came.set)
        self.app = FastAPI(lifespan=self._background.lifespan(self._push), openapi_url=None)
        self.app.include_router(control_router(self.script, self.seen))
        self.app.include_router(self.phone.router())
        self._methods: dict[str, Method] = {
            "getme": self._get_me,
            "sendmessage": self._send_message,
            "editmessagetext": self._edit_message,
            "editmessagereplymarkup": self._edit_message,
            "deletemessage": self._delete_message,
            "sendchataction": self._send_chat_action,
            "answercallbackquery": self._answer_callback_query,
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._get_webhook_info,
            "getfile": self._get_file,
        }
        for path, handler in (
            ("/file/bot{token}/{path:path}", self._download),
            ("/bot{token}/{method}", self._call),
            ("/", self._page),
            ("/phone.js", self._page),
            ("/phone.css", self._page),
        ):
            self.app.add_api_route(path, handler, methods=["GET", "POST"], response_model=None)

    # The API ----------------------------------------------------------------------------------

    async def _call(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return _answer(401, description="Unauthorized")
        method = self._methods.get(request.path_params["method"].lower())
        if method is None:
            return _answer(404, description="Not Found: method not found")
        try:
            return _answer(200, result=await method(await _arguments(request)))
        except BotError as e:
            return _answer(e.status, description=str(e), parameters=e.parameters or None)

    async def _get_me(self, _given: dict[str, Any]) -> Any:
        return self.memory.bot

    async def _send_message(self, given: dict[str, Any]) -> Any:
        chat_id, text = int(given.get("chat_id", 0)), str(given.get("text", ""))
        self.seen.note("send.asked", chat=chat_id, text=text)
        fault = self.script.take("send") or {}
        _fault_before(fault)
        chat = self.memory.known(chat_id)
        if chat is None:
            raise BotError(400, "Bad Request: chat not found")
        if chat.blocked:
            raise BotError(403, "Forbidden: bot was blocked by the user")
        markup = given.get("reply_markup")
        _check_message(text, markup)
        content: dict[str, Any] = {"text": text}
        if markup:
            content["reply_markup"] = markup
        message = self.memory.message(chat, mine=False, **content)
        chat.typing_until = 0.0
        self.seen.note("send.accepted", chat=chat_id, text=text, id=message["message_id"])
        if fault.get("fault") == "time_out_after_accepting":
            await asyncio.sleep(float(fault.get("hold_s", 30)))
        if fault.get("fault") in {"500_after_accepting", "time_out_after_accepting"}:
            raise BotError(500, "Internal Server Error")
        return message

    async def _edit_message(self, given: dict[str, Any]) -> Any:
        chat = self.memory.chat(int(given["chat_id"]))
        message = self.memory.find(chat, int(given["message_id"]))
        if message is None:
            raise BotError(400, "Bad Request: message to edit not found")
        if "text" in given:
            message["text"] = given["text"]
        message.pop("reply_markup", None)
        if given.get("reply_markup"):
            message["reply_markup"] = given["reply_markup"]
        return {name: value for name, value in message.items() if name != "_mine"}

    async def _delete_message(self, given: dict[str, Any]) -> Any:
        chat = self.memory.chat(int(given["chat_id"]))
        message = self.memory.find(chat, int(given["message_id"]))
        if message is None:
            raise BotError(400, "Bad Request: message to delete not found")
        chat.messages.remove(message)
        return True

    async def _send_chat_action(self, given: dict[str, Any]) -> Any:
        self.memory.chat(int(given["chat_id"])).typing_until = time.monotonic() + 5
        return True

    async def _answer_callback_query(self, given: dict[str, Any]) -> Any:
        self.memory.answered.add(str(given["callback_query_id"]))
        return True

    async def _get_updates(self, given: dict[str, Any]) -> Any:
        if self._webhook["url"]:
            raise BotError(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, end = int(given.get("offset", 0)), time.monotonic() + int(given.get("timeout", 0))
        while True:
            found = self.memory.waiting(offset, int(given.get("limit", 100)))
            left = end - time.monotonic()
            if found or left <= 0:
                return found
            self._came.clear()
            await _wait(self._came, min(left, 0.5))

    async def _set_webhook(self, given: dict[str, Any]) -> Any:
        self._webhook = {"url": str(given["url"]), "secret": given.get("secret_token", "")}
        self.seen.note("webhook.set", url=self._webhook["url"])
        self._came.set()
        return True

    async def _delete_webhook(self, _given: dict[str, Any]) -> Any:
        self._webhook = {"url": ""}
        return True

    async def _get_webhook_info(self, _given: dict[str, Any]) -> Any:
        return {
            "url": self._webhook["url"],
            "has_custom_certificate": False,
            "pending_update_count": len(self.memory.waiting()),
        }

    async def _get_file(self, given: dict[str, Any]) -> Any:
        file_id = str(given.get("file_id"))
        data = self.memory.files.get(file_id)
        if data is None:
            raise BotError(400, "Bad Request: invalid file_id")
        return {
            "file_id": file_id,
            "file_unique_id": file_id[-12:],
            "file_size": len(data),
            "file_path": f"files/{file_id}",
        }

    async def _download(self, request: Request) -> Response:
        data = self.memory.files.get(request.path_params["path"].removeprefix("files/"))
        if request.path_params["token"] != self.token or data is None:
            return _answer(404, description="Not Found")
        return Response(data, media_type="application/octet-stream")

    async def _page(self, request: Request) -> Response:
        return FileResponse(PAGES / (request.url.path.strip("/") or "telegram.html"))

    # Updates to the webhook -------------------------------------------------------------------

    async def _push(self) -> None:
        failures = 0
        while True:
            waiting = self.memory.waiting() if self._webhook["url"] else []
            if not waiting:
                self._came.clear()
                await _wait(self._came, 0.5)
                continue
            update = waiting[0]
            fault = (self.script.take("update") or {}).get("fault")
            taken = await self._post(update, secret="forged" if fault == "wrong_secret" else None)
            if fault == "duplicate":
                await self._post(update)
            if taken or failures >= len(_REPEAT_AFTER_S):
                failures = 0
                self.memory.confirm(update["update_id"])
            else:
                await asyncio.sleep(_REPEAT_AFTER_S[failures])
                failures += 1

    async def _post(self, update: dict[str, Any], *, secret: str | None = None) -> bool:
        headers = {}
        if self._webhook["secret"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret or self._webhook["secret"]
        try:
            answer = await self._background.client.post(
                self._webhook["url"], json=update, headers=headers
            )
        except httpx.HTTPError:
            self.seen.note("house.called", update_id=update["update_id"], status=0)
            return False
        self.seen.note("house.called", update_id=update["update_id"], status=answer.status_code)
        await self._obey(answer)
        return answer.is_success

    async def _obey(self, answer: httpx.Response) -> None:
        """A webhook's answer may hold one call."""
        if not answer.is_success or "json" not in answer.headers.get("content-type", ""):
            return
        given = answer.json()
        method = self._methods.get(str(given.pop("method", "")).lower())
        if method is not None:
            try:
                await method(given)
            except (BotError, KeyError, ValueError):
                self.seen.note("answer.not_obeyed")


async def _arguments(request: Request) -> dict[str, Any]:
    """The arguments, from the query, a form whose values may be JSON, or a JSON object."""
    given: dict[str, Any] = dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        given |= await request.json()
        return given
    for name, value in (await request.form()).items():
        text = str(value)
        given[name] = json.loads(text) if text[:1] in "[{" and name != "text" else text
    return given


def _fault_before(fault: Fault) -> None:
    match fault.get("fault"):
        case "429":
            wait = int(fault.get("retry_after", 1))
            raise BotError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        case "500":
            raise BotError(500, "Internal Server Error")
        case "refuse":
            status = int(fault.get("status", 403))
            words = fault.get("description", "Forbidden: bot was blocked by the user")
            raise BotError(status, str(words))


def _check_message(text: str, markup: Any) -> None:
    if not text.strip():
        raise BotError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        raise BotError(400, "Bad Request: message is too long")
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
                raise BotError(400, "Bad Request: BUTTON_DATA_INVALID")


def _answer(status: int, **content: Any) -> Response:
    body: dict[str, Any] = {"ok": status == 200}
    if status != 200:
        body["error_code"] = status
    body |= {name: value for name, value in content.items() if value is not None}
    return JSONResponse(body, status_code=status)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
