"""Hands outbound messages to their providers: in order, outside any transaction, and counted.

Inside our database a message is sent exactly once. At a provider an attempt whose answer never
came may have worked: it is looked up first and sent again at most once.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.db import reading
from common.errors import AmbiguousFailure, AssistantError, PermanentFailure, TemporaryFailure
from common.log import logger
from conversations import claims, crash, outbox, people, tasks, transcript
from conversations.claims import Claim
from conversations.ledger import Ledger
from conversations.model import Accepted, Sender, ToSend
from conversations.states import Delivery, Lane
from conversations.tables import Conversation, Outbound

log = logger()

# Seconds before the next attempt; after the last a person is told. Source: docs/reliability.md.
BACKOFF_S = (2, 5, 15, 60, 300, 900, 1800)
# How long a provider's list may lag before "not found" means "not sent".
LOOK_AFTER_S = 35
AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Deliveries:
    """The worker's side of the providers."""

    ledger: Ledger
    senders: Mapping[str, Sender]
    owner: str
    lease_s: float

    def work_once(self) -> bool:
        """Claim one conversation and send what is due; False where nothing was due."""
        begun = self._begin()
        if begun is None:
            return False
        claim, message = begun
        while message is not None:
            crash.point("send.marked")
            message = self._send(claim, message)
        return True

    def _begin(self) -> tuple[Claim, ToSend | None] | None:
        """Claim a conversation and mark its first message as being sent."""
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            claimed = claims.claim_next(
                session,
                work="send",
                owner=self.owner,
                now=ledger.clock.now(),
                lease_s=self.lease_s,
            )
            if claimed is None:
                return None
            claim, conversation = claimed
            return claim, self._pick(session, claim, conversation)

    def _pick(self, session: Session, claim: Claim, conversation: Conversation) -> ToSend | None:
        """Mark the next message as being sent; gives the conversation back where none is due."""
        ledger = self.ledger
        now = ledger.clock.now()
        row = outbox.first_waiting(session, conversation.id, or_in_the_air=True)
        while row is not None and row.state == Delivery.SENDING:
            # Whoever sent it died before he could write down what came of it.
            if row.attempts >= len(BACKOFF_S):
                _give_up(session, row, Delivery.TECHNICAL_FAILURE, AMBIGUOUS, now)
            else:
                _retry(row, now=now, after_s=_until_known(row, now), ambiguous=True)
            row = outbox.first_waiting(session, conversation.id, or_in_the_air=True)
        if row is None or (row.not_before is not None and row.not_before > now):
            conversation.send_urgent = row is not None and row.lane == Lane.CRISIS
            claims.release(conversation, claim, due_at=None if row is None else row.not_before)
            return None
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        text, choices = transcript.open_outbound(row, box)
        row.state = Delivery.SENDING
        row.attempts += 1
        row.attempted_at = now
        return ToSend(
            id=row.id,
            conversation_id=conversation.id,
            address=people.address_of(conversation, box),
            text=text,
            choices=choices,
            attempt=row.attempts,
            lane=row.lane,
            created_at=row.created_at,
            channel=row.channel,
            may_have_gone=row.code == AMBIGUOUS,
        )

    def _send(self, claim: Claim, message: ToSend) -> ToSend | None:
        """Hand one message over, write down what came of it; what is to be sent after it."""
        sender = self.senders[message.channel]
        answer: Accepted | AssistantError
        try:
            known = self._look(sender, message) if message.may_have_gone else None
            if message.may_have_gone and known is None:
                self._count_repeat(message)
            answer = known or sender.send(message)
        except AssistantError as e:
            answer = e
        crash.point("send.answered")
        following = self._record(claim, message, answer)
        crash.point("send.recorded")
        return following

    def _look(self, sender: Sender, message: ToSend) -> Accepted | None:
        """What the provider knows of the message, unless that is another one of ours."""
        known = sender.find_sent(message)
        if known is None or known.provider_message_id is None:
            return known
        with reading(self.ledger.sessions) as session:
            other = session.scalar(
                select(Outbound.id).where(
                    Outbound.channel == message.channel,
                    Outbound.provider_message_id == known.provider_message_id,
                    Outbound.id != message.id,
                )
            )
        return known if other is None else None

    def _count_repeat(self, message: ToSend) -> None:
        """Write down that it may go a second time, before it does: we might die right after."""
        with self.ledger.sessions.begin() as session:
            row = session.get_one(Outbound, message.id, with_for_update=True)
            row.resends += 1
        log.warning("send.repeated", message_id=message.id, channel=message.channel)

    def _record(
        self, claim: Claim, message: ToSend, answer: Accepted | AssistantError
    ) -> ToSend | None:
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            now = ledger.clock.now()
            # The conversation before its messages, as everywhere: so nobody waits in a circle.
            mine = claims.still_mine(session, claim)
            row = session.get_one(Outbound, message.id, with_for_update=True)
            if isinstance(answer, Accepted):
                _accepted(row, answer, now)
            elif row.state == Delivery.SENDING and mine is not None:
                _not_accepted(session, row, answer, now)
            log.info(
                "message.sent" if isinstance(answer, Accepted) else "message.not_sent",
                conversation_id=row.conversation_id,
                message_id=row.id,
                channel=row.channel,
                attempt=row.attempts,
                state=row.state,
                code=row.code,
            )
            return None if mine is None else self._pick(session, claim, mine)


def _until_known(row: Outbound, now: datetime) -> float:
    """Seconds until the provider's list can be trusted; a crisis text does not wait for it."""
    if row.lane == Lane.CRISIS or row.attempted_at is None:
        return 0
    return max(0.0, LOOK_AFTER_S - (now - row.attempted_at).total_seconds())


def _accepted(row: Outbound, answer: Accepted, now: datetime) -> None:
    row.provider_message_id = row.provider_message_id or answer.provider_message_id
    row.sent_at = row.sent_at or now
    row.code = None
    if row.state in {Delivery.SENDING, Delivery.CREATED, Delivery.TEMPORARY_FAILURE}:
        row.state = answer.state


def _retry(row: Outbound, *, now: datetime, after_s: float, ambiguous: bool) -> None:
    row.state = Delivery.TEMPORARY_FAILURE
    row.not_before = now + timedelta(seconds=after_s)
    if ambiguous:
        row.code = AMBIGUOUS


def _not_accepted(session: Session, row: Outbound, error: AssistantError, now: datetime) -> None:
    spent = row.attempts >= len(BACKOFF_S) or (row.expires_at is not None and now > row.expires_at)
    if isinstance(error, TemporaryFailure) and not spent:
        ambiguous = isinstance(error, AmbiguousFailure)
        was_ambiguous = row.code == AMBIGUOUS
        if ambiguous and row.resends >= 1:
            _give_up(session, row, Delivery.TECHNICAL_FAILURE, AMBIGUOUS, now)
            return
        # Jitter keeps a thousand retries from knocking at the same moment.
        backoff = BACKOFF_S[row.attempts - 1] * random.uniform(0.8, 1.2)
        look = ambiguous and row.lane != Lane.CRISIS
        wait = error.retry_after_s or (LOOK_AFTER_S if look else backoff)
        row.code = error.code
        _retry(row, now=now, after_s=wait, ambiguous=ambiguous or was_ambiguous)
        return
    if isinstance(error, PermanentFailure):
        if error.closes_route:
            people.close_route(
                session, row.conversation_id, route=error.closes_route, code=error.code
            )
        _give_up(session, row, Delivery.PERMANENT_FAILURE, error.code, now)
        return
    _give_up(session, row, Delivery.TECHNICAL_FAILURE, getattr(error, "code", None), now)


def _give_up(
    session: Session, row: Outbound, state: Delivery, code: str | None, now: datetime
) -> None:
    row.state, row.code = state, code
    tasks.open_task(
        session,
        row.conversation_id,
        kind="failed_delivery",
        about_id=row.id,
        note=f"{row.lane} {row.message_key} {code or ''}"[:200],
        now=now,
    )
