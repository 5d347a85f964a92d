"""Forgets people after the time that the service promised, and says how many it forgot."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.erasing import erase
from common.db import Sessions
from common.log import logger
from conversations.tables import Conversation, Flag, Person
from referrals.states import OPEN
from referrals.tables import Referral

log = logger()


def purge(sessions: Sessions, *, days: int, now: datetime) -> int:
    """Erase every person without a word for so many days; returns how many.

    An open referral or a flag that nobody has acknowledged keeps its person until it is closed.
    """
    with sessions.begin() as session:
        due = _due(session, now - timedelta(days=days))
        for person_id in due:
            erase(session, person_id, now=now)
    if due:
        log.info("retention.erased", people=len(due))
    return len(due)


def _due(session: Session, before: datetime) -> list[str]:
    open_states = [state.value for state in OPEN]
    kept = select(Referral.person_id).where(Referral.state.in_(open_states))
    flagged = (
        select(Conversation.person_id)
        .join(Flag, Flag.conversation_id == Conversation.id)
        .where(Flag.acknowledged_at.is_(None))
    )
    last = func.max(Conversation.last_activity_at)
    query = (
        select(Person.id)
        .join(Conversation, Conversation.person_id == Person.id)
        .where(Person.erased_at.is_(None), Person.id.not_in(kept), Person.id.not_in(flagged))
        .group_by(Person.id)
        .having(last < before)
    )
    return list(session.scalars(query))
