"""The forms by which staff set the loss of a baby and take it back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from console import loss
from console.pages import see
from console.permissions import Permission, Who, require, services_of
from console.takeover import By

router = APIRouter(prefix="/conversations/{conversation_id}/loss")
Sets = Annotated[Who, Depends(require(Permission.SET_LOSS))]


@router.post("")
def tell(
    request: Request,
    conversation_id: str,
    who: Sets,
    lives: Annotated[Literal["", "yes"], Form()] = "",
) -> Response:
    """Set it; `lives` says that another baby lives."""
    ledger = services_of(request).ledger
    by = By(who.staff_id, ledger.clock.now())
    with ledger.sessions.begin() as db:
        loss.tell(db, ledger, conversation_id, by, surviving=lives == "yes")
    return see(f"/conversations/{conversation_id}", done="loss_set")


@router.post("/undo")
def undo(request: Request, conversation_id: str, who: Sets) -> Response:
    """Take it back."""
    ledger = services_of(request).ledger
    with ledger.sessions.begin() as db:
        loss.undo(db, conversation_id, By(who.staff_id, ledger.clock.now()))
    return see(f"/conversations/{conversation_id}", done="loss_undone")
