"""Wires paging: the deployment's cover and ladder, the routes that the settings name."""

import httpx

from alerts import plan
from alerts.routes import MailRoute, Route, WebhookRoute
from alerts.service import Paging
from app.bootstrap import House


def paging(house: House) -> Paging | None:
    """What the escalation clock works with; None where no route is set."""
    found = plan.load(house.deployment)
    routes: list[Route] = []
    mail = house.settings.mail
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
    if house.settings.alert_webhook_url is not None:
        client = httpx.Client(trust_env=False)
        routes.append(WebhookRoute(house.settings.alert_webhook_url, client))
    if not routes:
        return None
    base = house.settings.console_base_url
    return Paging(found.cover, found.ladder, routes, lambda flag_id: f"{base}/risk#{flag_id}")
