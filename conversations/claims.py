"""Claims on conversations: one worker at a time takes turns, one at a time delivers.

A claim is a lease with a fence: who woke up late finds the fence moved on and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from common.db import Sessions, reading
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


def claim_next(
    sessions: Sessions, *, work: Work, owner: str, now: datetime, lease_s: float
) -> Claim | None:
    """Claim the conversation whose work has waited longest; a crisis goes first.

    Returns:
        None where nothing is due. Claims a conversation, never a message: the order of its
        messages can therefore not be broken by a second worker.
    """
    due, owned, until, fence = (getattr(Conversation, c) for c in _columns(work))
    free = (due <= now) & or_(owned.is_(None), until < now)
    wanted = select(Conversation.id).where(free)
    if work == "send":
        wanted = wanted.order_by(Conversation.send_urgent.desc(), due)
    else:
        wanted = wanted.order_by(due)
    with reading(sessions) as session:
        if session.scalar(wanted.limit(1)) is None:
            return None
    with sessions.begin() as session:
        found = session.scalar(wanted.limit(1).with_for_update(skip_locked=True))
        if found is None:
            return None
        lease = now + timedelta(seconds=lease_s)
        new_fence = session.scalar(
            update(Conversation)
            .where(Conversation.id == found)
            .values({owned: owner, until: lease, fence: fence + 1})
            .returning(fence)
        )
    return Claim(found, work, int(new_fence or 0), lease)


def still_mine(session: Session, claim: Claim) -> bool:
    """Whether the claim holds; locks the conversation for the rest of the transaction."""
    fence = getattr(Conversation, f"{claim.work}_fence")
    row = session.scalar(
        select(Conversation.id)
        .where(Conversation.id == claim.conversation_id, fence == claim.fence)
        .with_for_update()
    )
    return row is not None


def release(session: Session, claim: Claim, *, due_at: datetime | None) -> None:
    """Give the conversation back, to be claimed again at `due_at` (None: nothing is left)."""
    due, owned, until, fence = _columns(claim.work)
    session.execute(
        update(Conversation)
        .where(
            Conversation.id == claim.conversation_id,
            getattr(Conversation, fence) == claim.fence,
        )
        .values({due: due_at, owned: None, until: None})
    )
