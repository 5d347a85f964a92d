"""How long a sign-in has to wait after failures; pure rules and the rows that count them.

Nobody can lock another person out: only the bucket of one account from one browser or source
refuses, and a browser that has signed in before has a bucket of its own. What is counted over all
sources only slows an attempt, by a few seconds.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from common.errors import Conflict
from console.tables import SignInFailure

FREE_FAILURES: Final = 4
"""Wrong passwords that cost nothing: people mistype."""
LONGEST_WAIT_S: Final = 900
SLOW_AFTER: Final = 20
LONGEST_PAUSE_S: Final = 3.0
FORGET_AFTER: Final = timedelta(hours=1)


def wait_s(failures: int, *, since_last_s: float) -> float:
    """Seconds until the next try is let in: doubles from 2 s, at most a quarter of an hour."""
    if failures <= FREE_FAILURES:
        return 0.0
    whole = min(2.0 ** min(failures - FREE_FAILURES, 20), LONGEST_WAIT_S)
    return max(0.0, whole - since_last_s)


def pause_s(failures: int) -> float:
    """Seconds by which an attempt is slowed when an account or a source sees many failures."""
    return 0.0 if failures < SLOW_AFTER else min((failures - SLOW_AFTER) * 0.1, LONGEST_PAUSE_S)


def failures_of(session: Session, bucket: str, *, now: datetime) -> tuple[int, float]:
    """Failures in this bucket and seconds since the last one; forgotten after an hour."""
    row = session.get(SignInFailure, bucket)
    if row is None or now - row.last_at > FORGET_AFTER:
        return 0, 0.0
    return row.failures, (now - row.last_at).total_seconds()


def count_failure(session: Session, buckets: list[str], *, now: datetime) -> None:
    """One more failure in each bucket, and old buckets swept away."""
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - FORGET_AFTER))
    for bucket in buckets:
        row = session.get(SignInFailure, bucket, with_for_update=True)
        if row is None:
            session.add(SignInFailure(bucket=bucket, failures=1, last_at=now))
        else:
            row.failures += 1
            row.last_at = now


def forgive(session: Session, bucket: str) -> None:
    """Empty a bucket after a sign-in that worked."""
    session.execute(delete(SignInFailure).where(SignInFailure.bucket == bucket))


class TooSoon(Conflict):
    """The sign-in is let in again after `wait_s` seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many wrong passwords")
        self.wait_s = wait_s
