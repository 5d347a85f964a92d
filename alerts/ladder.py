"""Which pages of a flag are due: a pure function of times, cover and ladder."""

from __future__ import annotations

from datetime import datetime

from alerts.model import Cover, Due, Ladder


def begins_at(raised_at: datetime, cover: Cover) -> datetime | None:
    """When the ladder of a flag starts: at once while covered, else when cover next begins."""
    return cover.next_cover(raised_at)


def pages_due(
    raised_at: datetime,
    acknowledged_at: datetime | None,
    *,
    now: datetime,
    cover: Cover,
    ladder: Ladder,
) -> tuple[Due, ...]:
    """Every page that should have gone out by now, for each person the latest.

    Nothing is due once somebody acknowledged, while nobody covers, or before cover has begun. A
    number is due once and for all: the caller leaves out those that it has written down.
    """
    if acknowledged_at is not None or not cover.covers(now):
        return ()
    start = begins_at(raised_at, cover)
    if start is None or now < start:
        return ()
    elapsed = now - start
    latest: dict[str, int] = {}
    for number, rung in enumerate(ladder.rungs):
        if rung.after <= elapsed:
            latest[rung.to] = number
    rounds = int((elapsed - ladder.rungs[-1].after) / ladder.repeat)
    if rounds >= 1:
        first = len(ladder.rungs) + (rounds - 1) * len(ladder.people)
        latest = {person: first + at for at, person in enumerate(ladder.people)}
    return tuple(
        Due(number, person) for person, number in sorted(latest.items(), key=lambda p: p[1])
    )
