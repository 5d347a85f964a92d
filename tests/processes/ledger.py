"""Reads the ledger of a running house from outside: what came in, what became of it, what went."""

from collections import Counter
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine, func, select

from common.db import Sessions, engine_for, reading, sessions_for
from conversations.states import Delivery
from conversations.tables import Conversation, Effect, Flag, Inbound, Outbound, Task
from tests.processes.house import House, until

UNSETTLED = (Delivery.CREATED, Delivery.SENDING, Delivery.TEMPORARY_FAILURE)
INTRODUCTION = "contact.first"


@dataclass
class Ledger:
    """The tables, read only."""

    engine: Engine
    sessions: Sessions

    @classmethod
    def of(cls, house: House) -> Self:
        engine = engine_for(house.database_url, pool_size=2)
        return cls(engine, sessions_for(engine))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    def inbound(self, *where: object) -> list[Inbound]:
        """Inbound rows in the order of arrival."""
        with reading(self.sessions) as session:
            found = select(Inbound).where(*where).order_by(Inbound.received_at, Inbound.seq)
            return list(session.scalars(found))

    def outbound(self, *where: object) -> list[Outbound]:
        """Outbound rows in the order in which they were said."""
        with reading(self.sessions) as session:
            found = select(Outbound).where(*where)
            return list(session.scalars(found.order_by(Outbound.created_at, Outbound.seq)))

    def all_of(self, table: type, *where: object) -> list[object]:
        """Rows of another table."""
        with reading(self.sessions) as session:
            return list(session.scalars(select(table).where(*where)))

    def latest(self) -> str:
        """The conversation of the newest message."""
        return self.inbound()[-1].conversation_id

    def count(self) -> int:
        """How many messages came in."""
        with reading(self.sessions) as session:
            return session.scalar(select(func.count()).select_from(Inbound)) or 0

    def is_quiet(self) -> bool:
        """Whether nothing waits for an answer or for its provider."""
        with reading(self.sessions) as session:
            open_rows = session.scalar(select(func.count()).where(Inbound.outcome.is_(None)))
            unsent = session.scalar(select(func.count()).where(Outbound.state.in_(UNSETTLED)))
        return not open_rows and not unsent

    def await_quiet(self, *, more_than: int = -1) -> None:
        """Wait until more messages came in than that, and nothing waits."""
        until(lambda: self.count() > more_than, "the message is in the ledger")
        until(self.is_quiet, "every message is answered and sent")

    def is_claimed(self, inbound_id: str) -> bool:
        """Whether a worker takes a turn in the conversation of this message."""
        with reading(self.sessions) as session:
            row = session.get_one(Inbound, inbound_id)
            return session.get_one(Conversation, row.conversation_id).turn_owner is not None

    def tasks(self, kind: str) -> list[object]:
        return self.all_of(Task, Task.kind == kind)

    def flags(self) -> list[object]:
        return self.all_of(Flag)

    def assert_whole(self, conversation_id: str | None = None) -> None:
        """Every message has one outcome and one reply, every reply went, every effect is single.

        A reply of several parts is one message on SMS and a message a part elsewhere.
        """
        came, went = self.inbound(), self.outbound()
        if conversation_id is not None:
            came = [row for row in came if row.conversation_id == conversation_id]
            went = [row for row in went if row.conversation_id == conversation_id]
        said = [row for row in went if row.message_key != INTRODUCTION]
        parts = Counter((row.inbound_id, row.message_key) for row in said)
        for row in came:
            assert row.outcome is not None, f"{row.id} has no outcome"
            found = [n for (inbound_id, _), n in parts.items() if inbound_id == row.id]
            assert found, f"{row.id} ({row.outcome}) has no reply"
            assert set(found) == {1}, f"{row.id} ({row.outcome}) was answered twice"
            if row.channel == "sms":
                assert len(found) == 1, f"{row.id} ({row.outcome}) has {found} replies"
        for sent in went:
            assert sent.state in {Delivery.SENT, Delivery.DELIVERED}, (
                sent.message_key,
                sent.state,
            )
        effects = self.all_of(Effect)
        assert len({effect.key for effect in effects}) == len(effects)
