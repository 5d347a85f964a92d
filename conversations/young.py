"""A child who writes: the band of the age she told, noted on the conversation and taken back."""

from sqlalchemy.orm import Session

from conversations.outbox import cancel_waiting
from conversations.states import UNASKED
from conversations.tables import Conversation
from safety.ages import Band, band_of, band_told, younger
from safety.model import Verdict


def hear(session: Session, conversation: Conversation, verdict: Verdict) -> None:
    """Note the age that the screen noticed, if any; nothing that nobody asked for goes out."""
    _note(session, conversation, band_told(verdict))


def told(session: Session, conversation: Conversation, age: int) -> None:
    """Note an age that was told where it was asked for: in the form of a referral."""
    _note(session, conversation, band_of(age))


def _note(session: Session, conversation: Conversation, band: Band | None) -> None:
    if band is None:
        return
    conversation.young = younger(conversation.young, band)
    cancel_waiting(session, conversation.id, of=tuple(UNASKED))


def undo(conversation: Conversation) -> None:
    """Take it back: a person has read it and found no child."""
    conversation.young = None
