"""Takes turns: claims a conversation, asks the assistant, commits all that it gave at once.

A turn that does not commit has no effect. No transaction is open while the assistant thinks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from common.crypto import Box
from common.errors import NotFound, TemporaryFailure
from common.log import logger
from conversations import (
    bereaved,
    claims,
    commit,
    course,
    crash,
    people,
    snapshot,
    tasks,
    transcript,
)
from conversations.claims import Claim, Held
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
from conversations.tables import Conversation, Inbound

log = logger()

# The assistant reads at most this much; the ledger keeps the whole message.
LONGEST_TEXT = 5000
RETRY_AFTER_S = (1.0, 3.0, 10.0)
_FIRST_OPEN = (
    select(Inbound)
    .where(Inbound.conversation_id == bindparam("conversation_id"), Inbound.outcome.is_(None))
    .order_by(Inbound.seq)
    .limit(2)
)


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
        begun = self._begin()
        if begun is None:
            return False
        crash.point("turn.claimed")
        claim, request = begun
        while request is not None:
            request = self._one_message(claim, request)
        return True

    def _begin(self) -> tuple[Claim, TurnRequest | None] | None:
        """Claim a conversation; with what it asks first, or None where nothing is to be asked."""
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            held = claims.claim_next(
                session,
                work="turn",
                owner=self.owner,
                now=ledger.clock.now(),
                lease_s=self.lease_s,
            )
            if held is None:
                return None
            first, _ = _open_rows(session, held.conversation.id)
            request = self._next(held, first)
            other = claims.passed_over(held, now=ledger.clock.now())
        if other is not None:
            ledger.signals.work_came(other)
        return held.claim, request

    def _one_message(self, claim: Claim, request: TurnRequest) -> TurnRequest | None:
        """Take one turn; what is to be asked next, None where the conversation was given back."""
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
        return None

    def _next(self, held: Held, row: Inbound | None) -> TurnRequest | None:
        """What to ask for an open message; gives the conversation back where there is none.

        A lease that is half over is given back too: others wait.
        """
        ledger, conversation = self.ledger, held.conversation
        now = ledger.clock.now()
        if row is None:
            claims.release(held, due_at=None)
            return None
        if row.not_before is not None and row.not_before > now:
            claims.release(held, due_at=row.not_before)
            return None
        if now > held.claim.until - timedelta(seconds=self.lease_s / 2):
            claims.release(held, due_at=now)
            return None
        try:
            box = people.open_box(ledger.keyring, held.wrapped_key)
        except NotFound:
            row.outcome, row.outcome_at = Outcome.RECORDED_ONLY, now
            claims.release(held, due_at=now)
            return None
        if conversation.holder == Holder.PERSON:
            row.outcome, row.outcome_at = Outcome.HELD_BY_PERSON, now
            claims.release(held, due_at=now)
            return None
        return _request(conversation, row, box, now)

    def _commit(
        self, claim: Claim, request: TurnRequest, result: TurnResult
    ) -> TurnRequest | None:
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            held = claims.still_mine(session, claim)
            if held is None:
                log.warning("turn.fenced_off", conversation_id=claim.conversation_id)
                return None
            row, after = _asked_and_after(session, claim, request.message_id)
            box = people.open_box(ledger.keyring, held.wrapped_key)
            commit.commit_turn(
                session,
                ledger,
                commit.Done(held.conversation, row, result, box),
                handlers=self.effects,
            )
            following = self._next(held, after)
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
        return following

    def _failed(self, claim: Claim, message_id: str, *, code: str) -> None:
        ledger = self.ledger
        with ledger.sessions.begin() as session:
            held = claims.still_mine(session, claim)
            if held is None:
                return
            now = ledger.clock.now()
            row, after = _asked_and_after(session, claim, message_id)
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
                claims.release(held, due_at=row.not_before)
                return
            self._fall_back(session, held, row, now)
            claims.release(held, due_at=None if after is None else now)
        ledger.signals.work_came("send")
        ledger.signals.spoke(claim.conversation_id)

    def _fall_back(self, session: Session, held: Held, row: Inbound, now: datetime) -> None:
        """The honest fallback: say that it went wrong and where to get help, and tell staff."""
        box = people.open_box(self.ledger.keyring, held.wrapped_key)
        say(
            session,
            self.ledger,
            held.conversation,
            [Reply("fallback.assistant_down")],
            box=box,
            speech=Speech(Origin.SYSTEM, f"{row.id}/fallback", inbound_id=row.id),
        )
        row.outcome, row.outcome_at = Outcome.FAILED_WITH_FALLBACK, now
        tasks.open_task(session, row.conversation_id, kind="failed_turn", about_id=row.id, now=now)


def _open_rows(session: Session, conversation_id: str) -> tuple[Inbound | None, Inbound | None]:
    """The first two messages that have no outcome yet."""
    found = [*session.scalars(_FIRST_OPEN, {"conversation_id": conversation_id}), None, None]
    return found[0], found[1]


def _asked_and_after(
    session: Session, claim: Claim, message_id: str
) -> tuple[Inbound, Inbound | None]:
    """The message that was asked about, and the open one that comes after it."""
    first, second = _open_rows(session, claim.conversation_id)
    if first is not None and first.id == message_id:
        return first, second
    return session.get_one(Inbound, message_id), first


def _request(conversation: Conversation, row: Inbound, box: Box, now: datetime) -> TurnRequest:
    body = transcript.open_inbound(row, box)
    payload = body.get("payload")
    seed = snapshot.opened(conversation, box)
    if payload is None and course.resumes(str(body["text"]), seed):
        payload = course.RESUME
    return TurnRequest(
        conversation_id=conversation.id,
        message_id=row.id,
        channel=conversation.channel,
        now=now,
        text=str(payload or body["text"])[:LONGEST_TEXT],
        is_payload=payload is not None,
        seed=seed,
        bereaved=bereaved.is_bereaved(conversation),
    )
