"""The audit log, for those who answer for it; read only, as the log itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from common.db import reading
from console.pages import page
from console.permissions import Permission, Who, require, services_of
from console.tables import AuditEntry, Staff

router = APIRouter()
MOST = 100


@router.get("/audit")
def show(
    request: Request,
    who: Annotated[Who, Depends(require(Permission.READ_AUDIT))],
    staff: Annotated[str, Query(max_length=32)] = "",
    subject: Annotated[str, Query(max_length=64)] = "",
    page_number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1,
) -> Response:
    """Entries, the latest first, of one member of staff or about one row."""
    found = (
        select(AuditEntry, Staff.name)
        .outerjoin(Staff, Staff.id == AuditEntry.staff_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST + 1)
        .offset((page_number - 1) * MOST)
    )
    if staff:
        found = found.where(AuditEntry.staff_id == staff)
    if subject:
        found = found.where(AuditEntry.subject_id == subject.strip().lower())
    with reading(services_of(request).ledger.sessions) as db:
        entries = db.execute(found).all()
        people = db.execute(select(Staff.id, Staff.name).order_by(Staff.name)).all()
    return page(
        request,
        "audit.html",
        here="audit",
        entries=entries[:MOST],
        more=len(entries) > MOST,
        people=people,
        chosen=staff,
        subject=subject,
        number=page_number,
        may_open=who.may(Permission.READ_CONVERSATIONS),
    )
