"""Tells the safeguarding lead of a child who writes, by mail, once a flag; it pages nobody.

A mail is written down before it is sent, so a restart goes on where it was and the worst a crash
costs is one mail twice. It holds a link and never a word of the child's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from alerts.routes import Route
from alerts.service import AT_ONCE, LEASE, MOST_ATTEMPTS, RETRY
from alerts.service import SAFEGUARDING as ROUTE
from alerts.tables import AlertPage
from common.clock import Clock
from common.db import Sessions
from common.errors import AssistantError, PermanentFailure
from common.ids import derived_id
from common.log import logger
from conversations.tables import Conversation, Flag
from safety.ages import CLASS

log = logger()

_AGES = {"under_13": "under 13", "under_16": "under 16", "under_18": "under 18"}


@dataclass(frozen=True, slots=True)
class YoungText:
    """What the lead is told."""

    to: str
    raised_at: datetime
    link: str
    number: int = 0
    ref: str = ""

    @property
    def subject(self) -> str:
        """One line."""
        return "First1001: a young person may be writing"

    @property
    def body(self) -> str:
        """A few lines and the link."""
        return (
            f"The words of a message that came at {self.raised_at:%H:%M on %d %B} (UTC) suggest "
            f"that who wrote it is {_AGES[self.to]}. Nobody asked, and it may be wrong.\n"
            f"Open it here: {self.link}\n"
            "Nothing but answers goes to this person: no tip and no question of ours.\n"
        )


@dataclass(frozen=True)
class Safeguarding:
    """What it works with; `route` reaches bands, `link` makes the address of a flag of its id."""

    route: Route
    link: Callable[[str], str]


def send_due(sessions: Sessions, safeguarding: Safeguarding, clock: Clock) -> int:
    """Tell of every child who wrote and of whom the lead was not told; the mails that left."""
    route = safeguarding.route
    with sessions.begin() as session:
        now = clock.now()
        _write_down(session, route, now)
        claimed = _claim(session, now)
        texts = [(page.id, _text(session, page, safeguarding)) for page in claimed]
    sent = 0
    for page_id, text in texts:
        failure = _send(route, text)
        sent += failure is None
        with sessions.begin() as session:
            page = session.get_one(AlertPage, page_id)
            page.failure = failure
            if failure is None:
                page.sent_at = clock.now()
            else:
                page.not_before = clock.now() + RETRY
    return sent


def _write_down(session: Session, route: Route, now: datetime) -> None:
    told = exists().where(AlertPage.flag_id == Flag.id, AlertPage.route == ROUTE)
    rows = session.execute(
        select(Flag, Conversation.young)
        .join(Conversation, Conversation.id == Flag.conversation_id)
        .where(Conversation.young.is_not(None), Flag.joins.is_(None), ~told)
        .order_by(Flag.raised_at)
    ).all()
    for flag, band in rows:
        # Of a child who is known, every flag that cannot wait is told too.
        if band is None or not (CLASS in flag.classes or flag.tier == "now"):
            continue
        if not route.reaches(band):
            continue
        session.add(
            AlertPage(
                id=derived_id("page", flag.id, "0", ROUTE),
                flag_id=flag.id,
                number=0,
                recipient=band,
                route=ROUTE,
                created_at=now,
                not_before=now,
            )
        )
    session.flush()


def _claim(session: Session, now: datetime) -> list[AlertPage]:
    claimed = list(
        session.scalars(
            select(AlertPage)
            .where(
                AlertPage.route == ROUTE,
                AlertPage.sent_at.is_(None),
                AlertPage.not_before <= now,
                AlertPage.attempts < MOST_ATTEMPTS,
                AlertPage.failure.is_distinct_from("refused"),
            )
            .order_by(AlertPage.created_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    for page in claimed:
        page.attempts += 1
        page.not_before = now + LEASE
    return claimed


def _text(session: Session, page: AlertPage, safeguarding: Safeguarding) -> YoungText:
    flag = session.get_one(Flag, page.flag_id)
    return YoungText(page.recipient, flag.raised_at, safeguarding.link(flag.id))


def _send(route: Route, text: YoungText) -> str | None:
    """None, or why it was not taken."""
    try:
        route.send(text)
    except PermanentFailure as e:
        log.warning("safeguarding.refused", code=e.code)
        return "refused"
    except AssistantError as e:
        log.warning("safeguarding.failed", code=getattr(e, "code", None))
        return "failed"
    log.info("safeguarding.told", band=text.to)
    return None
