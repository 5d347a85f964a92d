"""One conversation: read it, take it over, write, note, review."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from common.db import reading
from common.errors import InvalidInput
from common.ids import new_id
from console import audit, inbox, ready_made, takeover
from console import reading as read_model
from console.notes import add_note
from console.pages import not_modified, page, see, unchanged
from console.permissions import Permission, Who, require, services_of
from console.services import ConsoleServices
from conversations import people

router = APIRouter(prefix="/conversations/{conversation_id}")
Reads = Annotated[Who, Depends(require(Permission.READ_CONVERSATIONS))]
Replies = Annotated[Who, Depends(require(Permission.REPLY))]


@router.get("")
def show(
    request: Request,
    conversation_id: str,
    who: Reads,
    before: Annotated[int | None, Query(ge=2)] = None,
) -> Response:
    """The conversation; opening it is in the audit log."""
    return draw(request, conversation_id, who, before=before)


def draw(
    request: Request,
    conversation_id: str,
    who: Who,
    *,
    before: int | None = None,
    template: str = "conversation.html",
    action: str = "conversation.opened",
    status: int = 200,
    error: str = "",
    error_at: str = "",
    draft: str = "",
    kept: Mapping[str, str] | None = None,
) -> Response:
    """The page of a conversation; `draft` and `kept` are what was typed before a refusal."""
    services = services_of(request)
    ledger = services.ledger
    reader = read_model.Reader(who.staff_id, ledger.keyring, ledger.clock.now(), action)
    with ledger.sessions.begin() as db:
        opened = read_model.open_conversation(db, conversation_id, reader, before=before)
        version = read_model.version(db, conversation_id)
        ready = ready_made.offered(db, services, opened.conversation)
    row = opened.conversation
    response = page(
        request,
        template,
        status=status,
        here="inbox",
        opened=opened,
        row=row,
        before=before,
        capabilities=ledger.capabilities.get(row.channel),
        most=takeover.MOST_WORDS,
        reach=_reach(request, row.last_inbound_at, row.channel, row.route),
        form_id=new_id(),
        error=error,
        error_at=error_at,
        draft=draft,
        ready=ready,
        ready_only=who.role in services.ready_only,
        closing_kept=kept,
    )
    response.headers["etag"] = f'"{version}"'
    return response


def _reach(request: Request, last: datetime | None, channel: str, route: str) -> str:
    """How the parent can be reached now: `closed`, `window`, `returns` or `open`."""
    services = services_of(request)
    can = services.ledger.capabilities.get(channel)
    if route != "open" or can is None:
        return "closed"
    silent_s = (services.ledger.clock.now() - last).total_seconds() if last else None
    if can.reply_window_s is not None and (silent_s is None or silent_s > can.reply_window_s):
        return "window"
    if can.pulled and (silent_s is None or silent_s > takeover.PRESENT_FOR.total_seconds()):
        return "returns"
    return "open"


@router.get("/messages")
def news(request: Request, conversation_id: str, who: Reads) -> Response:
    """The messages alone, for the page that asks for news; what is new is audited as well."""
    with reading(services_of(request).ledger.sessions) as db:
        version = read_model.version(db, conversation_id)
    if unchanged(request, version):
        return not_modified(version)
    return draw(
        request,
        conversation_id,
        who,
        template="parts/conversation_live.html",
        action="conversation.read_on",
    )


@router.post("/take-over")
def take_over(
    request: Request,
    conversation_id: str,
    who: Replies,
    seen_holder: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Hold the conversation."""
    ledger = services_of(request).ledger
    by = takeover.By(who.staff_id, ledger.clock.now())
    with ledger.sessions.begin() as db:
        takeover.take_over(db, ledger, conversation_id, by, seen_holder=seen_holder or None)
    _woken(request, conversation_id)
    return see(f"/conversations/{conversation_id}", done="taken", at="reply")


@router.post("/hand-back")
def hand_back(request: Request, conversation_id: str, who: Replies) -> Response:
    """Give it back to the assistant."""
    ledger = services_of(request).ledger
    by = takeover.By(who.staff_id, ledger.clock.now())
    with ledger.sessions.begin() as db:
        takeover.hand_back(db, ledger, conversation_id, by)
    _woken(request, conversation_id)
    return see(f"/conversations/{conversation_id}", done="handed_back")


@router.post("/reply")
def reply(
    request: Request,
    conversation_id: str,
    who: Replies,
    text: Annotated[str, Form()] = "",
    form_id: Annotated[str, Form(max_length=32)] = "",
    ready: Annotated[str, Form(max_length=96)] = "",
) -> Response:
    """Say something to the parent."""
    services = services_of(request)
    ledger = services.ledger
    by = takeover.By(who.staff_id, ledger.clock.now())
    try:
        with ledger.sessions.begin() as db:
            _choice(db, services, who, conversation_id, text=text, ready=ready)
            takeover.reply(db, ledger, conversation_id, text, by, form_id=form_id, ready=ready)
    except InvalidInput as e:
        return draw(request, conversation_id, who, status=422, error=str(e), draft=text)
    _woken(request, conversation_id)
    return see(f"/conversations/{conversation_id}", done="replied", at="reply")


def _choice(
    db: Session,
    services: ConsoleServices,
    who: Who,
    conversation_id: str,
    *,
    text: str,
    ready: str,
) -> None:
    if ready and text.strip():
        raise InvalidInput("Send a ready-made reply or your own words, not both.")
    if ready:
        row = people.lock(db, conversation_id)
        ready_made.check(db, services, row, ready)
    elif who.role in services.ready_only:
        raise InvalidInput("Your role sends ready-made replies only. Choose one.")


def _woken(request: Request, conversation_id: str) -> None:
    signals = services_of(request).ledger.signals
    signals.work_came("send")
    signals.spoke(conversation_id)


@router.post("/notes")
def note(
    request: Request,
    conversation_id: str,
    who: Annotated[Who, Depends(require(Permission.WRITE_NOTES))],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Add a note for colleagues; the parent never sees it."""
    ledger = services_of(request).ledger
    try:
        with ledger.sessions.begin() as db:
            add_note(db, ledger, conversation_id, text, by=who.staff_id)
    except InvalidInput as e:
        return draw(request, conversation_id, who, status=422, error=str(e))
    return see(f"/conversations/{conversation_id}", done="noted", at="notes")


@router.post("/reviewed")
def reviewed(
    request: Request,
    conversation_id: str,
    who: Annotated[Who, Depends(require(Permission.REVIEW))],
    seen_seq: Annotated[int, Form(ge=0)],
) -> Response:
    """Mark as reviewed what stood on the page, and go on to the next in the queue."""
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    with ledger.sessions.begin() as db:
        row = people.lock(db, conversation_id)
        if row.next_seq - 1 > seen_seq:
            raise InvalidInput("The parent has written since. Read the new messages first.")
        row.reviewed_at = now
        subject = ("conversation", conversation_id)
        audit.record(db, who.staff_id, action="conversation.reviewed", subject=subject, now=now)
    with reading(ledger.sessions) as db:
        following = inbox.next_after(db, conversation_id, staff_id=who.staff_id)
    if following is None:
        return see("/inbox", done="queue_empty")
    return see(f"/conversations/{following}", done="reviewed")
