"""The Telegram double's memory: chats with their messages, updates that wait, files."""

import itertools
import random
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SAMPLES: Final[Mapping[str, bytes]] = {
    "photo": b"\xff\xd8\xff\xe0 a photo of nothing",
    "voice": b"OggS a recording of silence",
    "sticker": b"RIFF a sticker",
    "document": b"%PDF-1.4 an empty file",
}


@dataclass
class Chat:
    """One private chat, as it looks on the phone."""

    id: int
    blocked: bool = False
    typing_until: float = 0.0
    next_message: Any = field(default_factory=lambda: itertools.count(1))
    messages: list[dict[str, Any]] = field(default_factory=list)


class Memory:
    """All chats of the bot, and the updates that nobody has confirmed."""

    def __init__(self, bot_id: int) -> None:
        self.bot: dict[str, Any] = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "First1001",
            "username": "first1001_bot",
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self._lock = threading.RLock()
        self._chats: dict[int, Chat] = {}
        # Update ids begin anywhere and rise from there.
        self._next_update = itertools.count(random.randrange(10_000, 100_000_000))
        self._updates: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.answered: set[str] = set()

    def chat(self, chat_id: int) -> Chat:
        """The chat of this id, made where it is new."""
        with self._lock:
            return self._chats.setdefault(chat_id, Chat(chat_id))

    def known(self, chat_id: int) -> Chat | None:
        """The chat of this id, None where nobody began one."""
        with self._lock:
            return self._chats.get(chat_id)

    def chat_ids(self) -> list[int]:
        """Who has begun a chat."""
        with self._lock:
            return sorted(self._chats)

    def waiting(self, offset: int = 0, limit: int = 100) -> list[dict[str, Any]]:
        """Updates from an offset on; what lies before it is confirmed and gone."""
        with self._lock:
            if offset > 0:
                self._updates = [u for u in self._updates if u["update_id"] >= offset]
            return self._updates[:limit]

    def confirm(self, update_id: int) -> None:
        """One update was taken."""
        with self._lock:
            self._updates = [u for u in self._updates if u["update_id"] != update_id]

    def queue(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """A new update."""
        with self._lock:
            update = {"update_id": next(self._next_update), kind: content}
            self._updates.append(update)
            return update

    def message(self, chat: Chat, *, mine: bool, **content: Any) -> dict[str, Any]:
        """A new message in a chat; `mine` is the parent's."""
        with self._lock:
            made = {
                "message_id": next(chat.next_message),
                "date": int(time.time()),
                "chat": self.chat_json(chat),
                "from": self.person(chat) if mine else self.bot,
                **content,
            }
            chat.messages.append({**made, "_mine": mine})
            return made

    def find(self, chat: Chat, message_id: int) -> dict[str, Any] | None:
        """A message of a chat."""
        with self._lock:
            return next((m for m in chat.messages if m["message_id"] == message_id), None)

    def file(self, kind: str) -> dict[str, Any]:
        """A file that somebody sends, as the Bot API describes it."""
        file_id = f"{kind}-{secrets.token_urlsafe(12)}"
        self.files[file_id] = SAMPLES[kind]
        about = {
            "file_id": file_id,
            "file_unique_id": secrets.token_hex(6),
            "file_size": len(SAMPLES[kind]),
        }
        shape = {"width": 90, "height": 90}
        return {
            "photo": {**about, **shape},
            "voice": {**about, "duration": 3, "mime_type": "audio/ogg"},
            "sticker": {
                **about,
                **shape,
                "type": "regular",
                "is_animated": False,
                "is_video": False,
                "emoji": "\N{TEDDY BEAR}",
            },
            "document": {**about, "file_name": "letter.pdf", "mime_type": "application/pdf"},
        }[kind]

    @staticmethod
    def chat_json(chat: Chat) -> dict[str, Any]:
        """The chat as messages bear it."""
        return {"id": chat.id, "type": "private", "first_name": "Parent"}

    @staticmethod
    def person(chat: Chat) -> dict[str, Any]:
        """The person behind a private chat."""
        return {"id": chat.id, "is_bot": False, "first_name": "Parent", "language_code": "en"}
