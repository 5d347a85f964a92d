"""The directory: which services must be checked, and corrections that change answers at once."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from common.db import reading
from common.errors import InvalidInput
from console import audit, directory
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from signposting import corrections
from signposting.corrections import Asked
from signposting.numbers import BlockedNumbers

router = APIRouter(prefix="/directory")
Reads = Annotated[Who, Depends(require(Permission.READ_DIRECTORY))]
Corrects = Annotated[Who, Depends(require(Permission.CORRECT_DIRECTORY))]


@router.get("")
def show(
    request: Request,
    who: Reads,
    shown: Literal["check", "active", "closed"] = "check",
    words: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The list."""
    ledger = services_of(request).ledger
    today = ledger.clock.now().date()
    with reading(ledger.sessions) as db:
        found = directory.listed(db, shown, today=today, words=words, number=number)
        waiting = directory.to_check(db, today=today)
    return page(
        request,
        "directory.html",
        here="directory",
        found=found,
        shown=shown,
        searched=words,
        number=number,
        waiting=waiting,
        may_correct=who.may(Permission.CORRECT_DIRECTORY),
    )


@router.get("/{slug}")
def open_one(request: Request, slug: str, who: Reads) -> Response:
    """One service with its corrections."""
    return _draw(request, who, slug)


def _draw(
    request: Request,
    who: Who,
    slug: str,
    *,
    error: str = "",
    asked: Asked | None = None,
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        opened = directory.opened(db, slug)
    return page(
        request,
        "directory_one.html",
        status=422 if error else 200,
        here="directory",
        opened=opened,
        service=opened.service,
        details=(asked and asked.details) or corrections.details_of(opened.service),
        reason=asked.reason if asked else "",
        asked_kind=asked.kind if asked else "",
        may_correct=who.may(Permission.CORRECT_DIRECTORY),
        error=error,
        error_at=f"#reason-{asked.kind}" if asked else "",
    )


@router.post("/{slug}/right")
def still_right(
    request: Request,
    slug: str,
    who: Corrects,
    back: Annotated[Literal["list", "one"], Form()] = "one",
) -> Response:
    """All that is written of it was found to be right today."""
    asked = Asked(slug, corrections.CHECKED, who.staff_id)
    return _correct(request, who, asked, to="/directory" if back == "list" else None)


@router.post("/{slug}/close")
def close(
    request: Request,
    slug: str,
    who: Corrects,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """It has closed: no answer names it from now on."""
    return _correct(request, who, Asked(slug, corrections.CLOSED, who.staff_id, reason=reason))


@router.post("/{slug}/open")
def reopen(request: Request, slug: str, who: Corrects) -> Response:
    """It is open again."""
    return _correct(request, who, Asked(slug, corrections.OPEN, who.staff_id))


@router.post("/{slug}/change")
def change(  # noqa: PLR0913 (a form has as many fields as it has)
    request: Request,
    slug: str,
    who: Corrects,
    phone: Annotated[str, Form(max_length=2000)] = "",
    url: Annotated[str, Form(max_length=2000)] = "",
    email: Annotated[str, Form(max_length=2000)] = "",
    opening_hours: Annotated[str, Form(max_length=5000)] = "",
    application_process: Annotated[str, Form(max_length=5000)] = "",
    description: Annotated[str, Form(max_length=5000)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Other details, found to be right today."""
    details = {
        "phone": phone,
        "url": url,
        "email": email,
        "opening_hours": opening_hours,
        "application_process": application_process,
        "description": description,
    }
    asked = Asked(slug, corrections.CHANGED, who.staff_id, details, reason)
    return _correct(request, who, asked)


@router.post("/corrections/{correction_id}/take-back")
def take_back(request: Request, correction_id: str, who: Corrects) -> Response:
    """Take the newest correction of a service back."""
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    with ledger.sessions.begin() as db:
        slug = corrections.take_back(db, correction_id, by=who.staff_id, now=now)
        subject = ("service", slug)
        audit.record(db, who.staff_id, action="service.taken_back", subject=subject, now=now)
    return see(f"/directory/{slug}", done="correction_taken_back")


def _correct(request: Request, who: Who, asked: Asked, *, to: str | None = None) -> Response:
    services = services_of(request)
    now = services.ledger.clock.now()
    try:
        with services.ledger.sessions.begin() as db:
            corrections.correct(db, asked, now=now, blocked=BlockedNumbers(services.blocked))
            action, subject = f"service.{asked.kind}", ("service", asked.slug)
            audit.record(db, who.staff_id, action=action, subject=subject, now=now)
    except InvalidInput as e:
        return _draw(request, who, asked.slug, error=str(e), asked=asked)
    return see(to or f"/directory/{asked.slug}", done=f"service_{asked.kind}")
