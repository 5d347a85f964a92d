"""What the assistant's effects do: one handler a kind, each applied in the turn's transaction."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from common.ids import derived_id
from conversations import tasks
from conversations.model import EffectCall, EffectHandler
from conversations.tables import Feedback


def open_task(session: Session, call: EffectCall) -> str:
    """A person must look: `kind` is one of the words staff know (see conversations.tasks)."""
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


def common_handlers() -> Mapping[str, EffectHandler]:
    """The effects that belong to the ledger itself."""
    return {"open_task": open_task, "feedback": keep_feedback}
