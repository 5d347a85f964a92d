"""What the assistant's effects do: one handler a kind, each applied in the turn's transaction."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.bootstrap import House
from common.clock import as_utc
from common.ids import derived_id
from conversations import tasks, young
from conversations.forget import forget_since
from conversations.model import EffectCall, EffectHandler
from conversations.tables import Conversation, Feedback
from referrals import creation


def open_task(session: Session, call: EffectCall) -> str:
    """A person must look: `kind` is one of the words staff know (see conversations.tasks).

    With an `age` the writer is a child: nothing that nobody asked for goes to her any more.
    """
    age = call.args.get("age")
    if isinstance(age, int):
        young.told(session, session.get_one(Conversation, call.conversation_id), age)
    task = tasks.open_task(
        session,
        call.conversation_id,
        kind=str(call.args["kind"])[:32],
        about_id=call.inbound_id,
        now=call.now,
    )
    return task.id


def keep_feedback(session: Session, call: EffectCall) -> str:
    """Whether the last answer was useful."""
    row = Feedback(
        id=derived_id("feedback", call.key),
        conversation_id=call.conversation_id,
        topic=call.args.get("topic"),
        useful=bool(call.args["useful"]),
        given_at=call.now,
    )
    session.add(row)
    return row.id


def handlers(house: House) -> Mapping[str, EffectHandler]:
    """Every effect that the assistant may return."""
    deployment = house.deployment

    def create_referral(session: Session, call: EffectCall) -> str:
        return creation.create_from_effect(session, call, deployment=deployment)

    def request_callback(session: Session, call: EffectCall) -> str:
        return creation.request_callback(session, call, deployment=deployment)

    return {
        "open_task": open_task,
        "feedback": keep_feedback,
        "create_referral": create_referral,
        "request_callback": request_callback,
        "add_to_referral": creation.add_details,
        "discard_referral": discard_referral,
    }


def discard_referral(session: Session, call: EffectCall) -> None:
    """Forget the answers of a form that ended without consent, in the turn's own transaction.

    The state that goes on holds none of them any more; here go the words and events of the form.
    """
    started = call.args.get("since")
    since = datetime.fromisoformat(str(started)) if started else call.now
    forget_since(session, call.conversation_id, call.box, since=as_utc(since), but=call.inbound_id)
