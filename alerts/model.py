"""The values of alerting: who is paged when, while whom; it reads no clock, row or setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol


class Cover(Protocol):
    """When somebody is there to be paged."""

    def covers(self, now: datetime) -> bool:
        """Whether somebody is on call at an aware time."""
        ...

    def next_cover(self, now: datetime) -> datetime | None:
        """`now` where it is covered, else when cover next begins; None where it never does."""
        ...

    def covered(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time between two aware times was covered."""
        ...


class AlertText(Protocol):
    """What a route carries: never a word of the parent's, a link instead."""

    @property
    def to(self) -> str:
        """Whom it is for: a name of the ladder."""
        ...

    @property
    def number(self) -> int:
        """How often it was sent before."""
        ...

    @property
    def ref(self) -> str:
        """The id of its row; empty where it has none."""
        ...

    @property
    def raised_at(self) -> datetime:
        """When what it is about happened."""
        ...

    @property
    def link(self) -> str:
        """Where to read on."""
        ...

    @property
    def subject(self) -> str:
        """One line."""
        ...

    @property
    def body(self) -> str:
        """A few lines and the link."""
        ...


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: whom to page, how long after the alert began."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs in order of time; after the last, everybody is paged again every `repeat`."""

    rungs: tuple[Rung, ...]
    repeat: timedelta

    def __post_init__(self) -> None:
        times = [rung.after for rung in self.rungs]
        if not times or times != sorted(times) or times[0] < timedelta(0):
            raise ValueError("a ladder needs rungs in order of time, none before the alert")
        if self.repeat < timedelta(minutes=1):
            raise ValueError("pages may repeat once a minute at most")

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody on the ladder, each once, in the order of the rungs."""
        return tuple(dict.fromkeys(rung.to for rung in self.rungs))


@dataclass(frozen=True, slots=True)
class Due:
    """A page that is due: its number on the ladder (0 first) and whom it is for."""

    number: int
    to: str


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says: never a word of the parent's, a link instead."""

    to: str
    number: int
    raised_at: datetime
    link: str
    answerable: bool
    ref: str = ""

    @property
    def subject(self) -> str:
        """One line."""
        return "First1001: a message needs reading now" + (
            f" (page {self.number + 1})" if self.number else ""
        )

    @property
    def body(self) -> str:
        """A few lines and the link."""
        unsent = "" if self.answerable else "No reply could be sent to this person.\n"
        return (
            f"A message that calls for a person came at {self.raised_at:%H:%M on %d %B} (UTC) and "
            f"nobody has marked it as read.\n{unsent}Open it here: {self.link}\n"
            "You are paged again until somebody marks it as read.\n"
        )


#: What may wait for a person, and how long a person may be at work before somebody is told.
#: Source: own proposal; the service decides (deployments/<name>/alerts.yml, `unanswered`).
WAITS: Mapping[str, timedelta] = MappingProxyType(
    {
        "person_wanted": timedelta(hours=4),
        "call_back": timedelta(hours=4),
        "look_at": timedelta(hours=4),
        "held_message": timedelta(hours=1),
    }
)
_WAITING: Mapping[str, str] = MappingProxyType(
    {
        "person_wanted": "A wish to speak to a person",
        "call_back": "A wish to be called",
        "look_at": "A photo, a voice note or a file",
        "held_message": "A message in a conversation that a colleague holds",
    }
)


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What is said once about somebody who waits."""

    to: str
    kind: str
    raised_at: datetime
    link: str
    number: int = 0
    ref: str = ""

    @property
    def subject(self) -> str:
        """One line."""
        return "First1001: somebody waits for a person"

    @property
    def body(self) -> str:
        """A few lines and the link."""
        return (
            f"{_WAITING.get(self.kind, 'Something')} came at "
            f"{self.raised_at:%H:%M on %d %B} (UTC) and nobody has dealt with it.\n"
            f"Open it here: {self.link}\nYou are told of it once.\n"
        )


#: Who is paged when nobody configured a ladder: the on-call person twice, then the manager too.
#: Source: own proposal; the clinical safety officer decides (docs/clinical-safety/plan.md).
DEFAULT_LADDER = Ladder(
    rungs=(
        Rung(timedelta(0), "on_call"),
        Rung(timedelta(minutes=5), "on_call"),
        Rung(timedelta(minutes=10), "second"),
        Rung(timedelta(minutes=20), "manager"),
    ),
    repeat=timedelta(minutes=15),
)
