"""The referral worklist and one referral."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from common.db import reading
from console import referral_reading as read_model
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.reading import Reader
from console.referral_work import MESSAGES, Attempt, Desk, Move
from referrals.service import OUTCOMES, ROUTES

router = APIRouter(prefix="/referrals")
Reads = Annotated[Who, Depends(require(Permission.READ_REFERRALS))]
Works = Annotated[Who, Depends(require(Permission.WORK_REFERRALS))]


@router.get("")
def worklist(
    request: Request, who: Reads, shown: Literal["open", "mine", "closed"] = "open"
) -> Response:
    """The worklist, overdue first."""
    services = services_of(request)
    with reading(services.ledger.sessions) as db:
        rows = read_model.worklist(
            db, shown=shown, staff_id=who.staff_id, now=services.ledger.clock.now()
        )
    return page(request, "referrals.html", here="referrals", rows=rows, shown=shown)


@router.get("/{referral_id}")
def show(request: Request, referral_id: str, who: Reads) -> Response:
    """One referral; opening it is in the audit log."""
    services = services_of(request)
    ledger = services.ledger
    reader = Reader(who.staff_id, ledger.keyring, ledger.clock.now())
    with ledger.sessions.begin() as db:
        opened = read_model.open_referral(db, referral_id, reader, zone=services.zone)
    return page(
        request,
        "referral.html",
        here="referrals",
        opened=opened,
        referral=opened.referral,
        may_work=who.may(Permission.WORK_REFERRALS) and not opened.erased,
        routes=[route for route in ROUTES if route not in opened.unsafe],
        outcomes=[
            outcome
            for outcome in OUTCOMES
            if outcome != "voicemail_left" or "voicemail" not in opened.unsafe
        ],
        announced=[event for event in opened.allowed if event in MESSAGES],
    )


@router.post("/{referral_id}/move")
def move(
    request: Request,
    referral_id: str,
    who: Works,
    version: Annotated[int, Form(ge=1)],
    event: Annotated[str, Form(max_length=32)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
    tell: Annotated[Literal["", "yes"], Form()] = "",
) -> Response:
    """Move it on to another state."""
    asked = Move(event, reason, tell == "yes", version)
    return _do(request, referral_id, who, lambda db, desk: desk.move(db, referral_id, asked))


@router.post("/{referral_id}/attempt")
def attempt(
    request: Request,
    referral_id: str,
    who: Works,
    route: Annotated[str, Form(max_length=16)] = "",
    outcome: Annotated[str, Form(max_length=24)] = "",
    note: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Log a try to reach the family."""
    tried = Attempt(route, outcome, note)
    return _do(
        request, referral_id, who, lambda db, desk: desk.log_attempt(db, referral_id, tried)
    )


@router.post("/{referral_id}/take")
def take(request: Request, referral_id: str, who: Works) -> Response:
    """Become its owner."""
    return _do(request, referral_id, who, lambda db, desk: desk.take(db, referral_id))


@router.post("/{referral_id}/copied")
def copied(request: Request, referral_id: str, who: Works) -> Response:
    """Tick that it was copied to the clinical record."""
    return _do(request, referral_id, who, lambda db, desk: desk.mark_copied(db, referral_id))


def _do(
    request: Request, referral_id: str, who: Who, work: Callable[[Session, Desk], None]
) -> Response:
    ledger = services_of(request).ledger
    with ledger.sessions.begin() as db:
        work(db, Desk(ledger, who.staff_id))
    ledger.signals.work_came("send")
    return see(f"/referrals/{referral_id}", done="referral_changed")
