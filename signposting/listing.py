"""Pages through the directory: which ids fit the filters of a listing, and how many there are.

Everything is asked of the database, so that a directory of 200,000 services costs a page of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from common.errors import InvalidInput, NotFound
from places.model import Place
from signposting.model import Organization
from signposting.store import scopes
from signposting.tables import (
    AttributeRow,
    LocationRow,
    OrganizationRow,
    ScheduleRow,
    ServiceAreaRow,
    ServiceAtLocationRow,
    ServiceRow,
    TaxonomyTermRow,
)

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Filters:
    """What a listing is narrowed to; None filters nothing.

    Attributes:
        search: words, each of which must be in the name or the description.
        minimum_age: years; services whose own minimum is at least this.
        maximum_age: years; services whose own maximum is at most this.
        day: one of `DAYS`; with times, services open then.
        place: where it must be usable, or what `metres` are counted from.
        metres: how far a place of the service may be from `place`.
    """

    search: str | None = None
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    day: str | None = None
    start_time: time | None = None
    end_time: time | None = None
    place: Place | None = None
    metres: float | None = None

    def __post_init__(self) -> None:
        if self.metres is not None and (self.place is None or self.place.easting is None):
            raise InvalidInput("proximity needs a postcode of Great Britain")


@dataclass(frozen=True)
class Found:
    """One page of ids, and the number of all."""

    ids: list[str]
    total: int


def services(session: Session, filters: Filters, *, number: int, size: int) -> Found:
    """The ids of a page of services, by id."""
    query = select(ServiceRow.id).where(*_service_terms(filters))
    if filters.place is not None:
        place, metres = filters.place, filters.metres
        query = query.where(_covers(place) if metres is None else _near(place, metres))
    return _page(session, query, ServiceRow.id, number=number, size=size)


def services_at_locations(session: Session, filters: Filters, *, number: int, size: int) -> Found:
    """The ids of a page of service-at-location links, by id."""
    link = ServiceAtLocationRow
    query = (
        select(link.id)
        .join(ServiceRow, ServiceRow.id == link.service_id)
        .join(LocationRow, LocationRow.id == link.location_id)
        .where(*_service_terms(filters))
    )
    if filters.place is not None:
        place, metres = filters.place, filters.metres
        query = query.where(_covers(place) if metres is None else _within(place, metres))
    return _page(session, query, link.id, number=number, size=size)


def organizations(session: Session, *, number: int, size: int) -> tuple[list[Organization], int]:
    """A page of organizations, by id, and the number of all."""
    found = _page(
        session, select(OrganizationRow.id), OrganizationRow.id, number=number, size=size
    )
    rows = select(OrganizationRow).where(OrganizationRow.id.in_(found.ids))
    return [_organization(row) for row in session.scalars(rows.order_by(OrganizationRow.id))], (
        found.total
    )


def organization(session: Session, organization_id: str) -> tuple[Organization, list[str]]:
    """An organization, and the ids of its services.

    Raises:
        NotFound: there is none.
    """
    row = session.get(OrganizationRow, organization_id)
    if row is None:
        raise NotFound("there is no organization with this id")
    own = select(ServiceRow.id).where(ServiceRow.organization_id == organization_id)
    return _organization(row), list(session.scalars(own.order_by(ServiceRow.id)))


def links(session: Session, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Id and service id of service-at-location links, by id."""
    link = ServiceAtLocationRow
    found = session.execute(select(link.id, link.service_id).where(link.id.in_(ids)))
    return sorted((row.id, row.service_id) for row in found)


def _organization(row: OrganizationRow) -> Organization:
    return Organization(row.id, row.name, row.description, row.email, row.website)


def _page(session: Session, query: Select[str], key: Any, *, number: int, size: int) -> Found:
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    shown = query.order_by(key).limit(size).offset((number - 1) * size)
    return Found(list(session.scalars(shown)), total)


def _service_terms(filters: Filters) -> list[ColumnElement[bool]]:
    row = ServiceRow
    terms: list[ColumnElement[bool]] = []
    for word in (filters.search or "").split():
        terms.append(
            or_(
                row.name.icontains(word, autoescape=True),
                row.description.icontains(word, autoescape=True),
            )
        )
    if filters.organization_id is not None:
        terms.append(row.organization_id == filters.organization_id)
    if filters.minimum_age is not None:
        terms.append(row.minimum_age >= filters.minimum_age)
    if filters.maximum_age is not None:
        terms.append(row.maximum_age <= filters.maximum_age)
    if filters.taxonomy_term_id is not None:
        term = AttributeRow.taxonomy_term_id == filters.taxonomy_term_id
        terms.append(exists().where(AttributeRow.service_id == row.id, term))
    if filters.taxonomy_id is not None:
        link, term_row = AttributeRow, TaxonomyTermRow
        terms.append(
            exists().where(
                link.service_id == row.id,
                link.taxonomy_term_id == term_row.id,
                term_row.taxonomy_id == filters.taxonomy_id,
            )
        )
    if any(x is not None for x in (filters.day, filters.start_time, filters.end_time)):
        terms.append(exists().where(ScheduleRow.service_id == row.id, *_hours(filters)))
    return terms


def _hours(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.day is not None:
        found.append(ScheduleRow.byday.contains(filters.day))
    if filters.start_time is not None:
        found.append(ScheduleRow.opens_at <= filters.start_time.strftime("%H:%M"))
    if filters.end_time is not None:
        found.append(ScheduleRow.closes_at >= filters.end_time.strftime("%H:%M"))
    return found


def _covers(place: Place) -> ColumnElement[bool]:
    area = ServiceAreaRow
    return exists().where(area.service_id == ServiceRow.id, area.scope.in_(scopes(place)))


def _near(place: Place, metres: float) -> ColumnElement[bool]:
    link = ServiceAtLocationRow
    return exists().where(
        link.service_id == ServiceRow.id,
        link.location_id == LocationRow.id,
        _within(place, metres),
    )


def _within(place: Place, metres: float) -> ColumnElement[bool]:
    east = LocationRow.easting - place.easting
    north = LocationRow.northing - place.northing
    return east * east + north * north <= metres * metres
