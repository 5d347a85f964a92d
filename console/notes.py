"""Notes of staff on a conversation, sealed with the parent's key; never shown to the parent."""

from typing import Final

from sqlalchemy.orm import Session

from common.errors import InvalidInput
from common.ids import new_id
from console import audit
from console.reading import get
from console.tables import Note
from conversations import people
from conversations.ledger import Ledger
from conversations.tables import where

MOST: Final = 4000
"""Characters of a note."""


def add_note(
    session: Session, ledger: Ledger, conversation_id: str, text: str, *, by: str
) -> Note:
    """Add a note.

    Raises:
        NotFound: there is no such conversation, or the parent was erased.
        InvalidInput: it is empty or over 4,000 characters.
    """
    words = text.replace("\r\n", "\n").strip()
    if not 1 <= len(words) <= MOST:
        raise InvalidInput(f"A note needs 1 to {MOST:,} characters.", code="note")
    conversation = get(session, conversation_id)
    box = people.box_for(session, ledger.keyring, conversation.person_id)
    note_id, now = new_id(), ledger.clock.now()
    note = Note(
        id=note_id,
        conversation_id=conversation_id,
        staff_id=by,
        body_sealed=box.seal(words, where=where("notes", "body", note_id)),
        written_at=now,
    )
    session.add(note)
    subject = ("conversation", conversation_id)
    audit.record(session, by, action="note.written", subject=subject, now=now)
    return note
