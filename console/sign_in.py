"""Signing in and out: server-side sessions with an idle and an absolute end; draws no page."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from common.crypto import Keyring, same
from common.db import Sessions, reading
from common.ids import new_id
from console import audit, throttle
from console.services import ConsoleServices
from console.tables import Staff, StaffSession

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
# Writing at every request would put every page behind the database's write lock.
TOUCH_AFTER: Final = timedelta(minutes=1)
BROWSER_COOKIE: Final = "console_browser"
FORM_COOKIE: Final = "console_form"


@dataclass(frozen=True)
class Attempt:
    """One try to sign in.

    Attributes:
        source: where it came from, as the server saw it; only its keyed fingerprint is kept.
        browser: the cookie that a browser got when somebody last signed in on it.
    """

    email: str
    source: str
    browser: str | None


def cookie_name(services: ConsoleServices) -> str:
    """The session cookie; with https the prefix makes browsers refuse it for other hosts."""
    return "__Host-console" if services.secure else "console"


def token_hash(token: str) -> str:
    """The fingerprint under which a session is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(
    sessions: Sessions, token: str, *, now: datetime, touch: bool = True
) -> tuple[Staff, StaffSession] | None:
    """The living session of a token and whose it is; None where it ended, idled or never was.

    Args:
        sessions: the database.
        token: from the cookie.
        now: aware UTC.
        touch: False for a page that asks for news by itself: that is not a person's activity.
    """
    if not token:
        return None
    with reading(sessions) as db:
        row = db.scalar(select(StaffSession).where(StaffSession.token_hash == token_hash(token)))
        staff = db.get(Staff, row.staff_id) if row is not None else None
    if row is None or staff is None or staff.disabled_at is not None or not alive(row, now):
        return None
    if touch and now - row.last_seen_at > TOUCH_AFTER:
        with sessions.begin() as db:
            db.execute(
                update(StaffSession).where(StaffSession.id == row.id).values(last_seen_at=now)
            )
    return staff, row


def alive(row: StaffSession, now: datetime) -> bool:
    """Whether a session still counts."""
    return row.ended_at is None and now < row.expires_at and now - row.last_seen_at < IDLE


def start(db: Session, staff: Staff, *, now: datetime, verified: bool) -> str:
    """A new session; returns its token, which is kept nowhere else than in the cookie."""
    token = secrets.token_urlsafe(32)
    db.add(
        StaffSession(
            id=new_id(),
            token_hash=token_hash(token),
            staff_id=staff.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            verified_at=now if verified else None,
        )
    )
    return token


def end(db: Session, session_id: str, *, now: datetime) -> None:
    """End one session."""
    db.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(db: Session, staff_id: str, *, now: datetime, but: str | None = None) -> None:
    """End every session of a member of staff, save the one they sit at."""
    db.execute(
        update(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.id != (but or ""),
        )
        .values(ended_at=now)
    )


def browser_cookie(keyring: Keyring, staff_id: str) -> str:
    """A mark for a browser on which somebody signed in: says nothing, proves only that."""
    nonce = secrets.token_hex(8)
    return f"{nonce}.{keyring.blind_index('console/browser', f'{staff_id}/{nonce}')}"


def _own_bucket(keyring: Keyring, attempt: Attempt, staff: Staff | None) -> str:
    nonce, _, proof = (attempt.browser or "").partition(".")
    if staff is not None and proof:
        expected = keyring.blind_index("console/browser", f"{staff.id}/{nonce}")
        if same(proof, expected):
            return keyring.blind_index("console/throttle", f"browser/{staff.id}/{nonce}")
    return keyring.blind_index("console/throttle", f"pair/{attempt.email}/{attempt.source}")


def _wide_buckets(keyring: Keyring, attempt: Attempt) -> list[str]:
    return [
        keyring.blind_index("console/throttle", f"account/{attempt.email}"),
        keyring.blind_index("console/throttle", f"source/{attempt.source}"),
    ]


def account(db: Session, email: str) -> Staff | None:
    """The enabled member of staff with this e-mail address."""
    staff = db.scalar(select(Staff).where(Staff.email == normal_email(email)))
    return staff if staff is not None and staff.disabled_at is None else None


def normal_email(email: str) -> str:
    """An e-mail address as it is kept: no spaces around it, lower case."""
    return email.strip().lower()[:254]


def admit(services: ConsoleServices, attempt: Attempt) -> tuple[Staff | None, float]:
    """Whose password it would be, and how many seconds the attempt is slowed.

    Raises:
        TooSoon: this browser or source failed too often for this account; says how long to wait.
    """
    keyring, now = services.ledger.keyring, services.ledger.clock.now()
    with reading(services.ledger.sessions) as db:
        staff = account(db, attempt.email)
        own = _own_bucket(keyring, attempt, staff)
        failures, since = throttle.failures_of(db, own, now=now)
        wide = [
            throttle.failures_of(db, bucket, now=now)[0]
            for bucket in _wide_buckets(keyring, attempt)
        ]
    wait = throttle.wait_s(failures, since_last_s=since)
    if wait > 0:
        raise throttle.TooSoon(wait)
    return staff, throttle.pause_s(max(wide))


def refuse(services: ConsoleServices, attempt: Attempt, staff: Staff | None) -> None:
    """Count a failure and write it to the audit log where there is such an account."""
    keyring, now = services.ledger.keyring, services.ledger.clock.now()
    buckets = [_own_bucket(keyring, attempt, staff), *_wide_buckets(keyring, attempt)]
    with services.ledger.sessions.begin() as db:
        throttle.count_failure(db, buckets, now=now)
        if staff is not None:
            audit.record(db, None, action="sign_in.failed", subject=("staff", staff.id), now=now)


def let_in(services: ConsoleServices, attempt: Attempt, staff: Staff) -> str:
    """Start the session after the right password; returns its token.

    It opens nothing yet where two-step sign-in is set up.
    """
    keyring, now = services.ledger.keyring, services.ledger.clock.now()
    with services.ledger.sessions.begin() as db:
        throttle.forgive(db, _own_bucket(keyring, attempt, staff))
        token = start(db, staff, now=now, verified=False)
        audit.record(
            db, staff.id, action="sign_in.succeeded", subject=("staff", staff.id), now=now
        )
    return token
