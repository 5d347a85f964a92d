"""Keeps the accounts of staff: add, disable, set a password, two-step sign-in; draws no page."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Keyring
from common.errors import Conflict, InvalidInput
from common.ids import new_id
from console import audit, sign_in, totp
from console.passwords import Passwords, generate
from console.permissions import Role
from console.tables import Staff

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DEMO_EMAIL: Final = "demo.worker@example.org"


@dataclass(frozen=True)
class Credentials:
    """What somebody needs to sign in; the password is kept nowhere in this form."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class NewStaff:
    """Somebody to be added."""

    email: str
    name: str
    role: str
    password: str = field(repr=False)
    first: bool = True
    """Whether somebody else knows the password, so that they must choose another."""


def add(
    session: Session,
    new: NewStaff,
    *,
    keyring: Keyring,
    passwords: Passwords,
    now: datetime,
    by: str | None = None,
) -> Staff:
    """Add a member of staff.

    Args:
        session: the caller's transaction; hashing takes tens of milliseconds within it.
        new: who; the password must have at least 12 characters.
        keyring: wraps the key that seals their two-step secret.
        passwords: the hasher.
        now: aware UTC.
        by: the member of staff who adds them; None for the command line.

    Raises:
        InvalidInput: e-mail address, name, role or password will not do; says why.
        Conflict: somebody with that address is there already.
    """
    email, name = sign_in.normal_email(new.email), new.name.strip()
    if not _EMAIL.fullmatch(email):
        raise InvalidInput("Enter an email address, like name@example.org.", code="email")
    if not 1 <= len(name) <= 120:
        raise InvalidInput("Enter a name of at most 120 characters.", code="name")
    if new.role not in set(Role):
        raise InvalidInput(f"The role must be one of {', '.join(Role)}.", code="role")
    if session.scalar(select(Staff.id).where(Staff.email == email)) is not None:
        raise Conflict(f"There is already an account for {email}.")
    row = Staff(
        id=new_id(),
        email=email,
        name=name,
        role=new.role,
        password_hash=passwords.hash(new.password),
        first_password=new.first,
        wrapped_key=keyring.new_wrapped_key(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, by, action="staff.added", subject=("staff", row.id), now=now)
    return row


def set_password(
    session: Session, staff: Staff, password_hash: str, *, now: datetime, keep: str | None = None
) -> None:
    """Change a password; ends every other session of theirs."""
    staff.password_hash, staff.first_password = password_hash, False
    sign_in.end_all(session, staff.id, now=now, but=keep)
    audit.record(
        session, staff.id, action="password.changed", subject=("staff", staff.id), now=now
    )


def reset(
    session: Session,
    staff: Staff,
    password_hash: str,
    *,
    now: datetime,
    by: str | None,
) -> None:
    """Give somebody who cannot sign in a first password again, and take the two-step secret away.

    Ends their sessions.

    Raises:
        InvalidInput: it is their own account: they change their password themselves.
    """
    if by == staff.id:
        raise InvalidInput("Change your own password on your account page.", code="own_account")
    staff.password_hash, staff.first_password = password_hash, True
    staff.totp_sealed = staff.totp_last_step = None
    sign_in.end_all(session, staff.id, now=now)
    audit.record(session, by, action="staff.reset", subject=("staff", staff.id), now=now)


def disable(session: Session, staff: Staff, *, now: datetime, by: str | None) -> None:
    """Shut an account and end its sessions; what they did stays in the log.

    Raises:
        InvalidInput: they would shut themselves out.
    """
    if by == staff.id:
        raise InvalidInput("You cannot disable your own account.", code="own_account")
    if staff.disabled_at is None:
        staff.disabled_at = now
        sign_in.end_all(session, staff.id, now=now)
        audit.record(session, by, action="staff.disabled", subject=("staff", staff.id), now=now)


def enable(session: Session, staff: Staff, *, now: datetime, by: str | None) -> None:
    """Open a disabled account again."""
    if staff.disabled_at is not None:
        staff.disabled_at = None
        audit.record(session, by, action="staff.enabled", subject=("staff", staff.id), now=now)


def demo_worker(
    session: Session, *, keyring: Keyring, passwords: Passwords, now: datetime
) -> Credentials:
    """The invented worker of demo mode, with a password that is new at every start.

    Earlier demo sessions end. Never call it in live mode.
    """
    password = generate()
    staff = session.scalar(select(Staff).where(Staff.email == DEMO_EMAIL))
    if staff is None:
        new = NewStaff(DEMO_EMAIL, "Demo Worker", Role.MANAGER, password, first=False)
        add(session, new, keyring=keyring, passwords=passwords, now=now)
    else:
        staff.disabled_at = staff.totp_sealed = staff.totp_last_step = None
        set_password(session, staff, passwords.hash(password), now=now)
    return Credentials(DEMO_EMAIL, password)


def totp_place(staff_id: str) -> str:
    """What the sealed two-step secret is bound to."""
    return f"staff|totp|{staff_id}"


def offered_secret(keyring: Keyring, staff: Staff, session_id: str) -> str:
    """The secret offered on the set-up page: the same while the session lasts, stored nowhere."""
    seed = keyring.blind_index("console/totp", f"{staff.id}/{session_id}")
    return totp.secret_from(bytes.fromhex(seed)[:20])


def enrol(
    session: Session, staff: Staff, secret: str, code: str, *, keyring: Keyring, now: datetime
) -> None:
    """Switch two-step sign-in on, once a code proves that the app has the secret.

    Raises:
        InvalidInput: the code does not fit.
    """
    step = totp.matching_step(secret, code, now=now, after=None)
    if step is None:
        raise InvalidInput(
            "That code does not fit. Check that your phone's clock is right and try the next one.",
            code="totp",
        )
    staff.totp_sealed = keyring.box(staff.wrapped_key).seal(secret, where=totp_place(staff.id))
    staff.totp_last_step = step
    audit.record(
        session, staff.id, action="two_step.enrolled", subject=("staff", staff.id), now=now
    )


def check_code(staff: Staff, code: str, *, keyring: Keyring, now: datetime) -> bool:
    """Whether the two-step code fits; a code works once. Changes the row where it does."""
    if staff.totp_sealed is None:
        return False
    secret = keyring.box(staff.wrapped_key).open(staff.totp_sealed, where=totp_place(staff.id))
    step = totp.matching_step(secret, code, now=now, after=staff.totp_last_step)
    if step is not None:
        staff.totp_last_step = step
    return step is not None
