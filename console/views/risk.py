"""The risk board: flags with a clock, acknowledged with an outcome."""

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
from console.words import FLAG_OUTCOMES
from conversations.tables import Flag

router = APIRouter(prefix="/risk")
Reads = Annotated[Who, Depends(require(Permission.READ_FLAGS))]


@router.get("")
def show(
    request: Request, who: Reads, shown: Literal["open", "acknowledged"] = "open"
) -> Response:
    """The board."""
    return _board(request, who, shown)


def _board(
    request: Request,
    who: Who,
    shown: str,
    *,
    error: str = "",
    kept: Mapping[str, str] | None = None,
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        rows = board.flags(db, acknowledged=shown == "acknowledged")
    return page(
        request,
        "risk.html",
        status=422 if error else 200,
        here="risk",
        rows=rows,
        shown=shown,
        outcomes=FLAG_OUTCOMES,
        may_acknowledge=who.may(Permission.ACKNOWLEDGE_FLAGS),
        error=error,
        error_at=f"#outcome-{kept['id']}" if kept else "",
        closing_kept=kept,
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
    """Acknowledge a flag; what was typed stays on the page where the form is refused."""
    ledger = services_of(request).ledger
    closing = board.Closing(who.staff_id, outcome, note)
    try:
        with ledger.sessions.begin() as db:
            conversation_id = board.acknowledge(db, ledger, flag_id, closing)
    except InvalidInput as e:
        return _refused(request, who, flag_id, closing, back=back, why=str(e))
    to = "/risk" if back == "board" else f"/conversations/{conversation_id}"
    return see(to, done="acknowledged")


def _refused(
    request: Request, who: Who, flag_id: str, closing: board.Closing, *, back: str, why: str
) -> Response:
    kept = {"id": flag_id, "outcome": closing.outcome, "note": closing.note}
    if back == "board":
        return _board(request, who, "open", error=why, kept=kept)
    with reading(services_of(request).ledger.sessions) as db:
        conversation_id = db.get_one(Flag, flag_id).conversation_id
    return conversation.draw(
        request,
        conversation_id,
        who,
        status=422,
        error=why,
        error_at=f"#outcome-{flag_id}",
        kept=kept,
    )
