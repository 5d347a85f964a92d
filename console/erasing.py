"""What erasing a parent takes away, and what must be closed before it; it draws no page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from common.errors import Conflict, NotFound
from console import audit
from console.services import ConsoleServices
from conversations import people, tasks
from conversations.tables import Conversation, Flag, Inbound, Person, Task
from referrals.states import OPEN
from referrals.tables import Referral


@dataclass(frozen=True)
class Erasing:
    """What stands under one person.

    Attributes:
        open_flags: flags that nobody has acknowledged: they must be read first.
        open_referrals: references of referrals that are not closed: they must be closed first.
    """

    person_id: str
    conversations: Sequence[Conversation]
    messages: int
    referrals: int
    open_flags: int
    open_referrals: Sequence[str]

    @property
    def may_go(self) -> bool:
        """Whether nothing waits for a person any more."""
        return not self.open_flags and not self.open_referrals


def look(session: Session, conversation_id: str) -> Erasing:
    """What would go with the person behind a conversation.

    Raises:
        NotFound: there is no such conversation, or the parent was erased.
    """
    row = session.get(Conversation, conversation_id)
    person = session.get(Person, row.person_id) if row is not None else None
    if person is None or person.erased_at is not None:
        raise NotFound("There is no such conversation, or the parent was erased.")
    rows = session.scalars(
        select(Conversation)
        .where(Conversation.person_id == person.id)
        .order_by(Conversation.created_at)
    ).all()
    own = [one.id for one in rows]
    referrals = session.scalars(select(Referral).where(Referral.person_id == person.id)).all()
    return Erasing(
        person_id=person.id,
        conversations=rows,
        messages=_count(session, select(Inbound.id).where(Inbound.conversation_id.in_(own))),
        referrals=len(referrals),
        open_flags=_count(
            session,
            select(Flag.id).where(
                Flag.conversation_id.in_(own),
                Flag.acknowledged_at.is_(None),
                Flag.joins.is_(None),
            ),
        ),
        open_referrals=[r.reference for r in referrals if r.state in set(OPEN)],
    )


def erase(
    session: Session, services: ConsoleServices, conversation_id: str, *, staff_id: str
) -> None:
    """Erase the person, close the tasks that are left, and say so in the audit log.

    Raises:
        NotFound: there is no such conversation, or the parent was erased.
        Conflict: a flag or a referral is still open.
    """
    people.lock(session, conversation_id)
    found = look(session, conversation_id)
    if not found.may_go:
        raise Conflict("Acknowledge the open flags and close the open referrals first.")
    now = services.ledger.clock.now()
    own = [one.id for one in found.conversations]
    left = select(Task.id).where(Task.conversation_id.in_(own), Task.done_at.is_(None))
    for task_id in session.scalars(left).all():
        tasks.finish(session, task_id, staff_id=staff_id, outcome="not_needed", now=now)
    services.erase(session, found.person_id, now=now)
    subject = ("person", found.person_id)
    audit.record(session, staff_id, action="person.erased", subject=subject, now=now)


def _count(session: Session, rows: Select[str]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
