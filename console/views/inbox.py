"""The home page: the queue of conversations."""

import hashlib
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from common.db import reading
from common.errors import InvalidInput, NotFound
from console import bulk, finding, inbox
from console.pages import not_modified, page, see, unchanged
from console.permissions import ROLES, Permission, Who, require, services_of

router = APIRouter()
Reads = Annotated[Who, Depends(require(Permission.READ_CONVERSATIONS))]


@router.get("/")
def home(
    request: Request, who: Annotated[Who, Depends(require(Permission.OWN_ACCOUNT))]
) -> Response:
    """Send everybody to the first page that their role opens."""
    reads = Permission.READ_CONVERSATIONS in ROLES[who.role]
    done = request.query_params.get("done")
    return see("/inbox" if reads else "/audit", done=done)


def _filters(
    channel: Annotated[str, Query(max_length=16)] = "",
    flagged: Annotated[str, Query(max_length=16)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
    language: Annotated[str, Query(max_length=16)] = "",
    stage: Annotated[str, Query(max_length=16)] = "",
    topic: Annotated[str, Query(max_length=64)] = "",
    answer: Annotated[str, Query(max_length=16)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> inbox.Filters:
    return inbox.Filters(
        channel=channel or None,
        flagged=flagged or None,
        state=state or None,
        language=language or None,
        stage=stage or None,
        topic=topic or None,
        answer=answer or None,
        since=_day(since),
        until=_day(until),
    )


def _day(text: str) -> date | None:
    """A day, or none where it is not one: an odd filter is as no filter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


Chosen = Annotated[inbox.Filters, Depends(_filters)]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


def _list(
    request: Request,
    who: Who,
    filters: inbox.Filters,
    number: int,
    template: str,
    *,
    error: str = "",
    status: int = 200,
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        rows = inbox.rows(db, filters, staff_id=who.staff_id, page=number)
        total = inbox.total(db, filters)
    chosen = {name: value for name, value in vars(filters).items() if value}
    return page(
        request,
        template,
        here="inbox",
        rows=rows,
        total=total,
        filters=filters,
        channels=inbox_channels(request),
        states=inbox.STATES,
        flagged=inbox.FLAGGED,
        number=number,
        pages=max(1, -(-total // inbox.PAGE)),
        query=urlencode(chosen),
        more=bool(set(chosen) - {"channel", "flagged", "state"}),
        answers=inbox.ANSWERS,
        error=error,
        error_at="#find" if error else "",
        status=status,
    )


def inbox_channels(request: Request) -> list[str]:
    """The channels that are switched on."""
    return sorted(services_of(request).ledger.capabilities)


@router.get("/inbox")
def show(request: Request, who: Reads, filters: Chosen, page: PageNumber = 1) -> Response:
    """The queue."""
    return _list(request, who, filters, page, "inbox.html")


@router.post("/inbox/find")
def find(request: Request, who: Reads, what: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Go to what a number, a reference or the end of an id names."""
    ledger = services_of(request).ledger
    try:
        with reading(ledger.sessions) as db:
            return see(finding.find(db, ledger.keyring, what))
    except (InvalidInput, NotFound) as e:
        return _list(request, who, inbox.Filters(), 1, "inbox.html", error=str(e), status=422)


@router.post("/inbox/reviewed")
def reviewed(
    request: Request,
    who: Annotated[Who, Depends(require(Permission.REVIEW))],
    ticked: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Mark what was ticked as reviewed; what changed meanwhile or is flagged is left."""
    ledger = services_of(request).ledger
    try:
        chosen = bulk.ticked(ticked or [])
    except InvalidInput as e:
        return _list(request, who, inbox.Filters(), 1, "inbox.html", error=str(e), status=422)
    with ledger.sessions.begin() as db:
        marked = bulk.mark_reviewed(db, chosen, staff_id=who.staff_id, now=ledger.clock.now())
    return see("/inbox", done="bulk_reviewed" if not marked.left else "bulk_some")


@router.get("/inbox/list")
def news(request: Request, who: Reads, filters: Chosen, page: PageNumber = 1) -> Response:
    """The list alone, for the page that asks for news."""
    response = _list(request, who, filters, page, "parts/inbox_list.html")
    version = hashlib.sha256(response.body).hexdigest()[:24]
    if unchanged(request, version):
        return not_modified(version)
    response.headers["etag"] = f'"{version}"'
    return response


@router.get("/inbox/next")
def next_one(
    request: Request, who: Reads, after: Annotated[str, Query(max_length=32)] = ""
) -> Response:
    """Go to the next conversation that nobody has reviewed."""
    with reading(services_of(request).ledger.sessions) as db:
        found = inbox.next_after(db, after, staff_id=who.staff_id)
    if found is None:
        return see("/inbox")
    return RedirectResponse(f"/conversations/{found}", 303)
