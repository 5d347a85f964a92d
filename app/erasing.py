"""Erases a person: the key, the addresses' fingerprints, and the browsers that may still read."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.web_chat import sessions as web_sessions
from conversations import people
from conversations.tables import Conversation


def erase(session: Session, person_id: str, *, now: datetime) -> None:
    """Erase everything of a person in the caller's transaction; only ids and times stay."""
    owners = select(Conversation.address_index).where(
        Conversation.person_id == person_id, Conversation.channel == "web_chat"
    )
    for owner in session.scalars(owners).all():
        if owner is not None:
            web_sessions.forget(session, owner)
    people.erase(session, person_id, now=now)
