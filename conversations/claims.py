"""Claims on conversations: one worker at a time takes turns, one at a time delivers.

A claim is a lease with a fence: who woke up late finds the fence moved on and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from common.db import UtcDateTime
from conversations.tables import Conversation

Work = Literal["turn", "send"]


@dataclass(frozen=True)
class Claim:
    """The right to work on one conversation until the lease ends."""

    conversation_id: str
    work: Work
    fence: int
    until: datetime


def _columns(work: Work) -> tuple[str, str, str, str]:
    return f"{work}_due_at", f"{work}_owner", f"{work}_until", f"{work}_fence"


# Statements of the message path are built once: building one costs more than running it.
@cache
def _claiming(work: Work) -> ReturningUpdate[Conversation]:
    due, owned, until, fence = (getattr(Conversation, c) for c in _columns(work))
    order = [Conversation.send_urgent.desc(), due] if work == "send" else [due]
    now = bindparam("now", type_=UtcDateTime())
    first = (
        select(Conversation.id)
        .where(due <= now, or_(owned.is_(None), until < now))
        .order_by(*order)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (
        update(Conversation)
        .where(Conversation.id == first.scalar_subquery())
        .values({owned: bindparam("new_owner"), until: bindparam("lease"), fence: fence + 1})
        .returning(Conversation)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


@cache
def _holding(work: Work) -> Select[Conversation]:
    return (
        select(Conversation)
        .where(
            Conversation.id == bindparam("id"),
            getattr(Conversation, f"{work}_fence") == bindparam("fence"),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def claim_next(
    session: Session, *, work: Work, owner: str, now: datetime, lease_s: float
) -> tuple[Claim, Conversation] | None:
    """Claim the conversation whose work has waited longest; a crisis goes first.

    Returns:
        The claim and the conversation, locked by this session; None where nothing is due. Claims
        a conversation, never a message: the order of its messages can therefore not be broken by
        a second worker.
    """
    lease = now + timedelta(seconds=lease_s)
    conversation = session.scalar(
        _claiming(work), {"now": now, "new_owner": owner, "lease": lease}
    )
    if conversation is None:
        return None
    number: int = getattr(conversation, f"{work}_fence")
    return Claim(conversation.id, work, number, lease), conversation


def still_mine(session: Session, claim: Claim) -> Conversation | None:
    """The conversation, read afresh and locked for the rest of the transaction.

    Returns:
        None where the claim does not hold any more: then nothing may be changed.
    """
    return session.scalar(
        _holding(claim.work), {"id": claim.conversation_id, "fence": claim.fence}
    )


def release(conversation: Conversation, claim: Claim, *, due_at: datetime | None) -> None:
    """Give the conversation back, to be claimed again at `due_at` (None: nothing is left).

    The conversation is what `claim_next` or `still_mine` gave in this session.
    """
    due, owned, until, _ = _columns(claim.work)
    setattr(conversation, due, due_at)
    setattr(conversation, owned, None)
    setattr(conversation, until, None)
