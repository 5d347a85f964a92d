"""Reads Telegram updates into our own values; pure but for the keyed fingerprints of chat ids.

A chat id names a person, so ids that must be unique bear a fingerprint of it and never itself.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from channels.base import RouteChange, media
from common.errors import InvalidInput
from conversations.model import InboundMessage
from conversations.states import Kind, Route

ALLOWED_UPDATES: Final = ["message", "edited_message", "callback_query", "my_chat_member"]
_CALLBACK: Final = re.compile(r"c:([0-9a-f]{32}):(\d{1,2})")


@dataclass(frozen=True)
class Read:
    """What one update holds: a message, a change of the route, or nothing for us.

    Attributes:
        callback_query_id: of a button press: Telegram wants it answered.
    """

    message: InboundMessage | None = None
    change: RouteChange | None = None
    callback_query_id: str | None = None


class UpdateReader:
    """Reads updates of one bot."""

    def __init__(self, token: str) -> None:
        self._key = hashlib.sha256(b"first1001 telegram ids" + token.encode()).digest()

    def read(self, data: Any) -> Read:
        """What an update says; groups, channels and other bots are none of our business.

        Raises:
            InvalidInput: it is not an update as Telegram sends it.
        """
        return self.read_update(_update(data))

    def read_update(self, update: Update) -> Read:
        """The same of an update that the client parsed."""
        try:
            if update.callback_query is not None:
                return self._press(update.update_id, update.callback_query)
            if update.my_chat_member is not None:
                return Read(change=_change(update.my_chat_member))
            edited = update.edited_message is not None
            message = update.edited_message if edited else update.message
            if message is None or not _is_private(message):
                return Read()
            return Read(message=self._message(update.update_id, message, edited=edited))
        except (AttributeError, TypeError, KeyError, ValueError) as e:
            raise InvalidInput("The update cannot be read.", code="malformed") from e

    def fingerprint(self, *parts: object) -> str:
        """24 hexadecimal digits that name these parts without telling them."""
        text = "\x1f".join(str(part) for part in parts)
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:24]

    def _message(self, update_id: int, message: Message, *, edited: bool) -> InboundMessage:
        kind, facts = _kind(message)
        chat = message.chat.id
        own = f"{message.message_id}"
        if edited:
            kind = Kind.EDIT
            own += f":e{update_id}"
        return InboundMessage(
            channel="telegram",
            address=str(chat),
            # Update ids restart at random after a quiet week; the message's own id parts them.
            provider_message_id=f"{update_id}:{own}",
            second_id=self.fingerprint(chat, own),
            kind=kind,
            text=(message.text or message.caption or "").replace("\x00", ""),
            media=facts,
            sent_at=(message.edit_date if edited else None) or message.date,
            language=message.from_user.language_code if message.from_user else None,
        )

    def _press(self, update_id: int, query: CallbackQuery) -> Read:
        found = _CALLBACK.fullmatch(query.data or "") if isinstance(query.data, str) else None
        if found is None:
            return Read(callback_query_id=query.id)
        message = InboundMessage(
            channel="telegram",
            # In a private chat the chat's id is that of the person.
            address=str(query.from_user.id),
            provider_message_id=f"{update_id}:{self.fingerprint(query.id)}",
            second_id=self.fingerprint("press", query.id),
            kind=Kind.CHOICE,
            choice=(found.group(1), int(found.group(2))),
            language=query.from_user.language_code,
        )
        return Read(message=message, callback_query_id=query.id)


def callback_data(outbound_id: str, index: int) -> str:
    """What a button bears: a key into our own row, at most 64 bytes."""
    return f"c:{outbound_id}:{index}"


def _update(data: Any) -> Update:
    if not isinstance(data, Mapping) or not isinstance(data.get("update_id"), int):
        raise InvalidInput("The update has no update_id.", code="malformed")
    try:
        return Update.de_json(dict(data), None)
    except Exception as e:
        # The parser raises whatever its own code trips over: any of it means a malformed update.
        raise InvalidInput("The update cannot be read.", code="malformed") from e


def _is_private(message: Message) -> bool:
    from_bot = message.from_user is not None and message.from_user.is_bot
    return message.chat.type == ChatType.PRIVATE and not from_bot


def _change(update: ChatMemberUpdated) -> RouteChange | None:
    if update.chat.type != ChatType.PRIVATE:
        return None
    gone = update.new_chat_member.status in {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}
    return RouteChange(
        channel="telegram",
        address=str(update.chat.id),
        route=Route.BLOCKED if gone else Route.OPEN,
        code="my_chat_member",
    )


def _kind(message: Message) -> tuple[Kind, dict[str, Any] | None]:
    """The kind of a message, and what is told of its photo, recording, place or file."""
    if message.text is not None:
        return (Kind.TEXT if message.text.strip() else Kind.EMPTY), None
    if message.photo:
        best = message.photo[-1]
        return Kind.PHOTO, media(_file(best, "image/jpeg"))
    for kind, thing, mime in (
        (Kind.VOICE_NOTE, message.voice, "audio/ogg"),
        (Kind.VOICE_NOTE, message.audio, "audio/mpeg"),
        (Kind.STICKER, message.sticker, "image/webp"),
        (Kind.FILE, message.document, "application/octet-stream"),
        (Kind.FILE, message.video_note, "video/mp4"),
        (Kind.FILE, message.video, "video/mp4"),
    ):
        if thing is not None:
            return kind, media(_file(thing, getattr(thing, "mime_type", None) or mime))
    if message.location is not None:
        place = {"latitude": message.location.latitude, "longitude": message.location.longitude}
        return Kind.LOCATION, media(location=place)
    if message.contact is not None:
        return Kind.CONTACT, media(contact={"phone_number": message.contact.phone_number})
    return Kind.EMPTY, None


def _file(thing: Any, mime: str) -> dict[str, Any]:
    item = {"ref": thing.file_id, "type": mime}
    if thing.file_size is not None:
        item["size"] = thing.file_size
    name = getattr(thing, "file_name", None)
    return {**item, "name": name[:120]} if name else item
