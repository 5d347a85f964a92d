"""The phone side of the Telegram double: what a parent does in her app, and what she sees."""

import secrets
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.doubles.script import Seen
from channels.doubles.telegram_state import Chat, Memory


class Phone:
    """Acts in the chats of the double; each act is one update for the bot."""

    def __init__(self, memory: Memory, seen: Seen, came: Callable[[], None]) -> None:
        self._memory = memory
        self._seen = seen
        self._came = came

    def router(self) -> APIRouter:
        """GET /_chats, GET and POST /_chats/{id}."""
        router = APIRouter()
        router.add_api_route("/_chats", self._chats, methods=["GET"], response_model=None)
        for method, handler in (("GET", self._shown), ("POST", self._act)):
            router.add_api_route(
                "/_chats/{chat_id:int}", handler, methods=[method], response_model=None
            )
        return router

    def write(self, chat_id: int, text: str) -> int:
        """She writes; gives the message's id."""
        chat = self._memory.chat(chat_id)
        return self._sent(chat, self._memory.message(chat, mine=True, text=text))

    def show(self, chat_id: int, kind: str, caption: str = "") -> int:
        """She sends a photo, voice, sticker, document, location or contact."""
        chat = self._memory.chat(chat_id)
        content: dict[str, Any]
        if kind == "location":
            content = {"location": {"latitude": 53.8, "longitude": -1.75}}
        elif kind == "contact":
            content = {"contact": {"phone_number": "+447700900777", "first_name": "Sam"}}
        else:
            file = self._memory.file(kind)
            content = {kind: [file] if kind == "photo" else file}
        if caption:
            content["caption"] = caption
        return self._sent(chat, self._memory.message(chat, mine=True, **content))

    def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """She changes what she wrote."""
        chat = self._memory.chat(chat_id)
        message = self._memory.find(chat, message_id)
        if message is None:
            raise LookupError("no such message")
        message |= {"text": text, "edit_date": int(time.time())}
        self._update("edited_message", _bare(message))

    def press(self, chat_id: int, message_id: int, data: str) -> str:
        """She presses a button; gives the id of the callback query."""
        chat = self._memory.chat(chat_id)
        message = self._memory.find(chat, message_id)
        if message is None:
            raise LookupError("no such message")
        query = {
            "id": secrets.token_hex(8),
            "from": self._memory.person(chat),
            "chat_instance": str(chat_id),
            "message": _bare(message),
            "data": data,
        }
        self._update("callback_query", query)
        return str(query["id"])

    def block(self, chat_id: int, *, blocked: bool = True) -> None:
        """She blocks the bot, or lets it in again."""
        chat = self._memory.chat(chat_id)
        was, now = ("kicked", "member") if not blocked else ("member", "kicked")
        chat.blocked = blocked
        self._update(
            "my_chat_member",
            {
                "chat": self._memory.chat_json(chat),
                "from": self._memory.person(chat),
                "date": int(time.time()),
                "old_chat_member": self._member(was),
                "new_chat_member": self._member(now),
            },
        )

    def shown(self, chat_id: int) -> list[dict[str, Any]]:
        """What the chat shows, oldest first."""
        return [
            {
                "id": m["message_id"],
                "mine": m["_mine"],
                "text": m.get("text") or m.get("caption") or "",
                "media": [k for k in ("photo", "voice", "sticker", "document") if k in m],
                "buttons": [
                    button
                    for row in m.get("reply_markup", {}).get("inline_keyboard", [])
                    for button in row
                ],
            }
            for m in list(self._memory.chat(chat_id).messages)
        ]

    def _member(self, status: str) -> dict[str, Any]:
        member = {"user": self._memory.bot, "status": status}
        return member | ({"until_date": 0} if status == "kicked" else {})

    def _sent(self, chat: Chat, message: dict[str, Any]) -> int:
        self._seen.note("inbound.typed", chat=chat.id, id=message["message_id"])
        self._update("message", message)
        return int(message["message_id"])

    def _update(self, kind: str, content: dict[str, Any]) -> None:
        self._memory.queue(kind, content)
        self._came()

    async def _chats(self) -> Response:
        return JSONResponse(self._memory.chat_ids())

    async def _shown(self, request: Request) -> Response:
        chat_id = request.path_params["chat_id"]
        chat = self._memory.chat(chat_id)
        return JSONResponse(
            {
                "messages": self.shown(chat_id),
                "typing": chat.typing_until > time.monotonic(),
                "blocked": chat.blocked,
            }
        )

    async def _act(self, request: Request) -> Response:
        chat_id: int = request.path_params["chat_id"]
        said: dict[str, Any] = await request.json()
        made: object = None
        try:
            if "press" in said:
                made = self.press(chat_id, int(said["message"]), str(said["press"]))
            elif "edit" in said:
                self.edit(chat_id, int(said["message"]), str(said["edit"]))
            elif "block" in said:
                self.block(chat_id, blocked=bool(said["block"]))
            elif "media" in said:
                made = self.show(chat_id, str(said["media"]), str(said.get("text", "")))
            else:
                made = self.write(chat_id, str(said["text"]))
        except (LookupError, ValueError) as e:
            return JSONResponse({"error": f"not understood: {e}"}, status_code=422)
        return JSONResponse({"id": made})


def _bare(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "_mine"}
