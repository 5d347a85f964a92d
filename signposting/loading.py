"""Loads whole services by id: a few plain selects, whatever their number; decides nothing.

Plain columns instead of mapped objects: a search reads some forty services, and making mapped
objects of all their parts took twice as long.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from signposting.model import (
    Address,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
)
from signposting.tables import (
    AddressRow,
    AttributeRow,
    CostOptionRow,
    LanguageRow,
    LocationRow,
    OrganizationRow,
    PhoneRow,
    ScheduleRow,
    ServiceAreaRow,
    ServiceAtLocationRow,
    ServiceRow,
    TaxonomyTermRow,
)

_MOST_IDS = 500  # a statement may not have any number of parameters
# Columns of the service that a Service has under the same name.
_SAME = (
    "id",
    "slug",
    "name",
    "description",
    "status",
    "feed",
    "verified",
    "minimum_weeks",
    "maximum_weeks",
    "url",
    "email",
    "opening_hours",
    "language_note",
    "interpretation_services",
    "accessibility",
    "application_process",
    "people",
    "self_referral",
    "referral_here",
    "evidence",
    "source_date",
    "assured_date",
    "checked",
    "staff_notes",
)


def services(session: Session, ids: Sequence[str]) -> list[Service]:
    """The services of these ids that exist, in the order of the ids."""
    found: list[Service] = []
    for start in range(0, len(ids), _MOST_IDS):
        found += _some(session, ids[start : start + _MOST_IDS])
    return found


def _some(session: Session, ids: Sequence[str]) -> list[Service]:
    by = OrganizationRow
    query = (
        select(
            ServiceRow.__table__,
            by.name.label("organization_name"),
            by.description.label("organization_description"),
            by.email.label("organization_email"),
            by.website.label("organization_website"),
        )
        .join(OrganizationRow, OrganizationRow.id == ServiceRow.organization_id)
        .where(ServiceRow.id.in_(ids))
    )
    rows = {row["id"]: row for row in session.execute(query).mappings()}
    parts = _parts(session, ids)
    return [
        _service(rows[i], {k: tuple(v[i]) for k, v in parts.items()}) for i in ids if i in rows
    ]


def _parts(session: Session, ids: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
    def by_service(
        row: Any, make: Callable[..., Any], *columns: Any, query: Any = None
    ) -> dict[str, list[Any]]:
        chosen: Any = select(row.service_id, *columns) if query is None else query
        ordered = chosen.where(row.service_id.in_(ids)).order_by(row.service_id, row.position)
        found: dict[str, list[Any]] = defaultdict(list)
        for service_id, *values in session.execute(ordered):
            found[service_id].append(make(*values))
        return found

    need = select(AttributeRow.service_id, TaxonomyTermRow.code).join(
        TaxonomyTermRow, TaxonomyTermRow.id == AttributeRow.taxonomy_term_id
    )
    area, phone, span = ServiceAreaRow, PhoneRow, ScheduleRow
    return {
        "needs": by_service(AttributeRow, str, query=need),
        "areas": by_service(area, ServiceArea, area.id, area.name, area.scope, area.uri),
        "phones": by_service(
            phone,
            Phone,
            phone.id,
            phone.number,
            phone.type,
            phone.description,
            phone.for_professionals,
        ),
        "schedules": by_service(
            span, Schedule, span.id, span.byday, span.opens_at, span.closes_at, span.freq
        ),
        "languages": by_service(
            LanguageRow, Language, LanguageRow.id, LanguageRow.code, LanguageRow.name
        ),
        "cost_options": by_service(
            CostOptionRow,
            CostOption,
            CostOptionRow.id,
            CostOptionRow.option,
            CostOptionRow.amount_description,
        ),
        "locations": _locations(session, ids),
    }


def _locations(session: Session, ids: Sequence[str]) -> dict[str, list[Location]]:
    link = ServiceAtLocationRow
    query = (
        select(link.service_id, LocationRow.__table__)
        .join(LocationRow, LocationRow.id == link.location_id)
        .where(link.service_id.in_(ids))
        .order_by(link.service_id, link.position)
    )
    rows = session.execute(query).all()
    addresses = _addresses(session, {row.id for row in rows})
    found: dict[str, list[Location]] = defaultdict(list)
    for row in rows:
        found[row.service_id].append(
            Location(
                id=row.id,
                name=row.name,
                location_type=row.location_type,
                latitude=row.latitude,
                longitude=row.longitude,
                easting=row.easting,
                northing=row.northing,
                addresses=tuple(addresses[row.id]),
            )
        )
    return found


def _addresses(session: Session, locations: set[str]) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = defaultdict(list)
    if not locations:
        return found
    at = AddressRow
    query = (
        select(
            at.location_id,
            at.id,
            at.address_1,
            at.city,
            at.state_province,
            at.postal_code,
            at.country,
            at.address_type,
        )
        .where(at.location_id.in_(locations))
        .order_by(at.location_id, at.position)
    )
    for location_id, *values in session.execute(query):
        found[location_id].append(Address(*values))
    return found


def _service(row: Any, parts: dict[str, Any]) -> Service:
    return Service(
        organization=Organization(
            row["organization_id"],
            row["organization_name"],
            row["organization_description"],
            row["organization_email"],
            row["organization_website"],
        ),
        sources=tuple(row["source"]),
        unconfirmed=MappingProxyType(dict(row["unconfirmed"])),
        record=None if row["record"] is None else MappingProxyType(dict(row["record"])),
        **{name: row[name] for name in _SAME},
        **parts,
    )
