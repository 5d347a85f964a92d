"""Hashes and checks passwords away from the event loop; knows nothing of people or requests."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from common.errors import InvalidInput

T = TypeVar("T")

MIN_LENGTH: Final = 12
"""Characters. Source: NCSC password guidance prefers length over rules about characters."""
MAX_LENGTH: Final = 256

# Words a generated password is made of: easy to read off a terminal and to type once.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Argon2id in a small pool of its own.

    The C library lets other threads run while it works, so two threads are enough to keep a burst
    of sign-ins from taking every core, and no request waits behind it.

    Args:
        cheap: tests only: parameters that take a millisecond.
    """

    def __init__(self, *, cheap: bool = False, threads: int = 2) -> None:
        self._hasher = (
            PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            if cheap
            else PasswordHasher()
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        # Compared with where nobody has that e-mail address: both answers take equally long.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """The hash to store; takes tens of milliseconds.

        Raises:
            InvalidInput: too short or too long; says the limits.
        """
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise InvalidInput(
                f"The password must have at least {MIN_LENGTH} characters.", code="password_length"
            )
        return self._hasher.hash(password)

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether it is the password; None stands for a person who does not exist."""
        try:
            self._hasher.verify(stored or self._nobody, password[:MAX_LENGTH])
        except (VerifyMismatchError, InvalidHashError):
            return False
        return stored is not None

    def changed(self, present: str, new: str, *, stored: str) -> str:
        """The hash of a new password, where the present one is right.

        Raises:
            InvalidInput: the present one is wrong, or the new one will not do.
        """
        if not self.fits(present, stored):
            raise InvalidInput("The present password is wrong.", code="password")
        if new == present:
            raise InvalidInput("Choose another password than the present one.", code="password")
        return self.hash(new)

    async def run(self, work: Callable[[], T]) -> T:
        """Do `hash` or `fits` in the pool and wait without holding the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Let the pool end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def generate() -> str:
    """A new password of four groups: about 79 bits."""
    letters = [secrets.choice(_ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))
