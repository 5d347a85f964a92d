"""The use case behind `first1001 demo-data`: a database with tables, a worker, and the years."""

from collections.abc import Callable

from sqlalchemy import select

from app import migrate
from app.bootstrap import build
from app.demo.making import Made, Making
from app.set_up import import_services, set_up
from common.db import Sessions, reading
from common.settings import Settings
from console.staff import DEMO_EMAIL
from console.tables import Staff


def make(
    settings: Settings, *, seed: int, ordinary: int, progress: Callable[[int, int], None]
) -> Made:
    """Bring the database to today's tables and write the invented years into it.

    Args:
        settings: of a demonstration.
        seed: another one makes other people.
        ordinary: conversations without a referral.
        progress: is told how many conversations of how many are written.

    Raises:
        InvalidInput: live mode, or the years of this seed are there already.
    """
    migrate.upgrade(settings.root, settings.database_url)
    house = build(settings)
    sessions = house.work_ledger.sessions
    import_services(settings, sessions)
    if _worker(sessions) is None:
        set_up(settings)
    staff_id = _worker(sessions) or ""
    return Making(house, seed=seed, staff_id=staff_id).make(ordinary=ordinary, progress=progress)


def _worker(sessions: Sessions) -> str | None:
    with reading(sessions) as session:
        return session.scalar(select(Staff.id).where(Staff.email == DEMO_EMAIL))
