"""The time, as something that can be handed in; nothing else may ask the machine for it."""

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved; for tests, replays and `converse`."""

    def __init__(self, at: datetime) -> None:
        self._at = as_utc(at)
        self._lock = Lock()

    def now(self) -> datetime:
        """The moment it was last set to."""
        with self._lock:
            return self._at

    def set(self, at: datetime) -> None:
        """Move to a moment, forwards or back."""
        with self._lock:
            self._at = as_utc(at)

    def advance(self, **delta: float) -> None:
        """Move forwards, by the keywords of `timedelta`."""
        with self._lock:
            self._at += timedelta(**delta)


def as_utc(moment: datetime) -> datetime:
    """The same moment, aware and in UTC; a naive one is taken to be UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
