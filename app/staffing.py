"""Adds people to the console from the command line."""

from common.clock import SystemClock
from common.db import session_factory
from common.errors import InvalidInput
from common.settings import Settings
from console import staff
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
        with session_factory(settings.database_url).begin() as session:
            staff.add(
                session,
                staff.NewStaff(email, name, Role(role), password),
                keyring=settings.keyring(),
                passwords=passwords,
                now=SystemClock().now(),
            )
    finally:
        passwords.close()
    return f"{email} can sign in with {password} and is asked to change it."
