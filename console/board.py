"""The risk board and the task list: what is open, oldest first, and how it is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from common.errors import Conflict, InvalidInput, NotFound
from console import audit
from console.notes import add_note
from console.tables import Staff
from console.words import FLAG_OUTCOMES, TASK_OUTCOMES
from conversations import flags as ledger_flags
from conversations import people, private, young
from conversations import tasks as ledger_tasks
from conversations.ledger import Ledger
from conversations.tables import Conversation, Flag, Task
from safety.ages import CLASS

MOST: Final = 200


@dataclass(frozen=True)
class FlagRow:
    """A flag on the board; the words that raised it are on the conversation's page alone."""

    flag: Flag
    conversation: Conversation
    acknowledged_by: str | None
    repeats: int


@dataclass(frozen=True)
class TaskRow:
    """A task in the list."""

    task: Task
    conversation: Conversation
    done_by: str | None


@dataclass(frozen=True)
class Closing:
    """How a flag or a task is closed: the outcome's code, and words for colleagues if any."""

    staff_id: str
    outcome: str
    note: str = ""


def flags(session: Session, *, acknowledged: bool) -> list[FlagRow]:
    """Open flags, urgent ones first, oldest first; or acknowledged ones, latest first."""
    repeats = (
        select(Flag.joins.label("id"), func.count().label("n"))
        .where(Flag.joins.is_not(None))
        .group_by(Flag.joins)
        .subquery()
    )
    found = (
        select(Flag, Conversation, Staff.name, repeats.c.n)
        .join(Conversation, Conversation.id == Flag.conversation_id)
        .outerjoin(Staff, Staff.id == Flag.acknowledged_by)
        .outerjoin(repeats, repeats.c.id == Flag.id)
        .where(Flag.joins.is_(None))
        .limit(MOST)
    )
    if acknowledged:
        found = found.where(Flag.acknowledged_at.is_not(None))
        found = found.order_by(Flag.acknowledged_at.desc())
    else:
        found = found.where(Flag.acknowledged_at.is_(None))
        found = found.order_by(case((Flag.tier == "now", 0), else_=1), Flag.raised_at)
    return [FlagRow(flag, row, name, n or 0) for flag, row, name, n in session.execute(found)]


def acknowledge(session: Session, ledger: Ledger, flag_id: str, closing: Closing) -> str:
    """Acknowledge a flag; returns its conversation.

    Raises:
        NotFound: there is no such flag.
        InvalidInput: the outcome is none of ours.
        Conflict: somebody else has acknowledged it already.
    """
    flag = session.get(Flag, flag_id)
    if flag is None:
        raise NotFound("There is no such flag.")
    _check_outcome(closing.outcome, FLAG_OUTCOMES)
    now = ledger.clock.now()
    changed = ledger_flags.acknowledge(
        session, flag_id, staff_id=closing.staff_id, outcome=closing.outcome, now=now
    )
    if not changed:
        raise Conflict("Somebody else has acknowledged this flag already.")
    audit.record(
        session,
        closing.staff_id,
        action="flag.acknowledged",
        subject=("flag", flag_id),
        now=now,
        detail=closing.outcome,
    )
    if closing.outcome == "false_alarm" and CLASS in flag.classes:
        young.undo(people.lock(session, flag.conversation_id))
    if closing.outcome == "false_alarm" and private.CLASS in flag.classes:
        private.undo(people.lock(session, flag.conversation_id))
    _add_words(session, ledger, flag.conversation_id, closing)
    return flag.conversation_id


def tasks(session: Session, *, done: bool) -> list[TaskRow]:
    """Open tasks, oldest first; or closed ones, latest first."""
    found = (
        select(Task, Conversation, Staff.name)
        .join(Conversation, Conversation.id == Task.conversation_id)
        .outerjoin(Staff, Staff.id == Task.done_by)
        .limit(MOST)
    )
    if done:
        found = found.where(Task.done_at.is_not(None)).order_by(Task.done_at.desc())
    else:
        found = found.where(Task.done_at.is_(None)).order_by(Task.created_at)
    return [TaskRow(task, row, name) for task, row, name in session.execute(found)]


def finish(session: Session, ledger: Ledger, task_id: str, closing: Closing) -> str:
    """Close a task; returns its conversation.

    Raises:
        NotFound: there is no such task.
        InvalidInput: the outcome is none of ours.
        Conflict: somebody else has closed it already.
    """
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    _check_outcome(closing.outcome, TASK_OUTCOMES)
    now = ledger.clock.now()
    if not ledger_tasks.finish(
        session, task_id, staff_id=closing.staff_id, outcome=closing.outcome, now=now
    ):
        raise Conflict("Somebody else has closed this task already.")
    audit.record(
        session,
        closing.staff_id,
        action="task.done",
        subject=("task", task_id),
        now=now,
        detail=closing.outcome,
    )
    _add_words(session, ledger, task.conversation_id, closing)
    return task.conversation_id


def _check_outcome(outcome: str, known: Mapping[str, str]) -> None:
    if outcome not in known:
        raise InvalidInput("Choose what came of it.", code="outcome")


def _add_words(session: Session, ledger: Ledger, conversation_id: str, closing: Closing) -> None:
    if closing.note.strip():
        add_note(session, ledger, conversation_id, closing.note, by=closing.staff_id)
