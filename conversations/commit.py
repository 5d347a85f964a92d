"""Writes down all that one turn gave: replies, effects, events, state, outcome; in one session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from common.crypto import Box
from common.errors import TechnicalFailure
from conversations import course, loss, private, snapshot
from conversations.course import Answer
from conversations.ledger import Ledger
from conversations.model import EffectCall, EffectHandler, Reply, TurnResult
from conversations.outbox import Speech, say
from conversations.states import Holder, Origin, Outcome, Route
from conversations.tables import Conversation, Effect, Inbound, Turn, where

# What of the slots the console sorts and filters by; opaque labels, no personal data.
_PLAIN_SLOTS = {"stage": 16, "district": 16, "last_topic": 64, "language": 16}


@dataclass(frozen=True)
class Done:
    """A turn that was taken, beside the rows that it changes."""

    conversation: Conversation
    row: Inbound
    result: TurnResult
    box: Box


def commit_turn(
    session: Session,
    ledger: Ledger,
    done: Done,
    *,
    handlers: Mapping[str, EffectHandler],
) -> None:
    """Write everything; the caller holds the conversation's lock and its claim.

    Where a person took over or the parent opted out while the assistant was thinking, its
    answer is dropped: she hears one voice.

    Raises:
        TechnicalFailure: the turn names an effect that nobody handles.
    """
    now = ledger.clock.now()
    conversation, row, result, box = done.conversation, done.row, done.result, done.box
    _keep_parse(row, result, box)
    if conversation.holder == Holder.PERSON:
        row.outcome, row.outcome_at = Outcome.HELD_BY_PERSON, now
        return
    if conversation.route == Route.OPTED_OUT:
        row.outcome, row.outcome_at = Outcome.OPTED_OUT, now
        return
    answer = _fitting(done, now)
    if answer.counts:
        _keep_state(session, done, now)
    overtaken = loss.overtakes(conversation, row)
    say(
        session,
        ledger,
        conversation,
        () if overtaken else answer.replies,
        box=box,
        speech=Speech(Origin.ASSISTANT, f"{row.id}/reply", inbound_id=row.id),
        closing=answer.closing,
    )
    for effect in result.effects if answer.counts else ():
        _apply(session, done, effect, handlers=handlers, now=now)
    row.outcome = Outcome.MERGED_INTO if overtaken else Outcome.ANSWERED
    row.outcome_at = now


def _fitting(done: Done, now: datetime) -> Answer:
    """The answer as it may be said: a crisis, and other eyes on the chat, change it."""
    if private.withholds(done.conversation, done.result.replies):
        return Answer((Reply(private.AGAIN),), counts=False)
    if private.applies(done.conversation):
        return Answer(tuple(done.result.replies))
    return course.answer(done.conversation, done.row, done.result, now)


def _keep_parse(row: Inbound, result: TurnResult, box: Box) -> None:
    row.intent = result.parse.get("intent")
    row.confidence = result.parse.get("confidence")
    row.actions = list(result.actions)
    row.model_id = result.model_id
    row.failure = None
    row.parse_sealed = box.seal(dict(result.parse), where=where("inbound", "parse", row.id))


def _keep_state(session: Session, done: Done, now: datetime) -> None:
    conversation, result = done.conversation, done.result
    state = course.fitting(conversation, done.row, loss.fitting(conversation, result.snapshot))
    snapshot.keep(conversation, done.box, state)
    conversation.model_id = result.model_id
    slots = state.get("slots", {})
    for name, length in _PLAIN_SLOTS.items():
        value = slots.get(name)
        if isinstance(value, str) and value:
            setattr(conversation, name, value[:length])
    session.add(
        Turn(
            inbound_id=done.row.id,
            conversation_id=conversation.id,
            events_sealed=done.box.seal(
                list(result.events), where=where("turns", "events", done.row.id)
            ),
            created_at=now,
        )
    )


def _apply(
    session: Session,
    done: Done,
    effect: Mapping[str, object],
    *,
    handlers: Mapping[str, EffectHandler],
    now: datetime,
) -> None:
    key, kind = str(effect["key"]), str(effect["effect"])
    if session.get(Effect, key) is not None:
        return
    handler = handlers.get(kind)
    if handler is None:
        raise TechnicalFailure(f"nobody handles the effect {kind!r}")
    row = Effect(
        key=key,
        kind=kind,
        conversation_id=done.conversation.id,
        inbound_id=done.row.id,
        applied_at=now,
    )
    session.add(row)
    session.flush()
    args = effect.get("args") or {}
    row.result_id = handler(
        session,
        EffectCall(
            key=key,
            kind=kind,
            args=args if isinstance(args, Mapping) else {},
            conversation_id=done.conversation.id,
            inbound_id=done.row.id,
            person_id=done.conversation.person_id,
            channel=done.conversation.channel,
            box=done.box,
            now=now,
        ),
    )
