"""Says which rows may not leave for a conversation now: pure, asked at writing and at sending."""

from conversations.states import UNASKED
from conversations.tables import Conversation

LOSS = "loss"
YOUNG = "young"


def reason(conversation: Conversation, origin: str) -> str | None:
    """Why a message of this origin must not go; None where it may.

    After a loss, and to a child, nothing goes that nobody asked for.
    """
    if origin not in UNASKED:
        return None
    if conversation.loss_at is not None:
        return LOSS
    return YOUNG if conversation.young is not None else None
