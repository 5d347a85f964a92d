"""Reads the directory: search and single services; the choice itself is signposting.match."""

from sqlalchemy import Select, exists, or_, select

from common.db import Sessions, reading
from common.errors import NotFound
from places.model import Place
from signposting import loading
from signposting.match import GENERAL, Match, Query, rank
from signposting.model import Service
from signposting.needs import Needs
from signposting.rows import term_id
from signposting.tables import AttributeRow, ServiceAreaRow, ServiceRow


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
        if query.need is None:
            return self._rank(GENERAL, query)
        close = (query.need, *self.needs.near(query.need))
        found = self._rank(close, query)
        if any(match.service.has_contact for match in found):
            return found
        return self._rank((*close, *self.needs.far(query.need), *GENERAL), query)

    def _rank(self, wanted: tuple[str, ...], query: Query) -> list[Match]:
        ids = _candidate_ids(wanted, query.place)
        return rank(self._found(ids), query, needs=self.needs)

    def get(self, slug: str) -> Service:
        """One service by slug or id.

        Raises:
            NotFound: there is none.
        """
        by_name = or_(ServiceRow.slug == slug, ServiceRow.id == slug)
        found = self._found(select(ServiceRow.id).where(by_name))
        if not found:
            raise NotFound(f"there is no service {slug!r}")
        return found[0]

    def all(self, *, status: str | None = None) -> list[Service]:
        """Every service by slug; of one status where given."""
        query = select(ServiceRow.id).order_by(ServiceRow.slug)
        return self._found(query if status is None else query.where(ServiceRow.status == status))

    def _found(self, ids: Select[str]) -> list[Service]:
        with reading(self._sessions) as session:
            return loading.services(session, session.scalars(ids).all())


def _candidate_ids(needs: tuple[str, ...], place: Place | None) -> Select[str]:
    terms = [term_id(need) for need in needs]
    query = select(ServiceRow.id).where(
        ServiceRow.status == "active",
        exists().where(
            AttributeRow.service_id == ServiceRow.id, AttributeRow.taxonomy_term_id.in_(terms)
        ),
    )
    if place is not None:
        query = query.where(
            exists().where(
                ServiceAreaRow.service_id == ServiceRow.id,
                ServiceAreaRow.scope.in_(scopes(place))
                | (ServiceAreaRow.scope.startswith("outward:") if _by_name(place) else False),
            )
        )
    return query


def scopes(place: Place) -> list[str]:
    """The scopes of service areas in which a place lies."""
    districts = [f"district:{code}" for code in place.district_codes if code]
    return ["uk", f"nation:{place.nation}", f"outward:{place.outward}", "other", *districts]


def _by_name(place: Place) -> bool:
    return place.outward is None
