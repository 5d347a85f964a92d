"""The values of alerting: who is paged when, while whom; it reads no clock, row or setting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class Cover(Protocol):
    """When somebody is there to be paged."""

    def covers(self, now: datetime) -> bool:
        """Whether somebody is on call at an aware time."""
        ...

    def next_cover(self, now: datetime) -> datetime | None:
        """`now` where it is covered, else when cover next begins; None where it never does."""
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
