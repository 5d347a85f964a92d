"""Accounts of staff, for administrators."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy import select

from common.db import reading
from common.errors import Conflict, InvalidInput, NotFound
from console import passwords
from console import staff as accounts
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.tables import Staff

router = APIRouter(prefix="/staff")
Manages = Annotated[Who, Depends(require(Permission.MANAGE_STAFF))]


@router.get("")
def show(request: Request, who: Manages) -> Response:
    """Everybody who may sign in."""
    return _draw(request, who)


def _draw(request: Request, who: Who, *, status: int = 200, **values: object) -> Response:
    with reading(services_of(request).ledger.sessions) as db:
        rows = db.scalars(select(Staff).order_by(Staff.disabled_at.is_not(None), Staff.name)).all()
    return page(
        request, "staff.html", status=status, here="staff", rows=rows, own=who.staff_id, **values
    )


@router.post("")
async def add(
    request: Request,
    who: Manages,
    email: Annotated[str, Form(max_length=254)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Add an account; its first password is shown once, on the answer to this form."""
    services = services_of(request)
    ledger, first = services.ledger, passwords.generate()

    def work() -> Response:
        new = accounts.NewStaff(email, name, role, first)
        try:
            with ledger.sessions.begin() as db:
                accounts.add(
                    db,
                    new,
                    keyring=ledger.keyring,
                    passwords=services.passwords,
                    now=ledger.clock.now(),
                    by=who.staff_id,
                )
        except (InvalidInput, Conflict) as e:
            typed = {"email": email, "name": name, "role": role}
            return _draw(request, who, status=422, error=str(e), typed=typed)
        return _draw(request, who, added=new)

    return await run_in_threadpool(work)


@router.post("/{staff_id}/reset")
async def reset(request: Request, who: Manages, staff_id: str) -> Response:
    """A first password again for somebody who lost theirs or their phone, shown once."""
    services = services_of(request)
    ledger, first = services.ledger, passwords.generate()
    hashed = await services.passwords.run(lambda: services.passwords.hash(first))

    def work() -> Response:
        with ledger.sessions.begin() as db:
            row = db.get(Staff, staff_id)
            if row is None:
                raise NotFound("There is no such account.")
            accounts.reset(db, row, hashed, now=ledger.clock.now(), by=who.staff_id)
            shown = accounts.NewStaff(row.email, row.name, row.role, first)
        return _draw(request, who, added=shown)

    return await run_in_threadpool(work)


@router.post("/{staff_id}/{change}")
def change(
    request: Request, who: Manages, staff_id: str, change: Literal["disable", "enable"]
) -> Response:
    """Shut an account, or open it again."""
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    with ledger.sessions.begin() as db:
        row = db.get(Staff, staff_id)
        if row is None:
            raise NotFound("There is no such account.")
        act = accounts.disable if change == "disable" else accounts.enable
        act(db, row, now=now, by=who.staff_id)
    return see("/staff", done="staff_changed")
