"""Says which rows may not leave for a conversation now: pure, asked at writing and at sending."""

from conversations import private
from conversations.states import UNASKED, Origin
from conversations.tables import Conversation

LOSS = "loss"
YOUNG = "young"
PRIVATE = "private"


def reason(conversation: Conversation, origin: str) -> str | None:
    """Why a message of this origin must not go; None where it may.

    After a loss, and to a child, nothing goes that nobody asked for; where somebody else may read
    along, nor do the words of staff.
    """
    if origin == Origin.STAFF and private.applies(conversation):
        return PRIVATE
    if origin not in UNASKED:
        return None
    if conversation.loss_at is not None:
        return LOSS
    if conversation.young is not None:
        return YOUNG
    return PRIVATE if private.applies(conversation) else None
