"""The loss of a baby as one event of a conversation: told, heard again, undone.

It says no word itself: what is said is chosen in safety.replies and conversations.bereaved.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from common.crypto import Box
from conversations import snapshot, transcript
from conversations.forget import forget_since
from conversations.outbox import cancel_waiting
from conversations.snapshot import Snapshot
from conversations.states import UNASKED, Origin
from conversations.tables import Conversation, Inbound
from safety.losses import happened, survives
from safety.model import Verdict

CLASS = "loss"
BY_WORDS = "words"
FORM_ENDED = "loss.form_ended"
_AGE = ("stage", "baby_birth_date", "baby_due_date")
# What was asked about the baby before is not gone on with either.
_OF_BABY = (*_AGE, "need", "last_topic", "asked")


@dataclass(frozen=True)
class Told:
    """Who told of a loss, and when.

    Attributes:
        by: `words` of the parent, or the id of the member of staff.
        surviving: another baby lives; None where that was not said.
        inbound_id: the message that told it: it stays where a form's words are forgotten.
    """

    by: str
    now: datetime
    surviving: bool | None = None
    inbound_id: str = ""


def hear(
    session: Session,
    conversation: Conversation,
    row: Inbound,
    verdict: Verdict,
    *,
    box: Box,
) -> tuple[str, ...]:
    """Take a loss from the words of a message, if they tell one; keys to say beside its text."""
    if CLASS not in verdict.classes:
        return ()
    text = str(transcript.open_inbound(row, box)["text"])
    if not happened(text):
        return ()
    told = Told(BY_WORDS, row.received_at, survives(text), row.id)
    ended = tell(session, conversation, told, box=box)
    return (FORM_ENDED,) if ended and verdict.tier == "gentle" else ()


def tell(session: Session, conversation: Conversation, told: Told, *, box: Box) -> bool:
    """Set the loss; the conversation must be locked. Told again it only says who lives.

    Returns:
        Whether a form was ended whose answers had not been sent.
    """
    first = conversation.loss_at is None
    if first:
        conversation.loss_at, conversation.loss_by = told.now, told.by
        conversation.loss_surviving = bool(told.surviving)
    elif told.surviving is not None:
        conversation.loss_surviving = told.surviving
    if not conversation.loss_surviving:
        conversation.stage = None
    if first:
        cancel_waiting(session, conversation.id, of=(Origin.ASSISTANT, *UNASKED))
    return _clear(session, conversation, told, box=box, first=first)


def _clear(
    session: Session, conversation: Conversation, told: Told, *, box: Box, first: bool
) -> bool:
    """Clear the assistant's state; whether a form was ended that had not been sent."""
    before = snapshot.opened(conversation, box)
    if before is None:
        return False
    after = before
    if not conversation.loss_surviving:
        after = snapshot.without(after, _OF_BABY if first else _AGE)
    if first:
        after = snapshot.without_form(after)
    if after != before:
        snapshot.keep(conversation, box, after)
    ended = first and snapshot.form_unsent(before)
    if ended:
        since = snapshot.form_begun(before) or told.now
        forget_since(session, conversation.id, box, since=since, but=told.inbound_id)
    return ended


def undo(conversation: Conversation) -> None:
    """Take the loss back; what was cleared or cancelled does not come again by itself."""
    conversation.loss_at = conversation.loss_by = None
    conversation.loss_surviving = False


def fitting(conversation: Conversation, state: Snapshot) -> Snapshot:
    """The state that a turn gave, without what a loss has ended.

    A turn that was under way when the loss was told would bring age and form back.
    """
    if conversation.loss_at is None:
        return state
    begun = snapshot.form_begun(state)
    if snapshot.has_form(state) and (begun is None or begun < conversation.loss_at):
        state = snapshot.without_form(state)
    return state if conversation.loss_surviving else snapshot.without(state, _AGE)


def overtakes(conversation: Conversation, row: Inbound) -> bool:
    """Whether a loss was told after this message: an answer to it would come too late and hurt."""
    told = conversation.loss_at if conversation.loss_by == BY_WORDS else None
    return told is not None and row.received_at < told
