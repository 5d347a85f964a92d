"""Writes down the pages that are due and sends them: the use cases of alerting.

Only *now* flags page, joined flags with the flag they joined. All state is rows, so a restart goes
on where it was; a page is written before it is sent, so the worst a crash costs is one page twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder import pages_due
from alerts.model import Cover, Ladder, PageText
from alerts.routes import Route
from alerts.tables import AlertPage
from common.clock import Clock
from common.db import Sessions
from common.errors import AssistantError, PermanentFailure
from common.ids import derived_id
from common.log import logger
from conversations.states import Route as ReplyRoute
from conversations.tables import Conversation, Flag

log = logger()

SAFEGUARDING = "safeguarding"
"""Route of the rows that alerts.safeguarding writes and sends; the ladder leaves them alone."""

#: While a page is being sent nobody else sends it; longer than any route's time-out.
LEASE = timedelta(seconds=30)
RETRY = timedelta(seconds=20)
MOST_ATTEMPTS, AT_ONCE = 8, 50


@dataclass(frozen=True)
class Paging:
    """What paging works with; `link` makes the console's address of a flag from its id."""

    cover: Cover
    ladder: Ladder
    routes: Sequence[Route]
    link: Callable[[str], str]


def due_pages(session: Session, now: datetime, paging: Paging) -> list[AlertPage]:
    """Write down what has become due, and claim every unsent page whose time has come."""
    for flag in _open_flags(session):
        _write_down(session, flag, now, paging)
    session.flush()
    claimed = list(
        session.scalars(
            select(AlertPage)
            .join(Flag, Flag.id == AlertPage.flag_id)
            .where(
                AlertPage.route != SAFEGUARDING,
                AlertPage.sent_at.is_(None),
                AlertPage.not_before <= now,
                AlertPage.attempts < MOST_ATTEMPTS,
                AlertPage.failure.is_distinct_from("refused"),
                Flag.acknowledged_at.is_(None),
            )
            .order_by(AlertPage.created_at, AlertPage.number)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True, of=AlertPage)
        )
    )
    for page in claimed:
        page.attempts += 1
        page.not_before = now + LEASE
    return claimed


def send_due(sessions: Sessions, paging: Paging, clock: Clock) -> int:
    """Send what is due, each page outside any transaction.

    Returns:
        The number of pages that a route took.
    """
    with sessions.begin() as session:
        claimed = due_pages(session, clock.now(), paging)
        texts = [(page.id, page.route, _text(session, page, paging)) for page in claimed]
    routes = {route.name: route for route in paging.routes}
    sent = 0
    for page_id, name, text in texts:
        failure = _send(routes[name], text) if name in routes else "no_route"
        sent += failure is None
        with sessions.begin() as session:
            _settle(session, page_id, failure, clock.now())
    return sent


def _open_flags(session: Session) -> list[Flag]:
    return list(
        session.scalars(
            select(Flag)
            .where(Flag.tier == "now", Flag.acknowledged_at.is_(None), Flag.joins.is_(None))
            .order_by(Flag.raised_at)
        )
    )


def _write_down(session: Session, flag: Flag, now: datetime, paging: Paging) -> None:
    due = pages_due(
        flag.raised_at,
        flag.acknowledged_at,
        now=now,
        cover=paging.cover,
        ladder=paging.ladder,
    )
    if not due:
        return
    rows = session.execute(
        select(AlertPage.number, AlertPage.route).where(AlertPage.flag_id == flag.id)
    )
    written = {(number, route) for number, route in rows}
    for page in due:
        for route in paging.routes:
            if (page.number, route.name) in written or not route.reaches(page.to):
                continue
            session.add(
                AlertPage(
                    id=derived_id("page", flag.id, str(page.number), route.name),
                    flag_id=flag.id,
                    number=page.number,
                    recipient=page.to,
                    route=route.name,
                    created_at=now,
                    not_before=now,
                )
            )


def _text(session: Session, page: AlertPage, paging: Paging) -> PageText:
    flag = session.get_one(Flag, page.flag_id)
    conversation = session.get_one(Conversation, flag.conversation_id)
    return PageText(
        to=page.recipient,
        number=page.number,
        raised_at=flag.raised_at,
        link=paging.link(flag.id),
        answerable=conversation.route == ReplyRoute.OPEN,
        ref=page.id,
    )


def _send(route: Route, text: PageText) -> str | None:
    """None, or why the route did not take it."""
    try:
        route.send(text)
    except PermanentFailure as e:
        log.warning("page.refused", route=route.name, code=e.code)
        return "refused"
    except AssistantError as e:
        log.warning("page.failed", route=route.name, code=getattr(e, "code", None))
        return "failed"
    log.info("page.sent", route=route.name, number=text.number)
    return None


def _settle(session: Session, page_id: str, failure: str | None, now: datetime) -> None:
    page = session.get_one(AlertPage, page_id)
    page.failure = failure
    if failure is None:
        page.sent_at = now
    else:
        page.not_before = now + RETRY
