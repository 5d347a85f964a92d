"""The safety review: what the screen flagged or missed, marked by staff and taken out."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from common.errors import InvalidInput
from common.ids import new_id
from console import audit, examples, marks, review
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.reading import Reader
from console.words import FLAG_OUTCOMES, MARKS

router = APIRouter(prefix="/review")
Reads = Annotated[Who, Depends(require(Permission.READ_FLAGS))]
Marks = Annotated[Who, Depends(require(Permission.ACKNOWLEDGE_FLAGS))]
Exports = Annotated[Who, Depends(require(Permission.EXPORT_EXAMPLES))]
OUTCOMES = {review.OPEN: "Not acknowledged", **FLAG_OUTCOMES}
MARKED = {review.UNMARKED: "Not marked", **MARKS}


def _filters(
    cls: Annotated[str, Query(max_length=24)] = "",
    tier: Annotated[str, Query(max_length=8)] = "",
    outcome: Annotated[str, Query(max_length=32)] = "",
    mark: Annotated[str, Query(max_length=16)] = "",
) -> review.Filters:
    return review.Filters(cls, tier, outcome, mark)


Chosen = Annotated[review.Filters, Depends(_filters)]


@router.get("")
def show(
    request: Request,
    who: Reads,
    filters: Chosen,
    page_number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1,
) -> Response:
    """The list; whose words it shows is in the audit log."""
    ledger = services_of(request).ledger
    with ledger.sessions.begin() as db:
        rows = review.rows(db, filters, _reader(request, who), page=page_number)
        total = review.total(db, filters)
        counts = review.counts(db)
    return page(
        request,
        "review.html",
        here="review",
        rows=rows,
        total=total,
        counts=counts,
        filters=filters,
        outcomes=OUTCOMES,
        marked=MARKED,
        number=page_number,
        pages=max(1, -(-total // review.PAGE)),
        query=urlencode({key: word for key, word in asdict(filters).items() if word}),
        back="",
        may_mark=who.may(Permission.ACKNOWLEDGE_FLAGS),
    )


@router.get("/{inbound_id}")
def show_one(request: Request, inbound_id: str, who: Marks) -> Response:
    """One message, to be marked; reached from its place in the conversation."""
    return _draw_one(request, inbound_id, who)


@router.post("/export")
def export(request: Request, who: Exports) -> Response:
    """Every marked message as a labelled example, a JSON object a line."""
    ledger = services_of(request).ledger
    with ledger.sessions.begin() as db:
        lines = examples.lines(db, ledger.keyring)
        audit.record(
            db,
            who.staff_id,
            action="examples.exported",
            subject=("export", new_id()),
            now=ledger.clock.now(),
            detail=f"{len(lines)} examples",
        )
    name = f"safety-review-{ledger.clock.now():%Y-%m-%d}.jsonl"
    return Response(
        "".join(f"{line}\n" for line in lines),
        media_type="application/x-ndjson; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.post("/{inbound_id}/mark")
def mark(
    request: Request,
    inbound_id: str,
    who: Marks,
    chosen: Annotated[str, Form(max_length=16, alias="mark")] = "",
    cls: Annotated[str, Form(max_length=24)] = "",
    tier: Annotated[str, Form(max_length=8)] = "",
    back: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Mark a message, or take its mark back."""
    ledger = services_of(request).ledger
    marking = marks.Marking(who.staff_id, chosen, cls, tier)
    try:
        with ledger.sessions.begin() as db:
            conversation_id = marks.put(db, ledger, inbound_id, marking)
    except InvalidInput as e:
        return _draw_one(request, inbound_id, who, error=str(e), marking=marking, back=back)
    done = "mark_taken_back" if chosen == marks.TAKE_BACK else "marked"
    if back == "conversation":
        return see(f"/conversations/{conversation_id}", done=done, at=f"understood-{inbound_id}")
    return see(f"/review?{_known(back)}done={done}")


def _known(back: str) -> str:
    """The filters named in a query of ours, to go back to; anything else is left out."""
    names = (*review.Filters.__dataclass_fields__, "page")
    kept = [(key, word) for key, word in parse_qsl(back) if key in names]
    return f"{urlencode(kept)}&" if kept else ""


def _reader(request: Request, who: Who) -> Reader:
    ledger = services_of(request).ledger
    return Reader(who.staff_id, ledger.keyring, ledger.clock.now(), "conversation.read_in_review")


def _draw_one(
    request: Request,
    inbound_id: str,
    who: Who,
    *,
    error: str = "",
    marking: marks.Marking | None = None,
    back: str = "conversation",
) -> Response:
    with services_of(request).ledger.sessions.begin() as db:
        row = review.one(db, inbound_id, _reader(request, who))
    return page(
        request,
        "review_one.html",
        status=422 if error else 200,
        here="review",
        row=row,
        error=error,
        error_at=f"#class-{inbound_id}",
        marking=marking,
        back=back,
        may_mark=True,
    )
