"""A member of staff's own account: password, two-step sign-in, sessions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import select

from common.db import reading
from common.errors import InvalidInput
from console import audit, sign_in, totp
from console import staff as accounts
from console.pages import page, see
from console.permissions import Permission, Who, require, services_of
from console.tables import Staff, StaffSession

router = APIRouter(prefix="/account")
Own = Annotated[Who, Depends(require(Permission.OWN_ACCOUNT))]


@router.get("")
def show(request: Request, who: Own) -> Response:
    """The account."""
    return _draw(request, who)


def _draw(request: Request, who: Who, *, error: str = "", status: int = 200) -> Response:
    services = services_of(request)
    now = services.ledger.clock.now()
    with reading(services.ledger.sessions) as db:
        staff = db.get_one(Staff, who.staff_id)
        sessions = db.scalars(
            select(StaffSession)
            .where(StaffSession.staff_id == who.staff_id, StaffSession.ended_at.is_(None))
            .order_by(StaffSession.last_seen_at.desc())
        ).all()
    alive = [s for s in sessions if sign_in.alive(s, now)]
    return page(
        request,
        "account.html",
        status=status,
        here="account",
        staff=staff,
        sessions=alive,
        error=error,
    )


@router.post("/password")
async def password(
    request: Request,
    who: Own,
    current: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
) -> Response:
    """Change the password; needs the present one."""
    services = services_of(request)
    hasher, ledger = services.passwords, services.ledger

    def stored() -> str:
        with reading(ledger.sessions) as db:
            return db.get_one(Staff, who.staff_id).password_hash

    def save(hashed: str) -> None:
        with ledger.sessions.begin() as db:
            staff = db.get_one(Staff, who.staff_id)
            now = ledger.clock.now()
            accounts.set_password(db, staff, hashed, now=now, keep=who.session_id)

    old = await run_in_threadpool(stored)
    try:
        hashed = await hasher.run(lambda: hasher.changed(current, new, stored=old))
    except InvalidInput as e:
        error = str(e)
        return await run_in_threadpool(lambda: _draw(request, who, error=error, status=422))
    await run_in_threadpool(save, hashed)
    return see("/account", done="password")


@router.post("/sessions/end-others")
def end_others(request: Request, who: Own) -> Response:
    """End every other session of theirs."""
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    with ledger.sessions.begin() as db:
        sign_in.end_all(db, who.staff_id, now=now, but=who.session_id)
        subject = ("staff", who.staff_id)
        audit.record(db, who.staff_id, action="sessions.ended", subject=subject, now=now)
    return see("/account", done="sessions")


@router.get("/two-step")
def two_step(request: Request, who: Own) -> Response:
    """The QR code to set two-step sign-in up."""
    return _draw_two_step(request, who)


def _draw_two_step(request: Request, who: Who, *, error: str = "", status: int = 200) -> Response:
    services = services_of(request)
    with reading(services.ledger.sessions) as db:
        staff = db.get_one(Staff, who.staff_id)
    if staff.totp_sealed is not None:
        return see("/account")
    secret = accounts.offered_secret(services.ledger.keyring, staff, who.session_id)
    address = totp.uri(secret, account=staff.email, issuer=services.service_name)
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return page(
        request,
        "two_step.html",
        status=status,
        here="account",
        qr=Markup(totp.qr_svg(address)),  # noqa: S704 (made here, of numbers and our own words)
        secret=groups,
        error=error,
    )


@router.post("/two-step")
def enrol(request: Request, who: Own, code: Annotated[str, Form(max_length=16)] = "") -> Response:
    """Switch it on once a code fits; this session counts as verified."""
    ledger = services_of(request).ledger
    now = ledger.clock.now()
    try:
        with ledger.sessions.begin() as db:
            staff = db.get_one(Staff, who.staff_id, with_for_update=True)
            if staff.totp_sealed is None:
                secret = accounts.offered_secret(ledger.keyring, staff, who.session_id)
                accounts.enrol(db, staff, secret, code, keyring=ledger.keyring, now=now)
                db.get_one(StaffSession, who.session_id).verified_at = now
                sign_in.end_all(db, staff.id, now=now, but=who.session_id)
    except InvalidInput as e:
        return _draw_two_step(request, who, error=str(e), status=422)
    return see("/account", done="two_step")
