"""Tasks for staff: what a person has to look at because the machine could not end it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.ids import derived_id
from conversations.tables import Task


def open_task(
    session: Session,
    conversation_id: str,
    *,
    kind: str,
    now: datetime,
    about_id: str | None = None,
    note: str | None = None,
) -> Task:
    """Open a task, or return the one that this cause opened before.

    Args:
        kind: `failed_turn`, `failed_delivery`, `cannot_be_reached`, `look_at`, `person_wanted`,
            `call_back`, `erasure`, `flag_not_answerable` or another word that staff know.
        about_id: the row it is about; the same kind about the same row opens once.
        note: a code or a name of ours, never a parent's words.
    """
    task_id = derived_id("task", kind, conversation_id, about_id or now.isoformat())
    found = session.get(Task, task_id)
    if found is not None:
        return found
    task = Task(
        id=task_id,
        conversation_id=conversation_id,
        kind=kind,
        about_id=about_id,
        note=note,
        created_at=now,
    )
    session.add(task)
    session.flush()
    return task


def open_tasks(session: Session, conversation_id: str) -> list[Task]:
    """The open tasks of a conversation, oldest first."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.conversation_id == conversation_id, Task.done_at.is_(None))
            .order_by(Task.created_at)
        )
    )


def finish(session: Session, task_id: str, *, staff_id: str, outcome: str, now: datetime) -> bool:
    """Mark a task done; False where it does not exist or somebody did it before."""
    task = session.get(Task, task_id, with_for_update=True)
    if task is None or task.done_at is not None:
        return False
    task.done_at, task.done_by, task.outcome = now, staff_id, outcome
    return True
