"""The only way to speak to a parent: every word is a row before it is sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from common.crypto import Box
from common.ids import derived_id
from conversations import bereaved, private, silence, tasks
from conversations.ledger import Ledger
from conversations.model import Capabilities, Rendered, Reply
from conversations.states import WAITING, Delivery, Lane, Origin, Route
from conversations.tables import Conversation, Outbound, where

# A safety text that arrives hours late harms; after this it is a task for a person instead.
EXPIRES_AFTER = timedelta(hours=4)
INTRODUCTION = Reply("contact.first")
_HERE = Outbound.conversation_id == bindparam("conversation_id")
# The crisis lane goes first; within a lane the order in which it was said.
_ORDER = ((Outbound.lane == Lane.CRISIS).desc(), Outbound.seq)
_IS_THERE = select(Outbound.id).where(Outbound.id == bindparam("id"))
_WAITING = select(Outbound).where(_HERE, Outbound.state.in_(WAITING)).order_by(*_ORDER)
_FIRST = _WAITING.limit(1)
_FIRST_OR_IN_THE_AIR = (
    select(Outbound)
    .where(_HERE, Outbound.state.in_((Delivery.SENDING, *WAITING)))
    .order_by((Outbound.state == Delivery.SENDING).desc(), *_ORDER)
    .limit(1)
)


@dataclass(frozen=True)
class Speech:
    """Who speaks, why and how fast.

    Attributes:
        cause: what brought it about; the same cause never speaks twice.
    """

    origin: Origin
    cause: str
    lane: Lane = Lane.NORMAL
    inbound_id: str | None = None
    staff_id: str | None = None


def say(
    session: Session,
    ledger: Ledger,
    conversation: Conversation,
    replies: Sequence[Reply],
    *,
    box: Box,
    speech: Speech,
    closing: Sequence[Reply] = (),
) -> list[Outbound]:
    """Write down what is to be said; the introduction goes before the first answer of all.

    The conversation must be locked by this session. A crisis is answered first and introduced
    afterwards; in a chat that others may read nobody is introduced.

    Args:
        closing: what ends the last of the replies, in the same message.
    """
    rows: list[Outbound] = []
    replies = private.fit(conversation, bereaved.fit(conversation, replies), speech.origin)
    introduce = (
        conversation.introduced_at is None
        and speech.origin is not Origin.STAFF
        and not private.applies(conversation)
    )
    first_of_all = speech.origin is Origin.SAFETY
    if introduce and not first_of_all:
        rows += _introduce(session, ledger, conversation, box=box, speech=speech)
    for number, (reply, rendered) in enumerate(_parts(ledger, conversation, replies, closing)):
        part = f"{speech.cause}/{number}"
        rows += _write(
            session, ledger, conversation, reply, rendered, box=box, speech=speech, cause=part
        )
    if introduce and first_of_all:
        rows += _introduce(session, ledger, conversation, box=box, speech=speech)
    return rows


def _introduce(
    session: Session, ledger: Ledger, conversation: Conversation, *, box: Box, speech: Speech
) -> list[Outbound]:
    conversation.introduced_at = ledger.clock.now()
    rendered = _render(ledger, conversation, INTRODUCTION)
    own = Speech(Origin.SYSTEM, f"{conversation.id}/introduction", inbound_id=speech.inbound_id)
    return _write(
        session,
        ledger,
        conversation,
        INTRODUCTION,
        rendered,
        box=box,
        speech=own,
        cause=own.cause,
    )


def _render(ledger: Ledger, conversation: Conversation, reply: Reply) -> Rendered:
    return ledger.renderer.render(
        reply,
        channel=conversation.channel,
        language=reply.language or conversation.language,
        stage=conversation.stage,
    )


def _parts(
    ledger: Ledger,
    conversation: Conversation,
    replies: Sequence[Reply],
    closing: Sequence[Reply],
) -> list[tuple[Reply, Rendered]]:
    if not replies:
        return []
    rendered = [(reply, _render(ledger, conversation, reply)) for reply in replies]
    last = [(reply, _render(ledger, conversation, reply)) for reply in closing]
    if ledger.capabilities[conversation.channel].one_message:
        return [_joined([*rendered, *last])]
    return [*rendered[:-1], _joined([rendered[-1], *last])]


def _joined(rendered: Sequence[tuple[Reply, Rendered]]) -> tuple[Reply, Rendered]:
    """Several replies as one message."""
    if len(rendered) == 1:
        return rendered[0]
    replies = [reply for reply, _ in rendered]
    joined = Reply(
        "+".join(r.key for r in replies)[:96],
        {"parts": [{"key": r.key, "variables": dict(r.variables)} for r in replies]},
        about={name: value for r in replies for name, value in r.about.items()},
    )
    texts = [words.text for _, words in rendered]
    choices = next((w.choices for _, w in reversed(rendered) if w.choices), ())
    segments = sum(w.segments or 0 for _, w in rendered) or None
    return joined, Rendered("\n\n".join(texts), choices, segments)


def _write(
    session: Session,
    ledger: Ledger,
    conversation: Conversation,
    reply: Reply,
    rendered: Rendered,
    *,
    box: Box,
    speech: Speech,
    cause: str,
) -> list[Outbound]:
    row_id = derived_id("outbound", cause)
    with session.no_autoflush:
        if session.scalar(_IS_THERE, {"id": row_id}) is not None:
            return []
    now = ledger.clock.now()
    capabilities = ledger.capabilities[conversation.channel]
    state, code = _first_state(conversation, capabilities, speech.origin, now)
    body = {
        "text": rendered.text,
        "choices": [{"label": c.label, "payload": c.payload} for c in rendered.choices],
    }
    params = {"variables": dict(reply.variables)}
    row = Outbound(
        id=row_id,
        conversation_id=conversation.id,
        inbound_id=speech.inbound_id,
        channel=conversation.channel,
        seq=conversation.next_seq,
        lane=speech.lane,
        origin=speech.origin,
        staff_id=speech.staff_id,
        message_key=reply.key,
        about=dict(reply.about) or None,
        params_sealed=box.seal(params, where=where("outbound", "params", row_id)),
        body_sealed=box.seal(body, where=where("outbound", "body", row_id)),
        has_choices=bool(rendered.choices),
        segments=rendered.segments,
        state=state,
        code=code,
        created_at=now,
        expires_at=now + EXPIRES_AFTER,
        sent_at=now if state == Delivery.SENT else None,
    )
    conversation.next_seq += 1
    conversation.last_activity_at = now
    session.add(row)
    _schedule(session, conversation, row, now)
    return [row]


def _first_state(
    conversation: Conversation, capabilities: Capabilities, origin: Origin, now: datetime
) -> tuple[Delivery, str | None]:
    refused = silence.reason(conversation, origin)
    if refused is not None:
        return Delivery.CANCELLED, refused
    if conversation.route != Route.OPEN:
        return Delivery.NOT_SENDABLE, conversation.route
    if capabilities.pulled:
        return Delivery.SENT, None
    last = conversation.last_inbound_at
    if last is None and not capabilities.may_speak_first:
        return Delivery.NOT_SENDABLE, "may_not_speak_first"
    window = capabilities.reply_window_s
    if window is not None and (last is None or now - last > timedelta(seconds=window)):
        return Delivery.NOT_SENDABLE, "window_closed"
    return Delivery.CREATED, None


def _schedule(session: Session, conversation: Conversation, row: Outbound, now: datetime) -> None:
    if row.state == Delivery.CREATED:
        if conversation.send_due_at is None or conversation.send_due_at > now:
            conversation.send_due_at = now
        conversation.send_urgent = conversation.send_urgent or row.lane == Lane.CRISIS
    elif row.state == Delivery.NOT_SENDABLE:
        tasks.open_task(
            session,
            conversation.id,
            kind="cannot_be_reached",
            about_id=row.id,
            note=row.code,
            now=now,
        )


def first_waiting(
    session: Session, conversation_id: str, *, or_in_the_air: bool = False
) -> Outbound | None:
    """The message of this conversation that must be sent before all its others.

    Args:
        or_in_the_air: whether one that is marked as being sent comes before those that wait.
    """
    query = _FIRST_OR_IN_THE_AIR if or_in_the_air else _FIRST
    return session.scalar(query, {"conversation_id": conversation_id})


def cancel_waiting(
    session: Session,
    conversation_id: str,
    *,
    keep_crisis: bool = True,
    of: Collection[Origin] = tuple(Origin),
) -> int:
    """Cancel what has not been sent yet; returns how many messages that were.

    Args:
        of: only messages of these origins.
    """
    rows = session.scalars(_WAITING, {"conversation_id": conversation_id}).all()
    cancelled = [r for r in rows if r.origin in of and not (keep_crisis and r.lane == Lane.CRISIS)]
    for row in cancelled:
        row.state = Delivery.CANCELLED
    return len(cancelled)
