"""Hands outbound messages to their providers: in order, outside any transaction, and counted.

Inside our database a message is sent exactly once. At a provider an attempt whose answer never
came may have worked: it is looked up first and sent again at most once.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from common.db import reading
from common.errors import AmbiguousFailure, AssistantError, PermanentFailure, TemporaryFailure
from common.log import logger
from conversations import claims, crash, outbox, people, silence, tasks, transcript
from conversations.claims import Claim, Held
from conversations.ledger import Ledger
from conversations.model import Accepted, Sender, ToSend
from conversations.states import WAITING, Delivery, Lane
from conversations.tables import Outbound

log = logger()

# Seconds before the next attempt; after the last a person is told. Source: docs/reliability.md.
BACKOFF_S = (2, 5, 15, 60, 300, 900, 1800)
# How long a provider's list may lag before "not found" means "not sent".
LOOK_AFTER_S = 35
AMBIGUOUS = "ambiguous"
_UNSETTLED = (Delivery.SENDING, *WAITING)
_IT = Outbound.id == bindparam("id")
# As `outbox.first_waiting` has it.
_ORDER = (
    (Outbound.state == Delivery.SENDING).desc(),
    (Outbound.lane == Lane.CRISIS).desc(),
    Outbound.seq,
)
_SENT_AND_AFTER = (
    select(Outbound)
    .where(
        Outbound.conversation_id == bindparam("conversation_id"),
        or_(_IT, Outbound.state.in_(_UNSETTLED)),
    )
    .order_by(_IT.desc(), *_ORDER)
    .limit(2)
    .with_for_update()
)


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
            held = claims.claim_next(
                session,
                work="send",
                owner=self.owner,
                now=ledger.clock.now(),
                lease_s=self.lease_s,
            )
            if held is None:
                return None
            row = outbox.first_waiting(session, held.conversation.id, or_in_the_air=True)
            message = self._pick(session, held, row)
            other = claims.passed_over(held, now=ledger.clock.now())
        if other is not None:
            ledger.signals.work_came(other)
        return held.claim, message

    def _pick(self, session: Session, held: Held, row: Outbound | None) -> ToSend | None:
        """Mark the first message as being sent; gives the conversation back where none is due."""
        ledger, conversation = self.ledger, held.conversation
        now = ledger.clock.now()
        while row is not None and row.state == Delivery.SENDING:
            # Whoever sent it died before he could write down what came of it.
            if row.attempts >= len(BACKOFF_S):
                _give_up(session, row, Delivery.TECHNICAL_FAILURE, AMBIGUOUS, now)
            else:
                _retry(row, now=now, after_s=_until_known(row, now), ambiguous=True)
            row = outbox.first_waiting(session, conversation.id, or_in_the_air=True)
        while row is not None and (refused := silence.reason(conversation, row.origin)):
            row.state, row.code = Delivery.CANCELLED, refused
            row = outbox.first_waiting(session, conversation.id, or_in_the_air=True)
        if row is None or (row.not_before is not None and row.not_before > now):
            conversation.send_urgent = row is not None and row.lane == Lane.CRISIS
            claims.release(held, due_at=None if row is None else row.not_before)
            return None
        box = people.open_box(ledger.keyring, held.wrapped_key)
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
            held = claims.still_mine(session, claim)
            row, after = _sent_and_after(session, message)
            if isinstance(answer, Accepted):
                _accepted(row, answer, now)
            elif row.state == Delivery.SENDING and held is not None:
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
            if held is None:
                return None
            if row.state in _UNSETTLED:
                after = outbox.first_waiting(session, row.conversation_id, or_in_the_air=True)
            following = self._pick(session, held, after)
            other = claims.passed_over(held, now=now)
        if other is not None:
            ledger.signals.work_came(other)
        return following


def _sent_and_after(session: Session, message: ToSend) -> tuple[Outbound, Outbound | None]:
    """The row of what was handed over, locked, and what comes after it once it is settled."""
    given = {"conversation_id": message.conversation_id, "id": message.id}
    row, *after = session.scalars(_SENT_AND_AFTER, given)
    return row, after[0] if after else None


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
