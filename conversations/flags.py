"""Flags: words that call for the safety text and for a person; raised, joined, acknowledged."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Box
from common.ids import derived_id
from conversations import course, transcript
from conversations.tables import Conversation, Flag, Inbound, where
from safety.model import Context, Turn, Verdict

# Within this time a second flag of the same kind joins the first and gets a shorter text.
REPEATS_WITHIN = timedelta(minutes=30)
_OPEN = select(Flag.id).where(Flag.acknowledged_at.is_(None)).limit(1)
_LOOKS_BACK = timedelta(minutes=30)
_MOST = 6


def recent(session: Session, conversation_id: str, box: Box, *, now: datetime) -> Context:
    """The last messages of both sides, before the one that is being screened is stored."""
    since = now - _LOOKS_BACK
    lines = transcript.words_since(session, conversation_id, box, since=since, most=_MOST)
    return Context(tuple(Turn(who, text, (now - at).total_seconds()) for who, text, at in lines))


def raise_flag(
    session: Session, row: Inbound, verdict: Verdict, *, box: Box, now: datetime
) -> Flag:
    """Store a flag with the words that matched."""
    flag_id = derived_id("flag", row.id)
    open_one = _open_flag(session, row.conversation_id, verdict, now)
    evidence = [asdict(e) for e in verdict.evidence]
    flag = Flag(
        id=flag_id,
        conversation_id=row.conversation_id,
        inbound_id=row.id,
        tier=verdict.tier,
        classes=list(verdict.classes),
        evidence_sealed=box.seal(evidence, where=where("flags", "evidence", flag_id)),
        raised_at=now,
        joins=open_one.id if open_one is not None else None,
    )
    session.add(flag)
    session.flush()
    return flag


def evidence(flag: Flag, box: Box) -> list[dict[str, Any]]:
    """The words that raised the flag: class, rule and words of each match."""
    found: list[dict[str, Any]] = box.open(
        flag.evidence_sealed, where=where("flags", "evidence", flag.id)
    )
    return found


def acknowledge(
    session: Session, flag_id: str, *, staff_id: str, outcome: str, now: datetime
) -> bool:
    """A person has read it; False where somebody else had before. Joined flags end with it."""
    flag = session.get(Flag, flag_id, with_for_update=True)
    if flag is None or flag.acknowledged_at is not None:
        return False
    same = session.scalars(
        select(Flag).where(Flag.joins == flag_id, Flag.acknowledged_at.is_(None))
    )
    for one in [flag, *same]:
        one.acknowledged_at, one.acknowledged_by, one.outcome = now, staff_id, outcome
    session.flush()
    if session.scalar(_OPEN.where(Flag.conversation_id == flag.conversation_id)) is None:
        course.close(session.get_one(Conversation, flag.conversation_id, with_for_update=True))
    return True


def _open_flag(
    session: Session, conversation_id: str, verdict: Verdict, now: datetime
) -> Flag | None:
    candidates = session.scalars(
        select(Flag)
        .where(
            Flag.conversation_id == conversation_id,
            Flag.raised_at > now - REPEATS_WITHIN,
            Flag.acknowledged_at.is_(None),
            Flag.joins.is_(None),
            Flag.tier == verdict.tier,
        )
        .order_by(Flag.raised_at)
    )
    return next((f for f in candidates if set(verdict.classes) <= set(f.classes)), None)
