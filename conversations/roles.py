"""Who writes: whether a message is a professional's; reads the state and decides nothing else."""

from common.crypto import Box
from conversations import snapshot, transcript
from conversations.tables import Conversation, Inbound
from safety.professionals import writes_as_professional

_ROLE = "parent_role"
_PROFESSIONAL = "professional"


def is_professional(conversation: Conversation, row: Inbound, box: Box) -> bool:
    """Whether a professional writes of somebody in her care: she says so, or said so before."""
    state = snapshot.opened(conversation, box) or {}
    known = state.get("slots", {}).get(_ROLE) == _PROFESSIONAL
    text = str(transcript.open_inbound(row, box)["text"])
    return writes_as_professional(text, known=known)
