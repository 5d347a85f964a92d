"""The page that a manager can put before a board: pictures, a printable report, tables to take."""

import csv
import io
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import Response

from common.db import reading
from common.errors import InvalidInput, NotFound
from console import audit
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from insight import activity, charts, report
from insight.counting import Span
from insight.measures import STAGES
from insight.model import Chart, Report

router = APIRouter(prefix="/insight")
Reads = Annotated[Who, Depends(require(Permission.READ_INSIGHT))]
Enters = Annotated[Who, Depends(require(Permission.ENTER_ACTIVITY))]
Day = Annotated[str, Query(max_length=10)]

_USUAL = timedelta(days=365)
_LONGEST = timedelta(days=20 * 366)
_SHOWN = 50
_FILE_BYTES = 2_000_000
# A spreadsheet takes a cell that begins so for a formula. Source: OWASP, CSV injection.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _today(request: Request) -> date:
    services = services_of(request)
    return services.ledger.clock.now().astimezone(services.zone).date()


def _span(first: str, last: str, today: date) -> tuple[Span, str]:
    """The days asked for, and what was wrong with them; then the usual year is shown."""
    usual = Span(today - _USUAL, today)
    try:
        begin = date.fromisoformat(first) if first else usual.first
        end = date.fromisoformat(last) if last else usual.last
    except ValueError:
        return usual, "Choose two dates."
    if begin > end:
        return usual, "The first day has to be before the last."
    if end - begin > _LONGEST:
        return usual, "Choose 20 years at most."
    return Span(begin, min(end, today)) if begin <= today else usual, ""


def _report(request: Request, span: Span, *, publish: bool) -> Report:
    services = services_of(request)
    with reading(services.ledger.sessions) as db:
        return report.build(db, span, services.names(), publish=publish)


@router.get("")
def show(request: Request, who: Reads, first: Day = "", last: Day = "") -> Response:  # noqa: ARG001
    """The page, with every number as it is: for the team."""
    return _page(request, "insight.html", first, last, publish=False)


@router.get("/report")
def printable(request: Request, who: Reads, first: Day = "", last: Day = "") -> Response:  # noqa: ARG001
    """The same to print or to publish: small numbers are hidden."""
    return _page(request, "insight_report.html", first, last, publish=True)


def _page(request: Request, template: str, first: str, last: str, *, publish: bool) -> Response:
    span, wrong = _span(first, last, _today(request))
    made = _report(request, span, publish=publish)
    return page(
        request,
        template,
        status=422 if wrong else 200,
        here="insight",
        report=made,
        span=span,
        today=_today(request),
        draw=draw,
        timedelta=timedelta,
        error=wrong,
        error_at="#first",
    )


def draw(chart: Chart) -> str:
    """The picture of a chart, safe to stand in the page."""
    if chart.shape == "columns":
        return charts.columns(chart.id, chart.title, chart.labels, chart.series)
    return charts.bars(chart.id, chart.title, chart.labels, chart.series[0].numbers)


@router.get("/charts/{chart_id}.csv")
def table(
    request: Request,
    chart_id: str,
    who: Reads,  # noqa: ARG001
    first: Day = "",
    last: Day = "",
) -> Response:
    """The numbers of one picture, small ones hidden, as a file for a spreadsheet."""
    span, _ = _span(first, last, _today(request))
    chart = _report(request, span, publish=True).chart(chart_id)
    if chart is None:
        raise NotFound("There is no such picture.")
    name = f"{chart.id}-{span.first}-{span.last}.csv"
    return Response(
        csv_of(chart),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def csv_of(chart: Chart) -> str:
    """A line for each label; `hidden` stands for a number that is not shown."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["", *(_cell(one.name) for one in chart.series)])
    for n, label in enumerate(chart.labels):
        shown = ["hidden" if one.numbers[n] is None else one.numbers[n] for one in chart.series]
        writer.writerow([_cell(label), *shown])
    return "\ufeff" + out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


@router.get("/activity")
def entries(request: Request, who: Enters) -> Response:  # noqa: ARG001
    """The form for what no message shows, and the latest entries."""
    return _entries(request)


def _entries(
    request: Request,
    *,
    error: str = "",
    at: str = "",
    kept: dict[str, str] | None = None,
    taken: activity.Taken | None = None,
) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        rows = activity.latest(db, _SHOWN)
    return page(
        request,
        "activity.html",
        status=422 if error else 200,
        here="activity",
        rows=rows,
        kinds=activity.KINDS,
        professions={name: name for name in activity.PROFESSIONS},
        stages=STAGES,
        columns=activity.COLUMNS,
        today=_today(request),
        kept=kept or {},
        taken=taken,
        error=error,
        error_at=f"#{at}" if at else "",
    )


@router.post("/activity")
def enter(
    request: Request,
    who: Enters,
    kind: Annotated[str, Form(max_length=16)] = "",
    day: Annotated[str, Form(alias="date", max_length=10)] = "",
    number: Annotated[str, Form(max_length=8)] = "",
    profession: Annotated[str, Form(max_length=200)] = "",
    organisation: Annotated[str, Form(max_length=400)] = "",
    stage: Annotated[str, Form(max_length=16)] = "",
    note: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Write one entry down; what was typed stays on the page where it is refused."""
    given = {
        "kind": kind,
        "date": day,
        "number": number,
        "profession": profession,
        "organisation": organisation,
        "stage": stage,
        "note": note,
    }
    ledger = services_of(request).ledger
    try:
        entry = activity.entry_of(given, today=_today(request))
    except InvalidInput as e:
        return _entries(request, error=str(e), at=e.code, kept=given)
    now = ledger.clock.now()
    with ledger.sessions.begin() as db:
        activity.add(db, entry, now=now, by=who.staff_id)
    return see("/insight/activity", done="activity_entered")


@router.post("/activity/file")
async def take_file(request: Request, who: Enters, file: UploadFile) -> Response:
    """Take a file of past entries; every line that was refused is told of with its number."""
    data = await file.read(_FILE_BYTES + 1)
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    if len(data) > _FILE_BYTES:
        return _entries(request, error="The file is too large: 2 MB at most.", at="file")
    try:
        text = data.decode("utf-8")
        with ledger.sessions.begin() as db:
            taken = activity.take_file(
                db, text, now=now, today=_today(request), by=who.staff_id, source="file"
            )
            counts = f"{taken.added} added, {len(taken.refused)} refused"
            audit.record(
                db,
                who.staff_id,
                action="activity.file_taken",
                subject=("activity", "file"),
                now=now,
                detail=counts,
            )
    except UnicodeDecodeError:
        return _entries(request, error="Save the file as CSV UTF-8 and try again.", at="file")
    except InvalidInput as e:
        return _entries(request, error=str(e), at="file")
    return _entries(request, taken=taken)


@router.post("/activity/{activity_id}/take-back")
def take_back(request: Request, activity_id: str, who: Enters) -> Response:
    """Leave an entry out of the counts; it stays in the list, crossed out."""
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    with ledger.sessions.begin() as db:
        activity.take_back(db, activity_id, by=who.staff_id, now=now)
        audit.record(
            db,
            who.staff_id,
            action="activity.taken_back",
            subject=("activity", activity_id),
            now=now,
        )
    return see("/insight/activity", done="activity_taken_back")
