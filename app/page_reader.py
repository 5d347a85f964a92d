"""Feeds the web chat's page from the ledger: a cheap pulse, and the lines that are new."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.base import Line, Pulse
from common.db import reading
from common.errors import NotFound
from conversations import people, transcript
from conversations.ledger import Ledger
from conversations.states import Holder, Lane
from conversations.tables import Conversation, Inbound, Outbound


@dataclass(frozen=True)
class PageReader:
    """Reads conversations of the web chat by the address of the page's session."""

    ledger: Ledger

    def pulse(self, address: str) -> Pulse:
        """One indexed read: the last sequence number, and whether an answer is on its way."""
        index = people.address_index(self.ledger.keyring, "web_chat", address)
        with reading(self.ledger.sessions) as session:
            row = session.execute(
                select(
                    Conversation.id,
                    Conversation.next_seq,
                    Conversation.turn_due_at,
                    Conversation.holder,
                ).where(Conversation.channel == "web_chat", Conversation.address_index == index)
            ).one_or_none()
            if row is None:
                return Pulse()
            waiting = row.turn_due_at is not None and row.holder == Holder.ASSISTANT
            return Pulse(row.next_seq - 1, waiting, row.id)

    def lines(self, address: str, after_seq: int) -> list[Line]:
        """The lines with a higher sequence number, in order."""
        with reading(self.ledger.sessions) as session:
            found = people.find(session, self.ledger.keyring, channel="web_chat", address=address)
            if found is None:
                return []
            try:
                box = people.box_for(session, self.ledger.keyring, found.person_id)
            except NotFound:
                return []
            read = transcript.read(session, found.id, box, after_seq=after_seq)
            # A line without words was erased at the parent's wish.
            return [_line(line) for line in read if line.text or line.choices]


def _line(line: transcript.Line) -> Line:
    row = line.row
    if isinstance(row, Inbound):
        return Line(line.seq, "parent", row.provider_message_id, line.text, (), at=line.at)
    return Line(
        line.seq,
        row.origin,
        row.id,
        line.text,
        line.choices,
        urgent=row.lane == Lane.CRISIS,
        at=line.at,
    )


def unanswered(session: Session) -> int:
    """How many inbound messages have no outcome yet."""
    return session.scalar(select(func.count()).where(Inbound.outcome.is_(None))) or 0


def waiting_to_be_sent(session: Session) -> int:
    """How many outbound messages wait for their provider."""
    waiting = Outbound.state.in_(("created", "sending", "temporary_failure"))
    return session.scalar(select(func.count()).where(waiting)) or 0
