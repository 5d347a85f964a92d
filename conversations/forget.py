"""Forgets the words of a stretch of a conversation: a form that ended without consent.

A message that raised a flag stays: a person must be able to read it.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from common.crypto import Box
from conversations.tables import Flag, Inbound, Outbound, Turn, where

ERASED = {"text": "", "choices": [], "erased": True}


def forget_since(
    session: Session, conversation_id: str, box: Box, *, since: datetime, but: str
) -> int:
    """Erase what was said by both sides from a moment on.

    Args:
        since: the first moment that is forgotten, aware.
        but: the inbound message whose answer says that all this is forgotten; the answer stays.

    Returns:
        How many messages of the parent were erased.
    """
    flagged = select(Flag.inbound_id).where(Flag.conversation_id == conversation_id)
    heard = session.scalars(
        select(Inbound).where(
            Inbound.conversation_id == conversation_id,
            Inbound.received_at >= since,
            Inbound.id.not_in(flagged),
        )
    ).all()
    for row in heard:
        row.body_sealed = box.seal(ERASED, where=where("inbound", "body", row.id))
        row.parse_sealed = None
    said = session.scalars(
        select(Outbound).where(
            Outbound.conversation_id == conversation_id,
            Outbound.created_at >= since,
            Outbound.origin == "assistant",
            Outbound.inbound_id != but,
        )
    ).all()
    for one in said:
        one.body_sealed = box.seal(ERASED, where=where("outbound", "body", one.id))
        one.params_sealed = box.seal({"variables": {}}, where=where("outbound", "params", one.id))
        one.has_choices = False
        one.about = None
    session.execute(
        delete(Turn).where(Turn.conversation_id == conversation_id, Turn.created_at >= since)
    )
    return len(heard)
