"""Wakes the other processes of one house: whose bell is rung for what; carries no message.

A ring that is lost costs the time until somebody looks by himself, and nothing else.
"""

import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from app.doorbell_notify import NotifyBell
from app.doorbell_pipes import PipeBell
from common.settings import Settings
from conversations.ledger import Signals

#: Rooms: who waits for work, and who keeps pages open.
WORK, PAGES = "work", "pages"
_ROOM_OF = {"turn": WORK, "send": WORK, "spoke": PAGES}


class Bell(Protocol):
    """A way to the other processes.

    Attributes:
        listening: set while others can be heard.
    """

    listening: threading.Event

    def ring(self, room: str, word: str) -> None:
        """Wake every other process that listens in a room; never raises, never waits long."""

    def close(self) -> None:
        """Listen no more."""


class Doorbell:
    """This process's bell, tied to its signals."""

    def __init__(self, bell: Bell, signals: Signals, *, tells: Collection[str]) -> None:
        self.bell = bell
        signals.tell_others(tells, self._tell)

    def _tell(self, word: str) -> None:
        self.bell.ring(_ROOM_OF[word.partition(" ")[0]], word)

    def close(self) -> None:
        """Neither hear nor be heard any more."""
        self.bell.close()


def hang(settings: Settings, signals: Signals, *, rooms: Collection[str]) -> Doorbell:
    """A doorbell for a process that sits in these rooms.

    Who works tells nobody of work, since he does it himself; who only keeps pages tells all.

    Args:
        settings: of this process; they say which way leads to the others.
        signals: hear what others tell, and tell what happens here.
        rooms: `WORK`, `PAGES` or both.
    """
    tells = {"spoke"} if WORK in rooms else set(_ROOM_OF)
    return Doorbell(_bell(settings, signals.heard, rooms), signals, tells=tells)


def _bell(settings: Settings, heard: Callable[[str], None], rooms: Collection[str]) -> Bell:
    if settings.database_url.startswith("sqlite"):
        return PipeBell(folder(settings), heard, rooms=rooms)
    return NotifyBell(settings.database_url, heard, rooms=rooms)


def folder(settings: Settings) -> Path:
    """Where the processes of one machine find each other's pipes."""
    return settings.var / "doorbell"
