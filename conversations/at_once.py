"""What must be said at once, in the transaction that stores the message: safety, control, kinds.

Everything else waits for a turn of the assistant.
"""

from sqlalchemy.orm import Session

from common.crypto import Box
from conversations import course, flags, loss, people, private, roles, tasks, transcript, young
from conversations.ledger import Ledger
from conversations.model import Reply
from conversations.outbox import Speech, cancel_waiting, say
from conversations.states import Holder, Kind, Lane, Origin, Outcome, Route
from conversations.tables import Conversation, Inbound
from safety.model import Verdict
from safety.replies import reply_keys
from safety.tongues import language_of

# Stands beside every translated safety text: whoever helps her must be able to read it, and no
# translation is as sure as the words that were approved.
ENGLISH = "en"
# Kinds a person has to look at, since no machine reads them.
_FOR_A_PERSON = frozenset({Kind.PHOTO, Kind.VOICE_NOTE, Kind.FILE, Kind.CONTACT})


def answer(
    session: Session,
    ledger: Ledger,
    conversation: Conversation,
    row: Inbound,
    verdict: Verdict,
    *,
    box: Box,
) -> None:
    """Decide what the message gets now; sets its outcome, or makes its turn due."""
    if verdict.tier != "none":
        _answer_crisis(session, ledger, conversation, row, verdict, box=box)
    if row.outcome is None:
        _control(session, ledger, conversation, row, box=box)
    if row.outcome is None and conversation.route == Route.OPTED_OUT:
        _end(ledger, row, Outcome.OPTED_OUT)
    if row.outcome is None and row.kind in {Kind.TEXT, Kind.CHOICE}:
        _answer_after(session, ledger, conversation, row, box=box)
    if row.outcome is None and conversation.holder == Holder.PERSON:
        _end(ledger, row, Outcome.HELD_BY_PERSON)
    if row.outcome is None and row.kind not in {Kind.TEXT, Kind.CHOICE}:
        _record_only(session, ledger, conversation, row, box=box)
    if row.outcome is None and conversation.turn_due_at is None:
        conversation.turn_due_at = ledger.clock.now()


def _end(ledger: Ledger, row: Inbound, outcome: Outcome, ref: str | None = None) -> None:
    row.outcome, row.outcome_at, row.outcome_ref = outcome, ledger.clock.now(), ref


def _speak(
    session: Session,
    ledger: Ledger,
    conversation: Conversation,
    row: Inbound,
    keys: tuple[str, ...],
    *,
    box: Box,
    origin: Origin,
    lane: Lane = Lane.NORMAL,
    spoken: str | None = None,
) -> None:
    """Say the texts; a safety text in the parent's language first where there are words in it."""
    own = spoken or conversation.language
    both = origin is Origin.SAFETY and own != ENGLISH
    replies = [
        Reply(key, language=language)
        for key in keys
        for language in ((own, ENGLISH) if both and ledger.renderer.speaks(key, own) else (None,))
    ]
    speech = Speech(origin, f"{row.id}/at_once", lane=lane, inbound_id=row.id)
    say(session, ledger, conversation, replies, box=box, speech=speech)


def _answer_crisis(
    session: Session,
    ledger: Ledger,
    conversation: Conversation,
    row: Inbound,
    verdict: Verdict,
    *,
    box: Box,
) -> None:
    now = ledger.clock.now()
    flag = flags.raise_flag(session, row, verdict, box=box, now=now)
    if conversation.route != Route.OPEN:
        tasks.open_task(
            session, conversation.id, kind="flag_not_answerable", about_id=flag.id, now=now
        )
    professional = roles.is_professional(conversation, row, box)
    keys = reply_keys(verdict, repeated=flag.joins is not None, professional=professional)
    if not professional:
        course.open_or_renew(conversation, verdict, box, now)
        keys += loss.hear(session, conversation, row, verdict, box=box)
        young.hear(session, conversation, verdict)
        text = str(transcript.open_inbound(row, box)["text"])
        keys = private.hear(conversation, verdict, text, keys, now)
    closed = private.applies(conversation)
    if closed:
        cancel_waiting(session, conversation.id)
    _speak(
        session,
        ledger,
        conversation,
        row,
        keys,
        box=box,
        origin=Origin.SAFETY,
        lane=Lane.CRISIS,
        spoken=language_of(verdict),
    )
    # The safety text stands alone: an answer about naps beside it would bury it. A gentle one
    # is followed by the answer to what was asked, but where others may read along.
    if verdict.tier == "now" or closed:
        _end(ledger, row, Outcome.CRISIS_ANSWERED, flag.id)


def _answer_after(
    session: Session, ledger: Ledger, conversation: Conversation, row: Inbound, *, box: Box
) -> None:
    """What follows a cry and needs no assistant: an answer to the safety check, or a way out."""
    if row.tier != "none" or not (conversation.privacy or conversation.crisis):
        return
    now = ledger.clock.now()
    text = str(transcript.open_inbound(row, box)["text"])
    # A person who holds the conversation may not write before she has said that it is safe.
    key = private.answer(conversation, text, now)
    keys: tuple[str, ...] = (key,) if key else ()
    if not keys and conversation.holder != Holder.PERSON:
        keys = course.way_out(conversation, text, box, now)
    if not keys:
        return
    _speak(session, ledger, conversation, row, keys, box=box, origin=Origin.SAFETY)
    _end(ledger, row, Outcome.ANSWERED)


def _control(
    session: Session, ledger: Ledger, conversation: Conversation, row: Inbound, *, box: Box
) -> None:
    if row.control is None:
        return
    if row.control == "stop":
        cancel_waiting(session, conversation.id)
        _speak(
            session,
            ledger,
            conversation,
            row,
            ("control.stop",),
            box=box,
            origin=Origin.SYSTEM,
        )
        if conversation.channel == "sms":
            people.close_route(session, conversation.id, route=Route.OPTED_OUT, code="stop")
        _end(ledger, row, Outcome.OPTED_OUT)
        return
    if row.control == "start" and conversation.route == Route.OPTED_OUT:
        people.close_route(session, conversation.id, route=Route.OPEN, code=None)
        session.refresh(conversation)
    _speak(
        session,
        ledger,
        conversation,
        row,
        (f"control.{row.control}",),
        box=box,
        origin=Origin.SYSTEM,
    )
    _end(ledger, row, Outcome.ANSWERED)


def _record_only(
    session: Session, ledger: Ledger, conversation: Conversation, row: Inbound, *, box: Box
) -> None:
    now = ledger.clock.now()
    if row.kind in _FOR_A_PERSON:
        tasks.open_task(session, conversation.id, kind="look_at", about_id=row.id, now=now)
    if row.kind != Kind.EDIT:
        _speak(
            session,
            ledger,
            conversation,
            row,
            (f"kind.{row.kind}",),
            box=box,
            origin=Origin.SYSTEM,
        )
    _end(ledger, row, Outcome.RECORDED_ONLY)
