"""The register of words: what parents read, and who has approved exactly that."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from common.db import reading
from common.errors import InvalidInput
from common.ids import new_id
from console import audit, wording
from console.pages import page, see
from console.permissions import ROLE_NAMES, Permission, Who, require, services_of
from conversations import approvals
from conversations.tables import ChangeRequest

router = APIRouter(prefix="/words")
Reads = Annotated[Who, Depends(require(Permission.READ_WORDS))]
Language = Annotated[str, Query(max_length=16)]
_LONGEST = 2000


@router.get("")
def show(
    request: Request,
    _who: Reads,
    shown: Literal["waiting", "wanted", "approved", "due"] = "waiting",
    language: Language = approvals.ENGLISH,
) -> Response:
    """The register."""
    services = services_of(request)
    today = services.ledger.clock.now().date()
    with reading(services.ledger.sessions) as db:
        entries = wording.register(db, services.shelf, language)
    states = [entry.state(today) for entry in entries]
    return page(
        request,
        "words.html",
        here="words",
        rows=[one for one, state in zip(entries, states, strict=True) if state == shown],
        counts={state: states.count(state) for state in ("waiting", "wanted", "due", "approved")},
        shown=shown,
        language=language,
        languages=wording.languages(services.shelf),
    )


@router.get("/{content_id}")
def open_one(
    request: Request, content_id: str, who: Reads, language: Language = approvals.ENGLISH
) -> Response:
    """One text as parents read it."""
    return _draw(request, who, content_id, language)


def _draw(
    request: Request,
    who: Who,
    content_id: str,
    language: str,
    *,
    error: str = "",
    wanted: str = "",
) -> Response:
    services = services_of(request)
    with reading(services.ledger.sessions) as db:
        opened = wording.opened(db, services.shelf, content_id, language)
    return page(
        request,
        "words_one.html",
        status=422 if error else 200,
        here="words",
        opened=opened,
        told=opened.entry,
        state=opened.entry.state(services.ledger.clock.now().date()),
        may_approve=who.may(Permission.APPROVE_WORDS),
        error=error,
        error_at="#wanted",
        wanted=wanted,
    )


@router.post("/{content_id}/approve")
def approve(
    request: Request,
    content_id: str,
    who: Annotated[Who, Depends(require(Permission.APPROVE_WORDS))],
    language: Annotated[str, Form(max_length=16)] = approvals.ENGLISH,
    sha256: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Approve the words that stood on the page, and go on to the next that wait."""
    services = services_of(request)
    now = services.ledger.clock.now()
    with services.ledger.sessions.begin() as db:
        entry = wording.opened(db, services.shelf, content_id, language).entry
        if entry.sha256 != sha256:
            raise InvalidInput("The words changed meanwhile. Read them again.")
        role = ROLE_NAMES[who.role]
        approvals.approve(
            db, content_id, sha256, by=who.name, role=role, now=now, language=language
        )
        subject = ("words", f"{content_id}/{language}")
        audit.record(db, who.staff_id, action="words.approved", subject=subject, now=now)
        db.flush()
        left = wording.register(db, services.shelf, language)
    waiting = [one for one in left if one.state(now.date()) == wording.WAITING]
    waiting.sort(key=lambda one: not one.needed)
    if not waiting:
        return see(f"/words?language={language}", done="words_last")
    return see(f"/words/{waiting[0].id}?language={language}", done="words_next")


@router.post("/{content_id}/ask")
def ask_change(
    request: Request,
    content_id: str,
    who: Reads,
    language: Annotated[str, Form(max_length=16)] = approvals.ENGLISH,
    wanted: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Say what should be changed in these words."""
    services = services_of(request)
    text, now = wanted.strip(), services.ledger.clock.now()
    if not text or len(text) > _LONGEST:
        why = f"Say what should be changed, in under {_LONGEST} letters."
        return _draw(request, who, content_id, language, error=why, wanted=text)
    with services.ledger.sessions.begin() as db:
        entry = wording.opened(db, services.shelf, content_id, language).entry
        db.add(
            ChangeRequest(
                id=new_id(),
                content_id=content_id,
                language=language,
                sha256=entry.sha256,
                wanted=text,
                asked_by=who.name,
                role=ROLE_NAMES[who.role],
                asked_at=now,
            )
        )
        subject = ("words", f"{content_id}/{language}")
        audit.record(db, who.staff_id, action="words.change_wanted", subject=subject, now=now)
    return see(f"/words/{content_id}?language={language}", done="change_wanted")
