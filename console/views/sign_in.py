"""Signing in and out, and the second step; the only pages that need no session."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from common.errors import InvalidInput, NotAllowed
from console import audit, sign_in, throttle
from console import staff as accounts
from console.pages import page
from console.permissions import (
    Anyone,
    NotSignedIn,
    Permission,
    Who,
    check_token,
    require,
    services_of,
)
from console.services import ConsoleServices
from console.sign_in import BROWSER_COOKIE, FORM_COOKIE, Attempt
from console.tables import Staff, StaffSession

router = APIRouter()
BROWSER_COOKIE_S = 180 * 24 * 3600
_WRONG = "The email address or password is wrong."


@router.get("/sign-in", dependencies=[Depends(Anyone("to sign in"))])
def show(request: Request) -> Response:
    """The sign-in page."""
    return _form(request)


@router.post("/sign-in", dependencies=[Depends(Anyone("to sign in"))])
async def submit(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Check the password, in the pool, and start a session."""
    services = services_of(request)
    await _check_form(request, services)
    attempt = Attempt(
        email=sign_in.normal_email(email),
        source=request.client.host if request.client else "",
        browser=request.cookies.get(BROWSER_COOKIE),
    )
    try:
        staff, pause = await run_in_threadpool(sign_in.admit, services, attempt)
    except throttle.TooSoon as e:
        minutes = max(1, round(e.wait_s / 60))
        text = f"Too many wrong passwords. Try again in {minutes} minute{'s'[: minutes > 1]}."
        return _form(request, email=email, error=text, status=429)
    if pause:
        await services.pause(pause)
    stored = staff.password_hash if staff is not None else None
    fits = await services.passwords.run(lambda: services.passwords.fits(password, stored))
    if staff is None or not fits:
        await run_in_threadpool(sign_in.refuse, services, attempt, staff)
        return _form(request, email=email, error=_WRONG, status=422)
    token = await run_in_threadpool(sign_in.let_in, services, attempt, staff)
    return _signed_in(services, staff, token)


def _signed_in(services: ConsoleServices, staff: Staff, token: str) -> Response:
    response = RedirectResponse("/sign-in/code" if staff.totp_sealed is not None else "/", 303)
    _set_session(response, services, token)
    response.set_cookie(
        BROWSER_COOKIE,
        sign_in.browser_cookie(services.ledger.keyring, staff.id),
        max_age=BROWSER_COOKIE_S,
        httponly=True,
        secure=services.secure,
        samesite="strict",
    )
    response.delete_cookie(FORM_COOKIE)
    return response


def _set_session(response: Response, services: ConsoleServices, token: str) -> None:
    response.set_cookie(
        sign_in.cookie_name(services),
        token,
        httponly=True,
        secure=services.secure,
        samesite="strict",
        path="/",
    )


def _form(request: Request, *, email: str = "", error: str = "", status: int = 200) -> Response:
    services = services_of(request)
    cookie = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
    token = services.ledger.keyring.blind_index("console/form", cookie)
    response = page(
        request, "sign_in.html", status=status, form_token=token, email=email, error=error
    )
    response.set_cookie(
        FORM_COOKIE, cookie, httponly=True, secure=services.secure, samesite="strict"
    )
    return response


async def _check_form(request: Request, services: ConsoleServices) -> None:
    cookie = request.cookies.get(FORM_COOKIE)
    if not cookie:
        raise NotAllowed("Your browser did not keep our cookie. Allow cookies and try again.")
    await check_token(request, services.ledger.keyring.blind_index("console/form", cookie))


@router.get("/sign-in/code", dependencies=[Depends(Anyone("the second step of signing in"))])
def show_code(request: Request) -> Response:
    """Ask for the code of the second step."""
    _, session = _half_signed_in(request)
    token = _code_token(request, session)
    return page(request, "sign_in_code.html", form_token=token)


@router.post("/sign-in/code", dependencies=[Depends(Anyone("the second step of signing in"))])
async def submit_code(request: Request, code: Annotated[str, Form()] = "") -> Response:
    """Check the code; a new session token makes the half-open one worthless."""
    services = services_of(request)
    staff, session = await run_in_threadpool(_half_signed_in, request)
    form_token = _code_token(request, session)
    await check_token(request, form_token)
    try:
        token = await run_in_threadpool(_verify, services, staff.id, session.id, code)
    except throttle.TooSoon:
        error, status = "Too many wrong codes. Wait a few minutes and try again.", 429
    except InvalidInput as e:
        error, status = str(e), 422
    else:
        response = RedirectResponse("/", 303)
        _set_session(response, services, token)
        return response
    return page(request, "sign_in_code.html", status=status, form_token=form_token, error=error)


def _half_signed_in(request: Request) -> tuple[Staff, StaffSession]:
    services = services_of(request)
    token = request.cookies.get(sign_in.cookie_name(services), "")
    found = sign_in.find(services.ledger.sessions, token, now=services.ledger.clock.now())
    if found is None or found[0].totp_sealed is None:
        raise NotSignedIn
    return found


def _code_token(request: Request, session: StaffSession) -> str:
    return services_of(request).ledger.keyring.blind_index("console/code", session.token_hash)


def _verify(services: ConsoleServices, staff_id: str, session_id: str, code: str) -> str:
    keyring, now = services.ledger.keyring, services.ledger.clock.now()
    # By session: somebody who knows the password cannot use up the owner's tries.
    bucket = keyring.blind_index("console/throttle", f"code/{session_id}")
    with services.ledger.sessions.begin() as db:
        failures, since = throttle.failures_of(db, bucket, now=now)
        wait = throttle.wait_s(failures, since_last_s=since)
        if wait > 0:
            raise throttle.TooSoon(wait)
        staff = db.get_one(Staff, staff_id, with_for_update=True)
        fits = accounts.check_code(staff, code, keyring=keyring, now=now)
        if fits:
            throttle.forgive(db, bucket)
            sign_in.end(db, session_id, now=now)
            return sign_in.start(db, staff, now=now, verified=True)
        throttle.count_failure(db, [bucket], now=now)
        subject = ("staff", staff_id)
        audit.record(db, staff_id, action="two_step.failed", subject=subject, now=now)
    raise InvalidInput("That code does not fit. Try the next one.", code="totp")


@router.post("/sign-out")
def sign_out(
    request: Request, who: Annotated[Who, Depends(require(Permission.OWN_ACCOUNT))]
) -> Response:
    """End the session on the server and forget the cookie."""
    services = services_of(request)
    now = services.ledger.clock.now()
    with services.ledger.sessions.begin() as db:
        sign_in.end(db, who.session_id, now=now)
        subject = ("staff", who.staff_id)
        audit.record(db, who.staff_id, action="sign_out.done", subject=subject, now=now)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(sign_in.cookie_name(services), secure=services.secure, httponly=True)
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response
