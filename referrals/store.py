"""Reads referrals: worklist, detail, and the little that the assistant may know; no writing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.db import Sessions, reading
from common.errors import NotFound
from referrals.states import OPEN
from referrals.tables import ContactAttempt, Referral, ReferralEvent


@dataclass(frozen=True)
class Sent:
    """What the assistant may know of a referral: no detail, no name."""

    reference: str
    kind: str
    state: str
    created_at: datetime
    phone_shared: bool | None


class Referrals:
    """Read access for the assistant's actions."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def of_conversation(self, conversation_id: str) -> tuple[Sent, ...]:
        """What was sent from a conversation, newest first."""
        query = (
            select(Referral)
            .where(Referral.conversation_id == conversation_id)
            .order_by(Referral.created_at.desc())
        )
        with reading(self._sessions) as session:
            return tuple(
                Sent(r.reference, r.kind, r.state, r.created_at, r.phone_shared)
                for r in session.scalars(query)
            )


def worklist(session: Session, *, only_open: bool = True) -> list[Referral]:
    """Referrals by due date, overdue first; those without one last, oldest first."""
    query = select(Referral)
    if only_open:
        query = query.where(Referral.state.in_([s.value for s in OPEN]))
    query = query.order_by(Referral.due_at.is_(None), Referral.due_at, Referral.created_at)
    return list(session.scalars(query))


def find(session: Session, referral_id: str) -> Referral:
    """One referral by id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Referral, referral_id)
    if found is None:
        raise NotFound("there is no such referral")
    return found


def history(session: Session, referral_id: str) -> list[ReferralEvent]:
    """Its changes, first to last."""
    query = select(ReferralEvent).where(ReferralEvent.referral_id == referral_id)
    return list(session.scalars(query.order_by(ReferralEvent.seq)))


def attempts(session: Session, referral_id: str) -> list[ContactAttempt]:
    """The tries to reach the family, first to last."""
    query = select(ContactAttempt).where(ContactAttempt.referral_id == referral_id)
    return list(session.scalars(query.order_by(ContactAttempt.at, ContactAttempt.id)))
