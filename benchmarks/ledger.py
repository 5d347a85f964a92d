"""Reads from First1001's ledger what became of the generator's messages; writes nothing."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from benchmarks.talkers import NoAnswer
from common.db import engine_for, reading, sessions_for
from conversations.tables import Conversation, Inbound, Outbound

ANSWERED = "answered"


def row_times(url: str, handed_over: Mapping[str, float], *, first_texts: int) -> list[float]:
    """Seconds from handing each message over to the time written in its last outbound row.

    The row bears the time at which its transaction began to write it, a commit before it is there.

    Args:
        url: of the database.
        handed_over: provider's message id to the time of the POST, seconds since 1970.
        first_texts: how many texts make up the first reply of a conversation; all others are one.

    Raises:
        NoAnswer: some message has no answer, or too many: replies were counted wrongly.
    """
    engine = engine_for(url, pool_size=1)
    try:
        with reading(sessions_for(engine)) as session:
            outcomes = Counter(session.scalars(select(Inbound.outcome)))
            inbound = outcomes.total()
            people = session.scalar(select(func.count()).select_from(Conversation))
            outbound = session.scalar(select(func.count()).select_from(Outbound))
            rows = session.execute(
                select(Inbound.provider_message_id, Outbound.created_at)
                .join(Outbound, Outbound.inbound_id == Inbound.id)
                .order_by(Outbound.seq)
            ).all()
    finally:
        engine.dispose()
    expected = inbound + (people or 0) * (first_texts - 1)
    if set(outcomes) != {ANSWERED} or outbound != expected:
        raise NoAnswer(
            f"{inbound} messages, {outbound} replies for {expected}, outcomes {dict(outcomes)}"
        )
    times = {sid: made.timestamp() for sid, made in rows}
    return [times[sid] - at for sid, at in handed_over.items()]
