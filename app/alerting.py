"""Wires paging: the deployment's cover and ladder, the routes that the settings name."""

from dataclasses import dataclass

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import plan, waiting
from alerts.model import PageText
from alerts.notices import Noticing
from alerts.routes import MailRoute, Route, SmsRoute, WebhookRoute
from alerts.service import Paging
from alerts.tables import AlertTest
from alerts.waiting import Waiting
from app.bootstrap import House
from channels.sms import Sms
from common import deployment as deployments
from common.clock import SystemClock
from common.db import session_factory
from common.errors import AssistantError, SettingsError
from common.ids import new_id
from common.settings import Settings
from conversations.model import ToSend
from conversations.states import Lane
from referrals.states import State
from referrals.tables import Referral

SETTINGS = "FIRST1001_SMTP_HOST, FIRST1001_ALERT_WEBHOOK_URL, FIRST1001_ALERT_SMS_TO"


def paging(house: House) -> Paging | None:
    """What the escalation clock works with; None where no route is set."""
    found = plan.load(house.deployment)
    routes = routes_of(house.settings, found)
    if not routes:
        return None
    base = house.settings.console_base_url
    return Paging(found.cover, found.ladder, routes, lambda flag_id: f"{base}/risk#{flag_id}")


def noticing(house: House) -> Noticing:
    """What the clock works with to tell of parents who wait."""
    found = plan.load(house.deployment)
    base = house.settings.console_base_url
    return Noticing(
        cover=found.cover,
        after=found.unanswered.after,
        to=found.unanswered.to,
        routes=routes_of(house.settings, found),
        sources=(waiting.in_tasks, waiting.held_and_silent, callbacks),
        link=lambda conversation_id: f"{base}/conversations/{conversation_id}",
    )


def callbacks(session: Session) -> list[Waiting]:
    """Requests to be called that nobody has touched yet."""
    rows = session.scalars(
        select(Referral)
        .where(
            Referral.kind == "callback",
            Referral.state == State.NEW,
            Referral.owner.is_(None),
            waiting.untold("call_back", Referral.__table__.c.id),
        )
        .order_by(Referral.created_at)
        .limit(waiting.AT_ONCE)
    )
    return [Waiting("call_back", row.id, row.conversation_id, row.created_at) for row in rows]


@dataclass(frozen=True)
class StaffTexts:
    """Texts to staff by our own number; they belong to no conversation and stand in no outbox.

    The row of the page is what is written down before it is sent, and what receipts come back to.
    """

    channel: Sms

    def text(self, number: str, words: str, *, ref: str) -> None:
        """Hand a text over."""
        self.channel.send(
            ToSend(
                id=ref or new_id(),
                conversation_id="",
                address=number,
                text=words,
                choices=(),
                attempt=1,
                lane=Lane.CRISIS,
                created_at=SystemClock().now(),
            )
        )


def routes_of(settings: Settings, found: plan.AlertPlan) -> list[Route]:
    """The routes that the settings name."""
    routes: list[Route] = []
    mail = settings.mail
    if mail is not None:
        routes.append(
            MailRoute(
                host=mail.host,
                port=mail.port,
                sender=mail.sender,
                addresses=found.mail,
                user=mail.user,
                password=mail.password,
                tls=mail.tls,
            )
        )
    if settings.twilio is not None and settings.alert_sms_to:
        channel = Sms(settings.twilio, public_base_url=settings.public_base_url)
        routes.append(SmsRoute(StaffTexts(channel), settings.alert_sms_to))
    if settings.alert_webhook_url is not None:
        client = httpx.Client(trust_env=False)
        routes.append(WebhookRoute(settings.alert_webhook_url, client))
    return routes


def send_test(settings: Settings, *, by: str) -> str:
    """Send a test page by every route and note which took it; returns a sentence.

    Raises:
        SettingsError: no route is set.
        TemporaryFailure, PermanentFailure: a route did not take it; the others were tried as well.
    """
    deployment = deployments.load(settings.root / "deployments", settings.deployment)
    found = plan.load(deployment)
    routes = routes_of(settings, found)
    if not routes:
        raise SettingsError(f"no route is set: {SETTINGS}")
    sent: list[str] = []
    failures: list[AssistantError] = []
    now = SystemClock().now()
    for route in routes:
        for person in found.ladder.people:
            if route.reaches(person):
                link = f"{settings.console_base_url}/risk"
                try:
                    route.send(PageText(person, 0, now, link, answerable=True))
                except AssistantError as e:
                    failures.append(e)
                else:
                    sent.append(route.name)
    with session_factory(settings.database_url).begin() as session:
        for name in sorted(set(sent)):
            session.add(AlertTest(id=new_id(), route=name, sent_by=by, sent_at=now))
    if failures:
        raise failures[0]
    return f"Sent a test page by {', '.join(sorted(set(sent))) or 'no route'}."


def untested(session: Session, settings: Settings) -> list[str]:
    """The routes that are set and have not taken a test page yet."""
    deployment = deployments.load(settings.root / "deployments", settings.deployment)
    routes = routes_of(settings, plan.load(deployment))
    tested = set(session.scalars(select(AlertTest.route)))
    return [route.name for route in routes if route.name not in tested]
