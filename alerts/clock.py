"""The escalation clock: looks every few seconds whether a page is due; decides nothing itself."""

from __future__ import annotations

from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from alerts.service import Paging, send_due
from common.clock import Clock
from common.db import Sessions
from common.log import logger

log = logger()

#: Well under the ten seconds within which a page must leave.
EVERY_S = 2.0


def run(sessions: Sessions, paging: Paging, clock: Clock, stop: Event) -> None:
    """Send what is due until told to stop; a database that is away is tried again."""
    while not stop.is_set():
        tick(sessions, paging, clock)
        stop.wait(EVERY_S)


def tick(sessions: Sessions, paging: Paging, clock: Clock) -> int:
    """Look once; the number of pages sent."""
    try:
        return send_due(sessions, paging, clock)
    except SQLAlchemyError as e:
        log.warning("pages.not_looked_for", reason=type(e).__name__)
        return 0
