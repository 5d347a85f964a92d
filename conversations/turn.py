"""Takes turns: claims a conversation, asks the assistant, commits all that it gave at once.

A turn that does not commit has no effect. No transaction is open while the assistant thinks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from common.crypto import Box
from common.errors import NotFound, TemporaryFailure
from common.log import logger
from conversations import claims, commit, crash, people, tasks, transcript
from conversations.claims import Claim
from conversations.ledger import Ledger
from conversations.model import (
    Assistant,
    EffectHandler,
    Reply,
    TurnRequest,
    TurnResult,
)
from conversations.outbox import Speech, say
from conversations.states import Holder, Origin, Outcome
from conversations.tables import Conversation, Inbound, where

log = logger()

# The assistant reads at most this much; the ledger keeps the whole message.
LONGEST_TEXT = 5000
RETRY_AFTER_S = (1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Turns:
    """The worker's side of the assistant."""

    ledger: Ledger
    assistant: Assistant
    effects: Mapping[str, EffectHandler]
    owner: str
    lease_s: float
    attempts: int

    def work_once(self) -> bool:
        """Claim one conversation and take its due turns; False where nothing was due."""
        ledger = self.ledger
        claim = claims.claim_next(
            ledger.sessions,
            work="turn",
            owner=self.owner,
            now=ledger.clock.now(),
            lease_s=self.lease_s,
        )
        if claim is None:
            return False
        crash.point("turn.claimed")
        while self._one_message(claim):
            if ledger.clock.now() > claim.until - timedelta(seconds=self.lease_s / 2):
                self._give_back(claim)
                break
        return True

    def _one_message(self, claim: Claim) -> bool:
        """Take one turn; False where nothing is left and the conversation was given back."""
        request = self._next(claim)
        if request is None:
            return False
        try:
            result = self.assistant.take_turn(request)
            crash.point("turn.answered")
            return self._commit(claim, request, result)
        except TemporaryFailure as e:
            self._failed(claim, request.message_id, code=e.code or "no_answer")
        except DBAPIError:
            raise
        except Exception:  # noqa: BLE001 (the worker loop: one bad message must not block the rest)
            log.exception("turn.broke", message_id=request.message_id)
            self._failed(claim, request.message_id, code="technical")
        return False

    def _next(self, claim: Claim) -> TurnRequest | None:
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            if not claims.still_mine(session, claim):
                return None
            now = ledger.clock.now()
            row = _first_open(session, claim.conversation_id)
            if row is None:
                claims.release(session, claim, due_at=None)
                return None
            if row.not_before is not None and row.not_before > now:
                claims.release(session, claim, due_at=row.not_before)
                return None
            conversation = people.lock(session, claim.conversation_id)
            try:
                box = people.box_for(session, ledger.keyring, conversation.person_id)
            except NotFound:
                row.outcome, row.outcome_at = Outcome.RECORDED_ONLY, now
                claims.release(session, claim, due_at=now)
                return None
            if conversation.holder == Holder.PERSON:
                row.outcome, row.outcome_at = Outcome.HELD_BY_PERSON, now
                claims.release(session, claim, due_at=now)
                return None
            return _request(conversation, row, box, now)

    def _commit(self, claim: Claim, request: TurnRequest, result: TurnResult) -> bool:
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            if not claims.still_mine(session, claim):
                log.warning("turn.fenced_off", conversation_id=claim.conversation_id)
                return False
            conversation = people.lock(session, claim.conversation_id)
            row = session.get_one(Inbound, request.message_id)
            box = people.box_for(session, ledger.keyring, conversation.person_id)
            commit.commit_turn(
                session,
                ledger,
                commit.Done(conversation, row, result, box),
                handlers=self.effects,
            )
            more = _first_open(session, claim.conversation_id) is not None
            if not more:
                claims.release(session, claim, due_at=None)
            crash.point("turn.before_commit")
        crash.point("turn.committed")
        log.info(
            "turn.taken",
            conversation_id=claim.conversation_id,
            message_id=request.message_id,
            intent=result.parse.get("intent"),
        )
        ledger.signals.work_came("send")
        ledger.signals.spoke(claim.conversation_id)
        return more

    def _failed(self, claim: Claim, message_id: str, *, code: str) -> None:
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            if not claims.still_mine(session, claim):
                return
            now = ledger.clock.now()
            row = session.get_one(Inbound, message_id)
            row.attempts += 1
            row.failure = code
            log.warning(
                "turn.failed",
                conversation_id=claim.conversation_id,
                message_id=message_id,
                attempt=row.attempts,
                code=code,
            )
            if row.attempts < self.attempts:
                wait = RETRY_AFTER_S[min(row.attempts, len(RETRY_AFTER_S)) - 1]
                row.not_before = now + timedelta(seconds=wait)
                claims.release(session, claim, due_at=row.not_before)
                return
            self._fall_back(session, claim, row, now)
        ledger.signals.work_came("send")
        ledger.signals.spoke(claim.conversation_id)

    def _fall_back(self, session: Session, claim: Claim, row: Inbound, now: datetime) -> None:
        """The honest fallback: say that it went wrong and where to get help, and tell staff."""
        conversation = people.lock(session, claim.conversation_id)
        box = people.box_for(session, self.ledger.keyring, conversation.person_id)
        say(
            session,
            self.ledger,
            conversation,
            [Reply("fallback.assistant_down")],
            box=box,
            speech=Speech(Origin.SYSTEM, f"{row.id}/fallback", inbound_id=row.id),
        )
        row.outcome, row.outcome_at = Outcome.FAILED_WITH_FALLBACK, now
        tasks.open_task(session, row.conversation_id, kind="failed_turn", about_id=row.id, now=now)
        more = _first_open(session, claim.conversation_id) is not None
        claims.release(session, claim, due_at=now if more else None)

    def _give_back(self, claim: Claim) -> None:
        with self.ledger.sessions.begin() as session:
            claims.release(session, claim, due_at=self.ledger.clock.now())


def _first_open(session: Session, conversation_id: str) -> Inbound | None:
    return session.scalar(
        select(Inbound)
        .where(Inbound.conversation_id == conversation_id, Inbound.outcome.is_(None))
        .order_by(Inbound.seq)
        .limit(1)
    )


def _request(conversation: Conversation, row: Inbound, box: Box, now: datetime) -> TurnRequest:
    body = transcript.open_inbound(row, box)
    payload = body.get("payload")
    sealed = conversation.snapshot_sealed
    seed = None
    if sealed is not None:
        seed = box.open(sealed, where=where("conversations", "snapshot", conversation.id))
    return TurnRequest(
        conversation_id=conversation.id,
        message_id=row.id,
        channel=conversation.channel,
        now=now,
        text=str(payload or body["text"])[:LONGEST_TEXT],
        is_payload=payload is not None,
        seed=seed,
    )
