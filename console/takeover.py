"""A person takes a conversation over, writes, and hands it back; speaks only through the outbox.

While a person holds it nobody else can write into it. A turn that was under way drops its answer
when it finds a person there (`conversations.commit`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from common.errors import Conflict, InvalidInput
from console import audit
from console.tables import Staff
from conversations import outbox, people, private
from conversations.ledger import Ledger
from conversations.model import Reply
from conversations.outbox import Speech
from conversations.states import Holder, Origin
from conversations.tables import Conversation, Outbound

# Who wrote within this time is still there to read that a person has come or gone.
PRESENT_FOR: Final = timedelta(minutes=10)
MOST_WORDS: Final = 1600
"""Characters of one reply of staff. Source: Twilio refuses SMS bodies over 1,600."""


@dataclass(frozen=True)
class By:
    """Who acts, and when."""

    staff_id: str
    now: datetime


def take_over(
    session: Session, ledger: Ledger, conversation_id: str, by: By, *, seen_holder: str | None
) -> None:
    """Give the conversation to a member of staff; the assistant is silent from here on.

    Args:
        session: a writing transaction.
        ledger: the ledger's tools.
        conversation_id: which.
        by: who takes it.
        seen_holder: who held it on the page they clicked on, None for the assistant.

    Raises:
        NotFound: there is no such conversation.
        Conflict: somebody else has taken it since.
    """
    row = people.lock(session, conversation_id)
    if row.holder == Holder.PERSON and row.held_by == by.staff_id:
        return
    if row.holder == Holder.PERSON and row.held_by != seen_holder:
        raise Conflict(f"{_name(session, row.held_by)} has taken this conversation over.")
    row.holder, row.held_by, row.held_at = Holder.PERSON, by.staff_id, by.now
    _record(session, by, "conversation.taken_over", conversation_id)
    _tell(session, ledger, row, by, key="console.joined")


def hand_back(session: Session, ledger: Ledger, conversation_id: str, by: By) -> None:
    """Give the conversation back to the assistant.

    Raises:
        NotFound: there is no such conversation.
        Conflict: somebody else holds it.
    """
    row = people.lock(session, conversation_id)
    if row.holder != Holder.PERSON:
        return
    _only_holder(session, row, by)
    _tell(session, ledger, row, by, key="console.released")
    row.holder, row.held_by, row.held_at = Holder.ASSISTANT, None, None
    _record(session, by, "conversation.handed_back", conversation_id)


def reply(
    session: Session,
    ledger: Ledger,
    conversation_id: str,
    text: str,
    by: By,
    *,
    form_id: str,
    ready: str = "",
) -> list[Outbound]:
    """Say something as a member of staff.

    Args:
        session: a writing transaction.
        ledger: the ledger's tools.
        conversation_id: which; the member of staff must hold it.
        text: their words; not looked at where `ready` is given.
        by: who.
        form_id: made with the form: sending it twice says it once.
        ready: the key of a ready-made reply.

    Raises:
        Conflict: they do not hold it; says who does.
        InvalidInput: the text is empty, or longer than the channel takes.
    """
    row = people.lock(session, conversation_id)
    if row.holder != Holder.PERSON:
        raise Conflict("Take the conversation over before you write: the assistant holds it.")
    _only_holder(session, row, by)
    if private.applies(row):
        raise Conflict(
            "She has not said that it is safe to write to her here, so nothing was sent. "
            "Somebody else may read this phone. Wait until she says it is safe."
        )
    words = text.replace("\r\n", "\n").strip()
    said_as = Reply(ready) if ready else Reply("console.reply", {"text": words})
    most = min(MOST_WORDS, ledger.capabilities[row.channel].max_length)
    if not words and not ready:
        raise InvalidInput("Enter what you want to say.", code="empty")
    if len(words) > most and not ready:
        raise InvalidInput(
            f"A reply may have at most {most:,} characters; this has {len(words):,}.", code="long"
        )
    speech = Speech(
        Origin.STAFF, f"{conversation_id}/staff/{by.staff_id}/{form_id}", staff_id=by.staff_id
    )
    box = people.box_for(session, ledger.keyring, row.person_id)
    said = outbox.say(session, ledger, row, [said_as], box=box, speech=speech)
    if said:
        _record(session, by, "conversation.replied", conversation_id)
    return said


def _only_holder(session: Session, row: Conversation, by: By) -> None:
    if row.held_by != by.staff_id:
        raise Conflict(f"{_name(session, row.held_by)} holds this conversation.")


def _name(session: Session, staff_id: str | None) -> str:
    staff = session.get(Staff, staff_id or "")
    return staff.name if staff is not None else "Somebody else"


def _tell(session: Session, ledger: Ledger, row: Conversation, by: By, *, key: str) -> None:
    if row.last_inbound_at is None or by.now - row.last_inbound_at > PRESENT_FOR:
        return
    first_name = _name(session, by.staff_id).split()[0]
    speech = Speech(Origin.SYSTEM, f"{row.id}/{key}/{row.next_seq}", staff_id=by.staff_id)
    box = people.box_for(session, ledger.keyring, row.person_id)
    told = Reply(key, {"staff_name": first_name})
    outbox.say(session, ledger, row, [told], box=box, speech=speech)


def _record(session: Session, by: By, action: str, conversation_id: str) -> None:
    subject = ("conversation", conversation_id)
    audit.record(session, by.staff_id, action=action, subject=subject, now=by.now)
