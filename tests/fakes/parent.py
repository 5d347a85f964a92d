"""A parent who writes on one channel to the real ledger, and a scripted assistant that answers."""

from sqlalchemy import select

from conversations import people, snapshot
from conversations.inbox import Inbox
from conversations.model import InboundMessage, Reply, TurnResult
from conversations.tables import Conversation, Flag, Inbound, Outbound
from conversations.turn import Turns
from tests.fakes.ledger import ScriptedAssistant, result


class Parent:
    """A parent on one channel, and an assistant that says what it is told to say."""

    def __init__(self, ledger, channel="sms"):
        self.ledger, self.channel, self.count = ledger, channel, 0
        self.given = result("utter_ok")
        self.asked = []
        self.topic = None

    def writes(self, text, *keys, intent="sleep_normal", state=None, minutes=1):
        """Write; what was said to it, in one list of keys."""
        self.ledger.clock.advance(minutes=minutes)
        self.count += 1
        inbox, id = Inbox(self.ledger), f"M{self.count}"
        receipt = inbox.receive(InboundMessage(self.channel, "+447700900123", id, text=text))
        given = result(*(keys or ("utter_ok",)))
        parse = {**given.parse, "intent": intent}
        said_of = {"topic": self.topic} if self.topic else {}
        replies = tuple(Reply(reply.key, said_of) for reply in given.replies)
        kept = state if state is not None else (self.state() or given.snapshot)
        given = TurnResult(**{**vars(given), "parse": parse, "snapshot": kept, "replies": replies})
        assistant = ScriptedAssistant(lambda _request: given)
        while Turns(self.ledger, assistant, {}, "w", lease_s=30, attempts=3).work_once():
            pass
        self.asked = assistant.seen
        with self.ledger.sessions() as session:
            self.id, self.inbound_id = receipt.conversation_id, receipt.inbound_id
            self.outcome = session.get(Inbound, receipt.inbound_id).outcome
            rows = session.scalars(
                select(Outbound)
                .where(Outbound.inbound_id == receipt.inbound_id)
                .order_by(Outbound.seq)
            )
            said = [key for row in rows for key in row.message_key.split("+")]
            return [key for key in said if key != "contact.first"]

    def row(self):
        with self.ledger.sessions() as session:
            return session.get(Conversation, self.id)

    def state(self):
        if not self.count or not hasattr(self, "id"):
            return None
        with self.ledger.sessions() as session:
            row = session.get(Conversation, self.id)
            box = people.box_for(session, self.ledger.keyring, row.person_id)
            return snapshot.opened(row, box)

    def flags(self):
        with self.ledger.sessions() as session:
            return list(session.scalars(select(Flag).order_by(Flag.raised_at)))
