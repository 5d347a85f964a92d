"""Staff set the loss of a baby, take it back, and see it beside each referral of the parent."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import audit
from console.takeover import By
from conversations import loss, people
from conversations.ledger import Ledger
from conversations.tables import Conversation


def tell(
    session: Session, ledger: Ledger, conversation_id: str, by: By, *, surviving: bool
) -> None:
    """Set a loss that a parent or a colleague has told; `surviving`: another baby lives.

    Raises:
        NotFound: there is no such conversation, or the parent was erased.
    """
    row = people.lock(session, conversation_id)
    box = people.box_for(session, ledger.keyring, row.person_id)
    loss.tell(session, row, loss.Told(by.staff_id, by.now, surviving), box=box)
    _record(session, by, "loss.set", conversation_id, "surviving" if surviving else None)


def undo(session: Session, conversation_id: str, by: By) -> None:
    """Take a loss back that was none, or that lies behind a new pregnancy.

    Raises:
        NotFound: there is no such conversation.
    """
    row = people.lock(session, conversation_id)
    if row.loss_at is None:
        return
    loss.undo(row)
    _record(session, by, "loss.undone", conversation_id, None)


def told_by(session: Session, person_ids: Collection[str]) -> Mapping[str, datetime]:
    """When a loss was last told, by person; only those who told one."""
    rows = session.execute(
        select(Conversation.person_id, func.max(Conversation.loss_at))
        .where(Conversation.person_id.in_(person_ids), Conversation.loss_at.is_not(None))
        .group_by(Conversation.person_id)
    )
    return {person_id: at for person_id, at in rows if at is not None}


def _record(
    session: Session, by: By, action: str, conversation_id: str, detail: str | None
) -> None:
    subject = ("conversation", conversation_id)
    audit.record(session, by.staff_id, action=action, subject=subject, now=by.now, detail=detail)
