"""The directory as Open Referral (HSDS-UK 3.0) JSON: whole records out, any list or record in.

Our own fields travel under `first1001`, so that our export comes back without loss. A record of
others goes out as it came in.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from signposting.model import Organization, Service, identifier
from signposting.needs import Needs
from signposting.rows import term_id, years_from, years_until

PROFILE = "HSDS-UK-3.0"
OWN = "first1001"
TAXONOMY = identifier("taxonomy", "first1001-needs")
_PRIVATE = ("staff_notes", "unconfirmed")
_COST_WORDS = {
    "free": "Free",
    "standard_call": "The price of a normal call",
    "charged": "There may be a charge: ask first",
}


def service_json(service: Service, *, private: bool = False) -> dict[str, Any]:
    """One service, fully nested; empty fields are left out.

    Args:
        service: what to write.
        private: with staff notes and unconfirmed contact; never for the public API.
    """
    if service.record is not None and not service.verified:
        return _foreign_json(service, private=private)
    return _filled(
        {
            "id": service.id,
            "name": service.name,
            "description": service.description,
            "url": service.url,
            "email": service.email,
            "status": service.status,
            "fees": _fees(service),
            "minimum_age": years_from(service.minimum_weeks),
            "maximum_age": years_until(service.maximum_weeks),
            "assured_date": service.assured_date and service.assured_date.isoformat(),
            "application_process": service.application_process,
            "interpretation_services": _interpreters(service),
            "organization": organization_json(service.organization),
            "contacts": _contacts(service, private=private),
            "schedules": [
                {
                    "id": s.id,
                    "freq": s.freq,
                    "byday": s.byday,
                    "opens_at": s.opens_at,
                    "closes_at": s.closes_at,
                }
                for s in service.schedules
            ],
            "service_areas": [
                _filled({"id": a.id, "name": a.name, "uri": a.uri, "scope": a.scope})
                for a in service.areas
            ],
            "service_at_locations": _locations(service),
            "languages": [{"id": x.id, "code": x.code, "name": x.name} for x in service.languages],
            "cost_options": [
                _filled(
                    {"id": c.id, "option": c.option, "amount_description": c.amount_description}
                )
                for c in service.cost_options
            ],
            "attributes": [_attribute(service, need) for need in service.needs],
            OWN: _own(service, private=private),
        }
    )


def page(
    services: Iterable[Service], *, number: int = 1, size: int | None = None, private: bool = False
) -> dict[str, Any]:
    """A page of `/services` as HSDS-UK 3.0 lists it; without a size, one page of all.

    Args:
        services: in their order.
        number: from 1; beyond the end gives an empty page.
        size: services on a page.
        private: see `service_json`.
    """
    everything = list(services)
    size = size or max(len(everything), 1)
    shown = everything[(number - 1) * size : number * size]
    made = [service_json(service, private=private) for service in shown]
    return listed(made, len(everything), number, size)


def listed(shown: list[dict[str, Any]], total: int, number: int, size: int) -> dict[str, Any]:
    """A page of any list as HSDS-UK 3.0 wraps it.

    Args:
        shown: what is on this page.
        total: how many there are on all pages.
        number: of the page, from 1.
        size: how many a page holds at most.
    """
    pages = max(-(-total // size), 1)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(shown),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not shown,
        "contents": shown,
    }


def organization_json(organization: Organization) -> dict[str, Any]:
    """One organization, without its services."""
    return _filled(
        {
            "id": organization.id,
            "name": organization.name,
            "description": organization.description,
            "email": organization.email,
            "website": organization.website,
        }
    )


def at_location_json(service: Service, link: str) -> dict[str, Any]:
    """A service at one of its places; `link` is the id of the two together."""
    at = next(place for place in _locations(service) if place["id"] == link)
    whole = service_json(service)
    return {**at, "service": {k: v for k, v in whole.items() if k != "service_at_locations"}}


def api_details(*, openapi_url: str) -> dict[str, str]:
    """What `GET /` of the API answers."""
    return {
        "version": PROFILE,
        "profile": "https://openreferraluk.org",
        "openapi_url": openapi_url,
    }


def taxonomy_json(needs: Needs) -> dict[str, Any]:
    """The taxonomy of needs as an HSDS taxonomy."""
    return {
        "id": TAXONOMY,
        "name": needs.name,
        "description": needs.description,
        "version": needs.version,
    }


def terms_json(needs: Needs) -> list[dict[str, Any]]:
    """Groups, then needs, as HSDS taxonomy terms; a need's parent is its group."""
    groups = [
        {
            "id": term_id(f"group:{group}"),
            "code": f"group:{group}",
            "name": name,
            "description": name,
            "taxonomy": needs.name,
        }
        for group, name in needs.groups.items()
    ]
    terms = [
        {
            "id": term_id(need.id),
            "code": need.id,
            "name": need.id.replace("-", " "),
            "description": "; ".join(need.words),
            "parent_id": term_id(f"group:{need.group}"),
            "taxonomy": needs.name,
        }
        for need in needs.by_id.values()
    ]
    return [*groups, *terms]


def _foreign_json(service: Service, *, private: bool) -> dict[str, Any]:
    """A record of others as it came, with what we made of it beside."""
    return {**dict(service.record or {}), OWN: _own(service, private=private)}


def _own(service: Service, *, private: bool) -> dict[str, Any]:
    own = {
        "slug": service.slug,
        "feed": service.feed,
        "minimum_weeks": service.minimum_weeks,
        "maximum_weeks": service.maximum_weeks,
        "opening_hours": service.opening_hours,
        "language_note": service.language_note,
        "accessibility": service.accessibility,
        "people": service.people,
        "self_referral": service.self_referral,
        "referral_here": service.referral_here,
        "interpreters": service.interpretation_services,
        "verified": service.verified,
        "evidence": service.evidence,
        "sources": list(service.sources),
        "source_date": service.source_date,
        "checked": service.checked and service.checked.isoformat(),
        "staff_notes": service.staff_notes,
        "unconfirmed": dict(service.unconfirmed),
    }
    return _filled({k: v for k, v in own.items() if private or k not in _PRIVATE})


def _contacts(service: Service, *, private: bool) -> list[dict[str, Any]]:
    phones = [
        _filled(
            {
                "id": p.id,
                "number": p.number,
                "type": p.type,
                "description": p.description,
                "for_professionals": p.for_professionals or None,
            }
        )
        for p in service.phones
        if private or not p.for_professionals
    ]
    if not phones:
        return []
    return [{"id": identifier(service.id, "contact"), "name": service.name, "phones": phones}]


def _locations(service: Service) -> list[dict[str, Any]]:
    return [
        {
            "id": identifier(service.id, location.id),
            "location": _filled(
                {
                    "id": location.id,
                    "location_type": location.location_type,
                    "name": location.name,
                    "latitude": location.latitude,
                    "longitude": location.longitude,
                    "easting": location.easting,
                    "northing": location.northing,
                    "addresses": [
                        {
                            "id": a.id,
                            "address_1": a.address_1,
                            "city": a.city,
                            "state_province": a.state_province,
                            "postal_code": a.postal_code,
                            "country": a.country,
                            "address_type": a.address_type,
                        }
                        for a in location.addresses
                    ],
                }
            ),
        }
        for location in service.locations
    ]


def _attribute(service: Service, need: str) -> dict[str, Any]:
    return {
        "id": identifier(service.id, "need", need),
        "link_id": service.id,
        "link_type": "need",
        "taxonomy_term_id": term_id(need),
        "taxonomy_term": {
            "id": term_id(need),
            "code": need,
            "name": need.replace("-", " "),
            "description": need.replace("-", " "),
            "taxonomy": "First1001 needs",
        },
    }


def _costs(service: Service) -> list[dict[str, Any]]:
    return [
        _filled({"id": c.id, "option": c.option, "amount_description": c.amount_description})
        for c in service.cost_options
    ]


def _fees(service: Service) -> str | None:
    options = [_COST_WORDS.get(c.option, c.option) for c in service.cost_options]
    return "; ".join(options) or None


def _interpreters(service: Service) -> str | None:
    return "Interpreters can be used" if service.interpretation_services else None


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty; false and zero stay."""
    return {k: v for k, v in fields.items() if v is not None and v != [] and v != {} and v != ""}
