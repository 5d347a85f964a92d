"""The list of tasks, each closed with an outcome."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from common.db import reading
from console import board
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.words import TASK_OUTCOMES

router = APIRouter(prefix="/tasks")
Reads = Annotated[Who, Depends(require(Permission.READ_TASKS))]


@router.get("")
def show(request: Request, who: Reads, shown: Literal["open", "done"] = "open") -> Response:
    """The list."""
    with reading(services_of(request).ledger.sessions) as db:
        rows = board.tasks(db, done=shown == "done")
    return page(
        request,
        "tasks.html",
        here="tasks",
        rows=rows,
        shown=shown,
        outcomes=TASK_OUTCOMES,
        may_close=who.may(Permission.DO_TASKS),
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
    """Close a task."""
    ledger = services_of(request).ledger
    with ledger.sessions.begin() as db:
        closing = board.Closing(who.staff_id, outcome, note)
        conversation_id = board.finish(db, ledger, task_id, closing)
    to = "/tasks" if back == "tasks" else f"/conversations/{conversation_id}"
    return see(to, done="task_done")
