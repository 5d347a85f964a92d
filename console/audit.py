"""Writes the audit log; the only place that does, and it never changes an entry."""

from datetime import datetime

from sqlalchemy.orm import Session

from common.ids import new_id
from console.tables import AuditEntry


def record(
    session: Session,
    staff_id: str | None,
    *,
    action: str,
    subject: tuple[str, str],
    now: datetime,
    detail: str | None = None,
) -> None:
    """Add an entry in the caller's transaction.

    Args:
        session: the transaction of what is recorded, so that neither happens without the other.
        staff_id: who did it; None where nobody was signed in.
        action: `noun.verb_past`, for example `conversation.opened`.
        subject: table word and row id, for example `("conversation", id)`.
        now: aware UTC.
        detail: a code or a state, never a word of a parent.
    """
    session.add(
        AuditEntry(
            id=new_id(),
            at=now,
            staff_id=staff_id,
            action=action,
            subject=subject[0],
            subject_id=subject[1],
            detail=detail,
        )
    )
