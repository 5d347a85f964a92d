"""Claims on conversations: one worker at a time takes turns, one at a time delivers.

A claim is a lease with a fence: who woke up late finds the fence moved on and changes nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from common.db import UtcDateTime
from conversations.tables import Conversation, Person

Work = Literal["turn", "send"]


@dataclass(frozen=True)
class Claim:
    """The right to work on one conversation until the lease ends."""

    conversation_id: str
    work: Work
    fence: int
    until: datetime


@dataclass(frozen=True)
class Held:
    """A claimed conversation, read and locked by this session.

    Attributes:
        wrapped_key: of its person; None once the person was erased.
    """

    claim: Claim
    conversation: Conversation
    wrapped_key: bytes | None = field(repr=False)


def _columns(work: Work) -> tuple[str, str, str, str]:
    return f"{work}_due_at", f"{work}_owner", f"{work}_until", f"{work}_fence"


# Statements of the message path are built once: building one costs more than running it.
_KEY = (
    select(Person.wrapped_key)
    .where(Person.id == Conversation.person_id)
    .correlate(Conversation)
    .scalar_subquery()
)


@cache
def _claiming(work: Work) -> ReturningUpdate[Conversation, bytes | None]:
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
        .returning(Conversation, _KEY)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


@cache
def _holding(work: Work) -> Select[Conversation, bytes | None]:
    return (
        select(Conversation, _KEY)
        .where(
            Conversation.id == bindparam("id"),
            getattr(Conversation, f"{work}_fence") == bindparam("fence"),
        )
        .with_for_update(key_share=True, of=Conversation)
        .execution_options(populate_existing=True)
    )


def claim_next(
    session: Session, *, work: Work, owner: str, now: datetime, lease_s: float
) -> Held | None:
    """Claim the conversation whose work has waited longest; a crisis goes first.

    Returns:
        None where nothing is due. Claims a conversation, never a message: the order of its
        messages can therefore not be broken by a second worker.
    """
    lease = now + timedelta(seconds=lease_s)
    given = {"now": now, "new_owner": owner, "lease": lease}
    found = session.execute(_claiming(work), given).first()
    if found is None:
        return None
    conversation, wrapped_key = found
    fence: int = getattr(conversation, f"{work}_fence")
    return Held(Claim(conversation.id, work, fence, lease), conversation, wrapped_key)


def still_mine(session: Session, claim: Claim) -> Held | None:
    """The conversation, read afresh and locked for the rest of the transaction.

    Returns:
        None where the claim does not hold any more: then nothing may be changed.
    """
    given = {"id": claim.conversation_id, "fence": claim.fence}
    found = session.execute(_holding(claim.work), given).first()
    return None if found is None else Held(claim, found[0], found[1])


def passed_over(held: Held, *, now: datetime) -> Work | None:
    """The other kind of work of this conversation, where it is due and nobody does it.

    To be told of after the commit: on PostgreSQL whoever was called to it while this session held
    the row did not see it.
    """
    other: Work = "send" if held.claim.work == "turn" else "turn"
    due, owned, _, _ = (getattr(held.conversation, name) for name in _columns(other))
    return other if due is not None and due <= now and owned is None else None


def release(held: Held, *, due_at: datetime | None) -> None:
    """Give the conversation back, to be claimed again at `due_at` (None: nothing is left).

    It is what `claim_next` or `still_mine` gave in this session.
    """
    conversation = held.conversation
    due, owned, until, _ = _columns(held.claim.work)
    setattr(conversation, due, due_at)
    setattr(conversation, owned, None)
    setattr(conversation, until, None)
