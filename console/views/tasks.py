"""The list of tasks, each closed with an outcome."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from common.db import reading
from common.errors import InvalidInput
from console import board
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.views import conversation
from console.words import TASK_OUTCOMES
from conversations.tables import Task

router = APIRouter(prefix="/tasks")
Reads = Annotated[Who, Depends(require(Permission.READ_TASKS))]


@router.get("")
def show(request: Request, who: Reads, shown: Literal["open", "done"] = "open") -> Response:
    """The list."""
    return _list(request, who, shown)


def _list(
    request: Request,
    who: Who,
    shown: str,
    *,
    error: str = "",
    kept: Mapping[str, str] | None = None,
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        rows = board.tasks(db, done=shown == "done")
    return page(
        request,
        "tasks.html",
        status=422 if error else 200,
        here="tasks",
        rows=rows,
        shown=shown,
        outcomes=TASK_OUTCOMES,
        may_close=who.may(Permission.DO_TASKS),
        error=error,
        error_at=f"#outcome-{kept['id']}" if kept else "",
        closing_kept=kept,
    )


@router.post("/{task_id}/done")
def done(
    request: Request,
    task_id: str,
    who: Annotated[Who, Depends(require(Permission.DO_TASKS))],
    outcome: Annotated[str, Form(max_length=32)] = "",
    note: Annotated[str, Form()] = "",
    back: Annotated[Literal["tasks", "conversation"], Form()] = "tasks",
) -> Response:
    """Close a task; what was typed stays on the page where the form is refused."""
    ledger = services_of(request).ledger
    closing = board.Closing(who.staff_id, outcome, note)
    try:
        with ledger.sessions.begin() as db:
            conversation_id = board.finish(db, ledger, task_id, closing)
    except InvalidInput as e:
        return _refused(request, who, task_id, closing, back=back, why=str(e))
    to = "/tasks" if back == "tasks" else f"/conversations/{conversation_id}"
    return see(to, done="task_done")


def _refused(
    request: Request, who: Who, task_id: str, closing: board.Closing, *, back: str, why: str
) -> Response:
    kept = {"id": task_id, "outcome": closing.outcome, "note": closing.note}
    if back == "tasks":
        return _list(request, who, "open", error=why, kept=kept)
    with reading(services_of(request).ledger.sessions) as db:
        conversation_id = db.get_one(Task, task_id).conversation_id
    return conversation.draw(
        request,
        conversation_id,
        who,
        status=422,
        error=why,
        error_at=f"#outcome-{task_id}",
        kept=kept,
    )
