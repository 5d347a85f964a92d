"""Which of our own messages are taken out of a parent's chat where she asked for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Keyring
from common.errors import NotFound
from conversations import people
from conversations.tables import Conversation, Outbound

# Source: Bot API, deleteMessage: "A message can only be deleted if it was sent less than 48 hours
# ago." A little less, so that none is too old by the time it is asked for.
REACHES_BACK = timedelta(hours=47, minutes=50)
_AT_ONCE = 20


@dataclass(frozen=True)
class ToClear:
    """One chat to clear: its address, and the provider's ids of our messages, latest first."""

    conversation_id: str
    asked_at: datetime
    address: str
    provider_message_ids: tuple[str, ...]


def due(session: Session, keyring: Keyring, *, channel: str, now: datetime) -> list[ToClear]:
    """The chats of this channel whose clearing was asked for, the longest waiting first.

    What we said after she asked stays: it tells her how to remove the rest.
    """
    rows = session.scalars(
        select(Conversation)
        .where(Conversation.clear_due_at <= now, Conversation.channel == channel)
        .order_by(Conversation.clear_due_at)
        .limit(_AT_ONCE)
    )
    return [_to_clear(session, keyring, row, now) for row in rows]


def _to_clear(session: Session, keyring: Keyring, row: Conversation, now: datetime) -> ToClear:
    asked_at = row.clear_due_at or now
    try:
        box = people.box_for(session, keyring, row.person_id)
    except NotFound:
        return ToClear(row.id, asked_at, "", ())
    ids = session.scalars(
        select(Outbound.provider_message_id)
        .where(
            Outbound.conversation_id == row.id,
            Outbound.provider_message_id.is_not(None),
            Outbound.sent_at > now - REACHES_BACK,
            Outbound.created_at < asked_at,
        )
        .order_by(Outbound.seq.desc())
    )
    found = tuple(i for i in ids if i is not None)
    return ToClear(row.id, asked_at, people.address_of(row, box), found)


def done(session: Session, chat: ToClear) -> None:
    """Note that a chat was cleared, unless she has asked again meanwhile."""
    row = session.get(Conversation, chat.conversation_id, with_for_update=True)
    if row is not None and row.clear_due_at == chat.asked_at:
        row.clear_due_at = None
