"""Takes in what parents write: one transaction stores it, screens it and answers a crisis.

Nothing here needs a network, a model or the assistant. Whatever else is down, a cry for help
that reached the database has its answer waiting in the outbox.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.crypto import Box
from common.ids import derived_id
from common.log import logger
from conversations import at_once, crash, flags, people, transcript
from conversations.choices import CALL, control_word, picked, says_yes
from conversations.claims import Work
from conversations.ledger import Ledger
from conversations.model import Choice, InboundMessage, Receipt
from conversations.states import Kind
from conversations.tables import Conversation, Inbound, Outbound, where
from safety.screen import screen

log = logger()

_SAME_ID = Inbound.provider_message_id == bindparam("provider_id")
_SAME = select(Inbound).where(Inbound.channel == bindparam("channel"), _SAME_ID)
_SAME_OR_SECOND = select(Inbound).where(
    Inbound.channel == bindparam("channel"),
    or_(_SAME_ID, Inbound.second_id == bindparam("second_id")),
)


@dataclass(frozen=True)
class Inbox:
    """The one door for inbound messages of every channel."""

    ledger: Ledger

    def receive(self, message: InboundMessage) -> Receipt:
        """Store a message, screen it, and write down what must be said at once.

        Doing it twice equals doing it once: the second call changes nothing and says so.
        """
        message = replace(message, text=clean(message.text))
        for _ in range(2):
            try:
                receipt, waiting = self._receive(message)
                break
            except IntegrityError:
                # The same delivery came twice at the same moment; now it is there to be found.
                continue
        else:
            receipt, waiting = self._receive(message)
        crash.point("receive.committed")
        log.info(
            "message.received",
            conversation_id=receipt.conversation_id,
            message_id=receipt.inbound_id,
            channel=message.channel,
            kind=message.kind,
            duplicate=receipt.duplicate,
        )
        if not receipt.duplicate:
            for work in waiting:
                self.ledger.signals.work_came(work)
            self.ledger.signals.spoke(receipt.conversation_id)
        return receipt

    def _receive(self, message: InboundMessage) -> tuple[Receipt, list[Work]]:
        """The receipt, and the kinds of work that now wait."""
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            now = ledger.clock.now()
            keyring, channel, address = ledger.keyring, message.channel, message.address
            found = people.lock_address(session, keyring, channel=channel, address=address)
            # Looked for with the conversation locked: the same delivery may come twice at once.
            known = _already_here(session, message)
            if known is not None:
                return known, []
            conversation = found or people.make(
                session, keyring, channel=channel, address=address, now=now
            )
            box = people.box_for(session, keyring, conversation.person_id)
            context = flags.recent(session, conversation.id, box, now=now)
            row = self._store(session, conversation, message, box=box, now=now)
            verdict = screen(message.text, context=context)
            row.tier = verdict.tier
            at_once.answer(session, ledger, conversation, row, verdict, box=box)
            crash.point("receive.before_commit")
            receipt = Receipt(row.id, conversation.id, row.seq, duplicate=False, tier=row.tier)
            return receipt, _waiting(conversation)

    def _store(
        self,
        session: Session,
        conversation: Conversation,
        message: InboundMessage,
        *,
        box: Box,
        now: datetime,
    ) -> Inbound:
        choice = _choice(session, conversation, message, box)
        control = None if choice else control_word(message.text, channel=message.channel)
        row_id = derived_id("inbound", message.channel, message.provider_message_id)
        body: dict[str, object] = {"text": message.text}
        if choice is not None:
            body |= {"payload": choice.payload, "text": message.text or choice.label}
        if message.media:
            body["media"] = dict(message.media)
        if message.sent_at:
            body["sent_at"] = message.sent_at.isoformat()
        row = Inbound(
            id=row_id,
            conversation_id=conversation.id,
            channel=message.channel,
            provider_message_id=message.provider_message_id,
            second_id=message.second_id,
            seq=conversation.next_seq,
            kind=_kind(message, choice),
            body_sealed=box.seal(body, where=where("inbound", "body", row_id)),
            received_at=now,
            control=control,
        )
        conversation.next_seq += 1
        conversation.last_activity_at = now
        conversation.last_inbound_at = now
        session.add(row)
        return row


def clean(text: str) -> str:
    """The text without what no database or encoder takes: NUL and halves of surrogate pairs."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "")


def _already_here(session: Session, message: InboundMessage) -> Receipt | None:
    given = {"channel": message.channel, "provider_id": message.provider_message_id}
    if message.second_id is None:
        row = session.scalar(_SAME, given)
    else:
        row = session.scalar(_SAME_OR_SECOND, given | {"second_id": message.second_id})
    if row is None:
        return None
    return Receipt(row.id, row.conversation_id, row.seq, duplicate=True, tier=row.tier)


def _waiting(conversation: Conversation) -> list[Work]:
    kinds: list[Work] = []
    if conversation.turn_due_at is not None:
        kinds.append("turn")
    if conversation.send_due_at is not None:
        kinds.append("send")
    return kinds


def _choice(
    session: Session, conversation: Conversation, message: InboundMessage, box: Box
) -> Choice | None:
    """The stored choice that was pressed or typed; only ours, and only of this conversation."""
    if message.choice is not None:
        outbound_id, index = message.choice
        row = session.get(Outbound, outbound_id)
        if row is None or row.conversation_id != conversation.id:
            return None
        _, choices = transcript.open_outbound(row, box)
        return choices[index] if 0 <= index < len(choices) else None
    if message.kind is not Kind.TEXT:
        return None
    if conversation.crisis == "gentle" and says_yes(message.text):
        asked = transcript.offered_call(session, conversation.id)
        offered = () if asked is None else transcript.open_outbound(asked, box)[1]
        return next((choice for choice in offered if choice.payload == CALL), None)
    offer = transcript.last_offer(session, conversation.id)
    if offer is None:
        return None
    return picked(message.text, transcript.open_outbound(offer, box)[1])


def _kind(message: InboundMessage, choice: Choice | None) -> Kind:
    if choice is not None:
        return Kind.CHOICE
    if message.kind in {Kind.TEXT, Kind.CHOICE} and not message.text.strip():
        return Kind.EMPTY
    return Kind.TEXT if message.kind is Kind.CHOICE else message.kind
