"""The escalation clock: looks again and again for due pages and notices; decides nothing."""

from __future__ import annotations

from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from alerts import notices
from alerts.notices import Noticing
from alerts.service import Paging, send_due
from common.clock import Clock
from common.db import Sessions
from common.log import logger

log = logger()

#: Well under the ten seconds within which a page must leave.
EVERY_S = 2.0
#: Who waits is counted in hours, so a minute is often enough.
NOTICES_EVERY_S = 60.0


def run(
    sessions: Sessions, paging: Paging, clock: Clock, stop: Event, noticing: Noticing | None = None
) -> None:
    """Send what is due until told to stop; a database that is away is tried again."""
    rounds = 0
    while not stop.is_set():
        tick(sessions, paging, clock)
        if noticing is not None and rounds % round(NOTICES_EVERY_S / EVERY_S) == 0:
            look(sessions, noticing, clock)
        rounds += 1
        stop.wait(EVERY_S)


def look(sessions: Sessions, noticing: Noticing, clock: Clock) -> int:
    """Look once who waits; the number of notices sent."""
    try:
        return notices.send_due(sessions, noticing, clock)
    except SQLAlchemyError as e:
        log.warning("notices.not_looked_for", reason=type(e).__name__)
        return 0


def tick(sessions: Sessions, paging: Paging, clock: Clock) -> int:
    """Look once; the number of pages sent."""
    try:
        return send_due(sessions, paging, clock)
    except SQLAlchemyError as e:
        log.warning("pages.not_looked_for", reason=type(e).__name__)
        return 0
