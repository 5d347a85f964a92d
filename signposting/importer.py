"""Writes services into the directory so that doing it twice equals once; the caller reads them.

Never deletes what has gone: it becomes inactive. Takes verified contact only (see the readers).
What staff corrected is laid over what a file says (see corrections).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.db import Sessions
from signposting import corrections, loading
from signposting.model import Service
from signposting.needs import Needs
from signposting.rows import location_row, organization_row, taxonomy_rows, to_row
from signposting.tables import ServiceRow

_CHUNK = 500


@dataclass(frozen=True)
class ImportReport:
    """What an import changed; ids by what happened to them."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    retired: tuple[str, ...]


def write(
    sessions: Sessions, services: Iterable[Service], needs: Needs, *, feed: str
) -> ImportReport:
    """Bring the directory to these services, in one transaction.

    Args:
        sessions: of the database.
        services: slugs unique; the last of two with the same id wins.
        needs: the taxonomy, which is written too.
        feed: prefix of the feeds that these services replace whole: what is active there and not
            in `services` becomes inactive.
    """
    added: list[str] = []
    updated: list[str] = []
    unchanged = 0
    seen: set[str] = set()
    with sessions.begin() as session:
        for row in taxonomy_rows(needs):
            session.merge(row)
        session.flush()
        corrected = corrections.standing(session)
        for chunk in _chunks(services):
            wanted = {
                service.id: corrections.lay_over(service, corrected.get(service.slug, ()))
                for service in chunk
            }
            seen |= set(wanted)
            present = {old.id: old for old in loading.services(session, list(wanted))}
            for service in wanted.values():
                old = present.get(service.id)
                if old == service:
                    unchanged += 1
                    continue
                _replace(session, old, service)
                (added if old is None else updated).append(service.slug)
            session.flush()
            session.expunge_all()
        retired = _retire(session, feed, seen)
    return ImportReport(tuple(added), tuple(updated), unchanged, retired)


def _chunks(services: Iterable[Service]) -> Iterator[list[Service]]:
    remaining = iter(services)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


def _replace(session: Session, old: Service | None, service: Service) -> None:
    if old is not None:
        session.delete(session.get_one(ServiceRow, old.id))
        session.flush()
    session.merge(organization_row(service.organization))
    for location in service.locations:
        session.merge(location_row(location))
    session.flush()
    session.add(to_row(service))


def _retire(session: Session, feed: str, seen: set[str]) -> tuple[str, ...]:
    query = select(ServiceRow).where(
        ServiceRow.feed.startswith(feed, autoescape=True), ServiceRow.status == "active"
    )
    gone = [row for row in session.scalars(query) if row.id not in seen]
    for row in gone:
        row.status = "inactive"
    return tuple(sorted(row.slug for row in gone))
