"""Turns services into new directory rows; decides nothing and commits nothing."""

import math

from signposting.model import (
    Location,
    Organization,
    Service,
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
