"""Erasing a parent at her wish: first what would go, then, once confirmed, gone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from common.db import reading
from console import erasing
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of

router = APIRouter(prefix="/conversations/{conversation_id}/erase")
Erases = Annotated[Who, Depends(require(Permission.ERASE))]


@router.get("")
def show(request: Request, conversation_id: str, _who: Erases) -> Response:
    """What would go."""
    return _draw(request, conversation_id)


def _draw(
    request: Request, conversation_id: str, *, error: str = "", status: int = 200
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        found = erasing.look(db, conversation_id)
    return page(
        request,
        "erase.html",
        here="inbox",
        status=status,
        conversation_id=conversation_id,
        found=found,
        error=error,
    )


@router.post("")
def erase(
    request: Request,
    conversation_id: str,
    who: Erases,
    sure: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Erase; there is no way back."""
    if sure != "yes":
        words = "Tick the box if you have made sure of who asks."
        return _draw(request, conversation_id, error=words, status=422)
    services = services_of(request)
    with services.ledger.sessions.begin() as db:
        erasing.erase(db, services, conversation_id, staff_id=who.staff_id)
    return see("/inbox", done="erased")
