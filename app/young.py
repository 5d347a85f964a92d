"""Wires the mail to the safeguarding leads: the deployment's names, the settings' mail server."""

from collections.abc import Callable

from alerts import safeguarding
from alerts.routes import MailRoute
from alerts.safeguarding import Safeguarding
from alerts.service import SAFEGUARDING as ROUTE
from app.bootstrap import House
from common.deployment import Deployment
from common.settings import Settings

# Who takes the place of a band that names nobody: rather an adult too many than a child unseen.
_LEAD = "lead"
_BANDS = {"under_13": "under_13", "under_16": "under_16", "under_18": _LEAD}


def telling(house: House) -> Callable[[], int] | None:
    """Looks once for children of whom the lead was not told; None where nobody can be told."""
    route = route_of(house.settings, house.deployment)
    if route is None:
        return None
    base = house.settings.console_base_url
    found = Safeguarding(route, lambda flag_id: f"{base}/risk#{flag_id}")
    sessions, clock = house.work_ledger.sessions, house.clock
    return lambda: safeguarding.send_due(sessions, found, clock)


def route_of(settings: Settings, deployment: Deployment) -> MailRoute | None:
    """The mail to each band's lead; None without mail settings or any address."""
    leads = deployment.safeguarding
    addresses = {
        band: email
        for band, name in _BANDS.items()
        if (email := leads[name].email or leads[_LEAD].email) is not None
    }
    mail = settings.mail
    if mail is None or not addresses:
        return None
    return MailRoute(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        addresses=addresses,
        user=mail.user,
        password=mail.password,
        tls=mail.tls,
        name=ROUTE,
    )
