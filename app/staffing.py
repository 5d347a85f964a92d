"""Adds people to the console from the command line, and lets in those who lost their password."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from common.clock import SystemClock
from common.db import engine_for, sessions_for
from common.errors import InvalidInput, NotFound
from common.settings import Settings
from console import sign_in, staff
from console.passwords import Passwords, generate
from console.permissions import Role


def add(settings: Settings, *, email: str, name: str, role: str) -> str:
    """Add somebody; returns a sentence with the first password.

    Raises:
        InvalidInput: the role is unknown, or the address is taken.
    """
    if role not in {r.value for r in Role}:
        raise InvalidInput(f"the role must be one of {', '.join(r.value for r in Role)}")
    password = generate()
    passwords = Passwords()
    try:
        with _writing(settings) as session:
            staff.add(
                session,
                staff.NewStaff(email, name, Role(role), password),
                keyring=settings.keyring(),
                passwords=passwords,
                now=SystemClock().now(),
            )
    finally:
        passwords.close()
    return f"{email} can sign in with {password} and must then choose their own."


@contextmanager
def _writing(settings: Settings) -> Iterator[Session]:
    engine = engine_for(settings.database_url)
    try:
        with sessions_for(engine).begin() as session:
            yield session
    finally:
        engine.dispose()


def reset(settings: Settings, *, email: str) -> str:
    """Give somebody a first password again and switch their two-step sign-in off.

    Raises:
        NotFound: nobody has that address.
    """
    password, passwords = generate(), Passwords()
    try:
        hashed = passwords.hash(password)
    finally:
        passwords.close()
    with _writing(settings) as session:
        row = sign_in.account(session, email)
        if row is None:
            raise NotFound(f"there is no open account for {email}")
        staff.reset(session, row, hashed, now=SystemClock().now(), by=None)
    return f"{email} can sign in with {password} and must then choose their own."
