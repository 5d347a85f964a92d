"""Takes our own messages out of a parent's Telegram chat where she asked for it."""

from collections.abc import Callable

from channels.telegram import Telegram
from common.db import Sessions, reading
from common.errors import AssistantError, PermanentFailure
from common.log import logger
from conversations import clearing
from conversations.ledger import Ledger

log = logger()


def clearer(ledger: Ledger, channel: Telegram) -> Callable[[], int]:
    """A job that clears what is due; it returns how many messages were taken out."""

    def clear() -> int:
        now = ledger.clock.now()
        with reading(ledger.sessions) as session:
            chats = clearing.due(session, ledger.keyring, channel=channel.name, now=now)
        return sum(_one(ledger.sessions, channel, chat) for chat in chats)

    return clear


def _one(sessions: Sessions, channel: Telegram, chat: clearing.ToClear) -> int:
    removed = refused = 0
    for message_id in chat.provider_message_ids:
        try:
            channel.remove(chat.address, message_id)
        except PermanentFailure:
            refused += 1  # gone already, or too old: the next one may still be there
        except AssistantError as e:
            # It stays due: what was removed is refused the next time, and harms nothing.
            log.warning(
                "chat.not_cleared",
                conversation_id=chat.conversation_id,
                code=getattr(e, "code", None),
            )
            return removed
        else:
            removed += 1
    with sessions.begin() as session:
        clearing.done(session, chat)
    log.info(
        "chat.cleared", conversation_id=chat.conversation_id, removed=removed, refused=refused
    )
    return removed
