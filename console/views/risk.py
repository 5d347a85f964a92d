"""The risk board: flags with a clock, acknowledged with an outcome."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from common.db import reading
from console import board
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.words import FLAG_OUTCOMES

router = APIRouter(prefix="/risk")
Reads = Annotated[Who, Depends(require(Permission.READ_FLAGS))]


@router.get("")
def show(
    request: Request, who: Reads, shown: Literal["open", "acknowledged"] = "open"
) -> Response:
    """The board."""
    with reading(services_of(request).ledger.sessions) as db:
        rows = board.flags(db, acknowledged=shown == "acknowledged")
    return page(
        request,
        "risk.html",
        here="risk",
        rows=rows,
        shown=shown,
        outcomes=FLAG_OUTCOMES,
        may_acknowledge=who.may(Permission.ACKNOWLEDGE_FLAGS),
    )


@router.post("/{flag_id}/acknowledge")
def acknowledge(
    request: Request,
    flag_id: str,
    who: Annotated[Who, Depends(require(Permission.ACKNOWLEDGE_FLAGS))],
    outcome: Annotated[str, Form(max_length=32)] = "",
    note: Annotated[str, Form()] = "",
    back: Annotated[Literal["board", "conversation"], Form()] = "board",
) -> Response:
    """Acknowledge a flag."""
    ledger = services_of(request).ledger
    with ledger.sessions.begin() as db:
        closing = board.Closing(who.staff_id, outcome, note)
        conversation_id = board.acknowledge(db, ledger, flag_id, closing)
    to = "/risk" if back == "board" else f"/conversations/{conversation_id}"
    return see(to, done="acknowledged")
