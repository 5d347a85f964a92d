"""Writes down and sends one notice for each parent who waits too long; it pages nobody.

A notice goes by the first route that reaches its person; one that refuses or keeps failing hands
it to the next. All state is rows: a restart goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.model import Cover, NoticeText
from alerts.routes import Route
from alerts.service import LEASE, RETRY
from alerts.tables import AlertNotice
from alerts.waiting import Source, Waiting, overdue
from common.clock import Clock
from common.db import Sessions
from common.errors import AssistantError, PermanentFailure
from common.ids import derived_id
from common.log import logger

log = logger()

TRIES_A_ROUTE, AT_ONCE = 4, 50


@dataclass(frozen=True)
class Noticing:
    """What noticing works with; `link` makes the console's address of a conversation's id."""

    cover: Cover
    after: Mapping[str, timedelta]
    to: str
    routes: Sequence[Route]
    sources: Sequence[Source]
    link: Callable[[str], str]

    @property
    def reaching(self) -> list[Route]:
        """The routes that reach who is told, in order."""
        return [route for route in self.routes if route.reaches(self.to)]


def send_due(sessions: Sessions, noticing: Noticing, clock: Clock) -> int:
    """Tell of everybody who waits too long, each once; the number of notices that left."""
    if not noticing.reaching:
        return 0
    with sessions.begin() as session:
        now = clock.now()
        found = [one for source in noticing.sources for one in source(session)]
        _write_down(
            session,
            overdue(found, now=now, cover=noticing.cover, after=noticing.after),
            now,
            noticing,
        )
        claimed = _claim(session, now)
        texts = [(row.id, row.route, _text(row, noticing)) for row in claimed]
    sent = 0
    for notice_id, name, text in texts:
        failure = _send(noticing, name, text)
        sent += failure is None
        with sessions.begin() as session:
            _settle(session, notice_id, failure, clock.now(), noticing)
    return sent


def _write_down(
    session: Session, found: Iterable[Waiting], now: datetime, noticing: Noticing
) -> None:
    for one in found:
        session.add(
            AlertNotice(
                id=derived_id("notice", one.kind, one.about_id),
                kind=one.kind,
                about_id=one.about_id,
                conversation_id=one.conversation_id,
                waits_since=one.since,
                recipient=noticing.to,
                route=noticing.reaching[0].name,
                created_at=now,
                not_before=now,
            )
        )
    session.flush()


def _claim(session: Session, now: datetime) -> list[AlertNotice]:
    claimed = list(
        session.scalars(
            select(AlertNotice)
            .where(
                AlertNotice.sent_at.is_(None),
                AlertNotice.not_before <= now,
                AlertNotice.failure.is_distinct_from("given_up"),
            )
            .order_by(AlertNotice.created_at, AlertNotice.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    for row in claimed:
        row.attempts += 1
        row.not_before = now + LEASE
    return claimed


def _text(row: AlertNotice, noticing: Noticing) -> NoticeText:
    link = noticing.link(row.conversation_id)
    return NoticeText(row.recipient, row.kind, row.waits_since, link, ref=row.id)


def _send(noticing: Noticing, name: str, text: NoticeText) -> str | None:
    """None, or why the route did not take it."""
    route = next((one for one in noticing.reaching if one.name == name), None)
    if route is None:
        return "refused"
    try:
        route.send(text)
    except PermanentFailure as e:
        log.warning("notice.refused", route=name, code=e.code)
        return "refused"
    except AssistantError as e:
        log.warning("notice.failed", route=name, code=getattr(e, "code", None))
        return "failed"
    log.info("notice.sent", route=name, kind=text.kind)
    return None


def _settle(
    session: Session, notice_id: str, failure: str | None, now: datetime, noticing: Noticing
) -> None:
    row = session.get_one(AlertNotice, notice_id)
    row.failure = failure
    if failure is None:
        row.sent_at = now
        return
    row.not_before = now + RETRY
    if failure == "failed" and row.attempts < TRIES_A_ROUTE:
        return
    names = [route.name for route in noticing.reaching]
    after = names.index(row.route) + 1 if row.route in names else 0
    if after < len(names):
        row.route, row.attempts = names[after], 0
    else:
        row.failure = "given_up"
