"""What `serve` sees to before it serves on one machine: tables, directory, a demo worker."""

from dataclasses import dataclass

from app import migrate
from common import deployment as deployments
from common.clock import SystemClock
from common.db import Sessions, engine_for, sessions_for
from common.settings import Settings
from console import staff
from console.passwords import Passwords
from places.store import Places
from signposting import cli as directory
from signposting import importer


@dataclass(frozen=True)
class SetUp:
    """What was made: the demo worker's sign-in, shown once."""

    demo_email: str | None
    demo_password: str | None


def set_up(settings: Settings) -> SetUp:
    """Bring the database to today's tables and fill the directory; twice equals once."""
    migrate.upgrade(settings.root, settings.database_url)
    engine = engine_for(settings.database_url, pool_size=1)
    sessions = sessions_for(engine)
    try:
        import_services(settings, sessions)
        if settings.live:
            return SetUp(None, None)
        return _demo_worker(settings, sessions)
    finally:
        engine.dispose()


def _demo_worker(settings: Settings, sessions: Sessions) -> SetUp:
    passwords = Passwords()
    try:
        with sessions.begin() as session:
            made = staff.demo_worker(
                session,
                keyring=settings.keyring(),
                passwords=passwords,
                now=SystemClock().now(),
            )
    finally:
        passwords.close()
    return SetUp(made.email, made.password)


def import_services(settings: Settings, sessions: Sessions) -> importer.ImportReport:
    """Bring the directory to the deployment's own list of services."""
    deployment = deployments.load(settings.root / "deployments", settings.deployment)
    path = settings.var / "places.db"
    places = Places(path, names=deployment.places) if path.is_file() else None
    return directory.import_services(sessions, deployment, places=places)
