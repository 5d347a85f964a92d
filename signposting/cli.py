"""What the command line does with the directory: import, export, check.

Plain functions; app/cli mounts them and owns settings and options.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from common.db import Sessions
from common.deployment import Deployment
from common.errors import InvalidInput
from places.store import Places
from signposting import deployment_services, importer, needs, open_referral
from signposting import open_referral_reading as reading
from signposting.numbers import BlockedNumbers
from signposting.store import Directory

# Details whose sources are older than this are looked at again. Source: docs/directory.md.
STALE_DAYS = 90


@dataclass(frozen=True)
class CheckReport:
    """Counts and slugs of services that staff must look at."""

    services: int
    verified: int
    unverified: tuple[str, ...]
    without_contact: tuple[str, ...]
    stale: tuple[str, ...]


def import_services(
    sessions: Sessions, deployment: Deployment, *, places: Places | None = None
) -> importer.ImportReport:
    """Bring the directory to the deployment's own file; doing it twice equals once.

    Raises:
        SettingsError: the file is wrong; names the service and the field.
    """
    taxonomy = needs.load()
    services = deployment_services.read(deployment, taxonomy, places=places)
    return importer.write(sessions, services, taxonomy, feed=deployment_services.FEED)


def import_file(
    sessions: Sessions, path: Path, deployment: Deployment, *, trusted: bool = False
) -> tuple[importer.ImportReport, tuple[reading.RecordReport, ...]]:
    """Take in a file of Open Referral JSON; what the same file no longer has becomes inactive.

    Raises:
        InvalidInput: the file is not JSON.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as e:
        raise InvalidInput(f"{path} is not JSON: {e}") from e
    taxonomy = needs.load()
    feed = f"file:{path.name}"
    blocked = BlockedNumbers(deployment.blocked)
    found = reading.read(value, taxonomy, feed=feed, blocked=blocked, trusted=trusted)
    report = importer.write(sessions, found.services, taxonomy, feed=feed)
    return report, found.reports


def export_services(sessions: Sessions, path: Path, *, private: bool = False) -> int:
    """Write the whole directory as one page of HSDS-UK 3.0 JSON; returns how many services.

    Args:
        sessions: of the database.
        path: the file; replaced whole.
        private: with staff notes and unconfirmed contact.
    """
    services = Directory(sessions, needs.load()).all()
    document = open_referral.page(services, private=private)
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(path)
    return len(services)


def check_services(deployment: Deployment, *, today: date) -> CheckReport:
    """Read the deployment's file and say what staff must look at.

    Raises:
        SettingsError: the file is wrong; names the service and the field.
    """
    services = deployment_services.read(deployment, needs.load())
    active = [service for service in services if service.status == "active"]
    return CheckReport(
        services=len(services),
        verified=sum(service.verified for service in services),
        unverified=tuple(s.slug for s in services if not s.verified),
        without_contact=tuple(s.slug for s in active if s.verified and not s.has_contact),
        stale=tuple(
            s.slug
            for s in active
            if s.verified
            and (s.assured_date is None or (today - s.assured_date).days > STALE_DAYS)
        ),
    )
