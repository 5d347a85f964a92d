"""Turns directory rows into values and values into rows; decides nothing and commits nothing."""

import math
from types import MappingProxyType

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
    identifier,
)
from signposting.needs import Needs
from signposting.tables import (
    AddressRow,
    AttributeRow,
    ContactRow,
    CostOptionRow,
    LanguageRow,
    LocationRow,
    OrganizationRow,
    PhoneRow,
    ScheduleRow,
    ServiceAreaRow,
    ServiceAtLocationRow,
    ServiceRow,
    TaxonomyRow,
    TaxonomyTermRow,
)

WEEKS_IN_YEAR = 365.25 / 7


def to_service(row: ServiceRow) -> Service:
    """The value of a row whose children are loaded."""
    organization = row.organization
    return Service(
        id=row.id,
        slug=row.slug,
        organization=Organization(
            organization.id,
            organization.name,
            organization.description,
            organization.email,
            organization.website,
        ),
        name=row.name,
        description=row.description,
        status=row.status,
        needs=tuple(attribute.taxonomy_term.code for attribute in row.attributes),
        areas=tuple(ServiceArea(a.id, a.name, a.scope, a.uri) for a in row.service_areas),
        feed=row.feed,
        verified=row.verified,
        minimum_weeks=row.minimum_weeks,
        maximum_weeks=row.maximum_weeks,
        url=row.url,
        email=row.email,
        phones=tuple(
            Phone(p.id, p.number, p.type, p.description, p.for_professionals) for p in row.phones
        ),
        schedules=tuple(
            Schedule(s.id, s.byday, s.opens_at, s.closes_at, s.freq) for s in row.schedules
        ),
        opening_hours=row.opening_hours,
        locations=tuple(_to_location(link.location) for link in row.service_at_locations),
        languages=tuple(Language(x.id, x.code, x.name) for x in row.languages),
        language_note=row.language_note,
        cost_options=tuple(
            CostOption(c.id, c.option, c.amount_description) for c in row.cost_options
        ),
        interpretation_services=row.interpretation_services,
        accessibility=row.accessibility,
        application_process=row.application_process,
        people=row.people,
        self_referral=row.self_referral,
        referral_here=row.referral_here,
        evidence=row.evidence,
        sources=tuple(row.source),
        source_date=row.source_date,
        assured_date=row.assured_date,
        checked=row.checked,
        staff_notes=row.staff_notes,
        unconfirmed=MappingProxyType(dict(row.unconfirmed)),
        record=None if row.record is None else MappingProxyType(dict(row.record)),
    )


def to_row(service: Service) -> ServiceRow:
    """A new row with its children; organization, locations and terms are linked by id only."""
    row = ServiceRow(
        id=service.id,
        slug=service.slug,
        organization_id=service.organization.id,
        name=service.name,
        description=service.description,
        url=service.url,
        email=service.email,
        status=service.status,
        minimum_age=years_from(service.minimum_weeks),
        maximum_age=years_until(service.maximum_weeks),
        minimum_weeks=service.minimum_weeks,
        maximum_weeks=service.maximum_weeks,
        assured_date=service.assured_date,
        interpretation_services=service.interpretation_services,
        application_process=service.application_process,
        feed=service.feed,
        opening_hours=service.opening_hours,
        language_note=service.language_note,
        accessibility=service.accessibility,
        people=service.people,
        self_referral=service.self_referral,
        referral_here=service.referral_here,
        verified=service.verified,
        evidence=service.evidence,
        source=list(service.sources),
        source_date=service.source_date,
        checked=service.checked,
        staff_notes=service.staff_notes,
        unconfirmed=dict(service.unconfirmed),
        record=None if service.record is None else dict(service.record),
    )
    _add_contact(row, service)
    _add_children(row, service)
    return row


def _add_contact(row: ServiceRow, service: Service) -> None:
    if not service.phones:
        return
    contact = ContactRow(id=identifier(service.id, "contact"), position=0, name=service.name)
    row.contacts = [contact]
    row.phones = [
        PhoneRow(
            id=phone.id,
            contact=contact,
            position=position,
            number=phone.number,
            type=phone.type,
            description=phone.description,
            for_professionals=phone.for_professionals,
        )
        for position, phone in enumerate(service.phones)
    ]


def _add_children(row: ServiceRow, service: Service) -> None:
    row.schedules = [
        ScheduleRow(
            id=s.id,
            position=n,
            freq=s.freq,
            byday=s.byday,
            opens_at=s.opens_at,
            closes_at=s.closes_at,
        )
        for n, s in enumerate(service.schedules)
    ]
    row.service_areas = [
        ServiceAreaRow(id=a.id, position=n, name=a.name, scope=a.scope, uri=a.uri)
        for n, a in enumerate(service.areas)
    ]
    row.languages = [
        LanguageRow(id=x.id, position=n, code=x.code, name=x.name)
        for n, x in enumerate(service.languages)
    ]
    row.cost_options = [
        CostOptionRow(
            id=c.id, position=n, option=c.option, amount_description=c.amount_description
        )
        for n, c in enumerate(service.cost_options)
    ]
    row.service_at_locations = [
        ServiceAtLocationRow(
            id=identifier(service.id, location.id), location_id=location.id, position=n
        )
        for n, location in enumerate(service.locations)
    ]
    row.attributes = [
        AttributeRow(
            id=identifier(service.id, "need", need),
            taxonomy_term_id=term_id(need),
            position=n,
        )
        for n, need in enumerate(service.needs)
    ]


def organization_row(organization: Organization) -> OrganizationRow:
    """The row of an organization."""
    return OrganizationRow(
        id=organization.id,
        name=organization.name,
        description=organization.description,
        email=organization.email,
        website=organization.website,
    )


def location_row(location: Location) -> LocationRow:
    """The row of a location with its addresses."""
    return LocationRow(
        id=location.id,
        location_type=location.location_type,
        name=location.name,
        latitude=location.latitude,
        longitude=location.longitude,
        easting=location.easting,
        northing=location.northing,
        addresses=[
            AddressRow(
                id=a.id,
                position=n,
                address_1=a.address_1,
                city=a.city,
                state_province=a.state_province,
                postal_code=a.postal_code,
                country=a.country,
                address_type=a.address_type,
            )
            for n, a in enumerate(location.addresses)
        ],
    )


def taxonomy_rows(needs: Needs) -> list[TaxonomyRow | TaxonomyTermRow]:
    """The taxonomy with its groups and needs, parents first."""
    taxonomy = identifier("taxonomy", needs.id)
    groups = [
        TaxonomyTermRow(
            id=term_id(f"group:{group}"),
            taxonomy_id=taxonomy,
            code=f"group:{group}",
            name=name,
            description=name,
        )
        for group, name in needs.groups.items()
    ]
    terms = [
        TaxonomyTermRow(
            id=term_id(need.id),
            taxonomy_id=taxonomy,
            code=need.id,
            name=need.id.replace("-", " "),
            description="; ".join(need.words),
            parent_id=term_id(f"group:{need.group}"),
        )
        for need in needs.by_id.values()
    ]
    row = TaxonomyRow(
        id=taxonomy, name=needs.name, description=needs.description, version=needs.version
    )
    return [row, *groups, *terms]


def term_id(need: str) -> str:
    """The id of a need's taxonomy term."""
    return identifier("taxonomy_term", need)


def years_from(weeks: int | None) -> float | None:
    """Years for HSDS, rounded outwards to whole years."""
    return None if weeks is None else float(math.floor(weeks / WEEKS_IN_YEAR))


def years_until(weeks: int | None) -> float | None:
    """Years for HSDS, rounded outwards to whole years."""
    return None if weeks is None else float(math.ceil(weeks / WEEKS_IN_YEAR))


def _to_location(row: LocationRow) -> Location:
    return Location(
        id=row.id,
        name=row.name,
        location_type=row.location_type,
        latitude=row.latitude,
        longitude=row.longitude,
        easting=row.easting,
        northing=row.northing,
        addresses=tuple(
            Address(
                a.id,
                a.address_1,
                a.city,
                a.state_province,
                a.postal_code,
                a.country,
                a.address_type,
            )
            for a in row.addresses
        ),
    )
