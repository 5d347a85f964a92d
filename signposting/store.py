"""Reads the directory: search and single services; the choice itself is signposting.match."""

from collections.abc import Iterator

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from common.db import Sessions, reading
from common.errors import NotFound
from places.model import Place
from signposting.match import GENERAL, Match, Query, rank
from signposting.model import Service
from signposting.needs import Needs
from signposting.rows import term_id, to_service
from signposting.tables import (
    AttributeRow,
    LocationRow,
    ServiceAreaRow,
    ServiceAtLocationRow,
    ServiceRow,
)

# Everything that `to_service` reads.
WHOLE = (
    joinedload(ServiceRow.organization),
    selectinload(ServiceRow.contacts),
    selectinload(ServiceRow.phones),
    selectinload(ServiceRow.schedules),
    selectinload(ServiceRow.service_areas),
    selectinload(ServiceRow.languages),
    selectinload(ServiceRow.cost_options),
    selectinload(ServiceRow.attributes).joinedload(AttributeRow.taxonomy_term),
    selectinload(ServiceRow.service_at_locations)
    .joinedload(ServiceAtLocationRow.location)
    .selectinload(LocationRow.addresses),
)


class Directory:
    """The directory of services.

    Args:
        sessions: of the database.
        needs: the taxonomy that queries speak.
    """

    def __init__(self, sessions: Sessions, needs: Needs) -> None:
        self._sessions = sessions
        self.needs = needs

    def search(self, query: Query) -> list[Match]:
        """What fits a query, best first (see match.rank)."""
        need = query.need
        wanted = (need, *self.needs.near(need), *self.needs.far(need)) if need else ()
        services = self._candidates((*wanted, *GENERAL), query.place)
        return rank(services, query, needs=self.needs)

    def get(self, slug: str) -> Service:
        """One service by slug or id.

        Raises:
            NotFound: there is none.
        """
        by_name = or_(ServiceRow.slug == slug, ServiceRow.id == slug)
        with reading(self._sessions) as session:
            row = session.scalars(select(ServiceRow).where(by_name).options(*WHOLE)).first()
            if row is None:
                raise NotFound(f"there is no service {slug!r}")
            return to_service(row)

    def all(self, *, status: str | None = None) -> list[Service]:
        """Every service by slug; of one status where given."""
        query = select(ServiceRow).order_by(ServiceRow.slug).options(*WHOLE)
        if status is not None:
            query = query.where(ServiceRow.status == status)
        with reading(self._sessions) as session:
            return [to_service(row) for row in session.scalars(query)]

    def _candidates(self, needs: tuple[str, ...], place: Place | None) -> list[Service]:
        with reading(self._sessions) as session:
            return list(_read(session, needs, place))


def _read(session: Session, needs: tuple[str, ...], place: Place | None) -> Iterator[Service]:
    terms = [term_id(need) for need in needs]
    query = select(ServiceRow).where(
        ServiceRow.status == "active",
        exists().where(
            AttributeRow.service_id == ServiceRow.id, AttributeRow.taxonomy_term_id.in_(terms)
        ),
    )
    if place is not None:
        query = query.where(
            exists().where(
                ServiceAreaRow.service_id == ServiceRow.id,
                ServiceAreaRow.scope.in_(_scopes(place))
                | (ServiceAreaRow.scope.startswith("outward:") if _by_name(place) else False),
            )
        )
    return (to_service(row) for row in session.scalars(query.options(*WHOLE)))


def _scopes(place: Place) -> list[str]:
    districts = [f"district:{code}" for code in place.district_codes if code]
    return ["uk", f"nation:{place.nation}", f"outward:{place.outward}", "other", *districts]


def _by_name(place: Place) -> bool:
    return place.outward is None
