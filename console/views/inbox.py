"""The home page: the queue of conversations."""

import hashlib
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from common.db import reading
from console import inbox
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
) -> inbox.Filters:
    return inbox.Filters(channel or None, flagged or None, state or None)


Chosen = Annotated[inbox.Filters, Depends(_filters)]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


def _list(
    request: Request, who: Who, filters: inbox.Filters, number: int, template: str
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        rows = inbox.rows(db, filters, staff_id=who.staff_id, page=number)
        total = inbox.total(db, filters)
    chosen = {
        "channel": filters.channel,
        "flagged": filters.flagged,
        "state": filters.state,
    }
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
        query=urlencode({k: v for k, v in chosen.items() if v}),
    )


def inbox_channels(request: Request) -> list[str]:
    """The channels that are switched on."""
    return sorted(services_of(request).ledger.capabilities)


@router.get("/inbox")
def show(request: Request, who: Reads, filters: Chosen, page: PageNumber = 1) -> Response:
    """The queue."""
    return _list(request, who, filters, page, "inbox.html")


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
