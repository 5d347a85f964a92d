"""Reads the services of a deployment (services.yml) into values; writes nothing.

Refuses a blocked number, an unknown need, and a verified service without reviewed evidence.
"""

from datetime import date
from types import MappingProxyType
from typing import Any

from common.deployment import Deployment
from common.deployment_files import Fields, read_yaml
from common.opening_hours import DAYS
from places.grid import to_degrees
from places.store import Places
from signposting.model import (
    PEOPLE,
    STATUSES,
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
from signposting.numbers import BlockedNumbers

FEED = "deployment:"
COSTS = ("free", "standard_call", "charged")
# Languages that parents ask for, in English. Source: ISO 639-1.
LANGUAGES = MappingProxyType(
    {
        "ar": "Arabic",
        "bn": "Bengali",
        "cs": "Czech",
        "cy": "Welsh",
        "en": "English",
        "fa": "Persian",
        "hu": "Hungarian",
        "ku": "Kurdish",
        "pa": "Punjabi",
        "pl": "Polish",
        "ps": "Pashto",
        "ro": "Romanian",
        "sk": "Slovak",
        "so": "Somali",
        "uk": "Ukrainian",
        "ur": "Urdu",
    }
)
# Uris of the nations. Source: ONS register of geographic codes.
_NATION_CODES = {
    "england": "E92000001",
    "wales": "W92000004",
    "scotland": "S92000003",
    "northern_ireland": "N92000002",
}
_GEOGRAPHY = "http://statistics.data.gov.uk/id/statistical-geography/"
_CONTACT = ("phone", "professional_phone", "sms", "url", "email", "opening_hours")


def read(deployment: Deployment, needs: Needs, *, places: Places | None = None) -> list[Service]:
    """The services of a deployment, in the order of its file.

    Args:
        deployment: whose `services.yml` is read.
        needs: the taxonomy that the file's needs must be in.
        places: gives services with a postcode their position; None leaves it out.

    Raises:
        SettingsError: naming the file, the service and the field.
    """
    fields = read_yaml(deployment.folder / "services.yml")
    blocked = BlockedNumbers(deployment.blocked)
    services: dict[str, Service] = {}
    for item in fields.items_of():
        found = blocked.found_within(item.value)
        if found:
            raise item.error("phone", f"holds a blocked number: {found[0]}")
        service = _service(item, deployment, needs, places)
        if service.slug in services:
            raise item.error("id", "is there twice")
        services[service.slug] = service
    return list(services.values())


def earliest_day(text: str) -> date:
    """The first day that a date written as "2026", "2026-09" or "2026-09-13" can mean."""
    parts = [int(part) for part in text.split("-")]
    return date(*(parts + [1, 1])[:3])


def _service(item: Fields, deployment: Deployment, needs: Needs, places: Places | None) -> Service:
    slug = item.text("id")
    verified = item.flag("verified")
    evidence = item.choice("evidence", ("A", "B", "C", "D"))
    if verified and evidence == "D":
        raise item.error("verified", "cannot be true on evidence D")
    source_date = item.optional_text("source_date")
    contact: dict[str, Any] = _contact(slug, item) if verified else {"unconfirmed": _raw(item)}
    return Service(
        id=identifier("service", slug),
        slug=slug,
        organization=_organization(item),
        name=item.text("name"),
        description=item.text("description"),
        status=item.choice("status", STATUSES, "active"),
        needs=_needs(item, needs),
        areas=_areas(slug, item, deployment),
        feed=FEED + deployment.name,
        verified=verified,
        minimum_weeks=None
        if item.value.get("from_weeks") == "pregnancy"
        else item.number("from_weeks"),
        maximum_weeks=item.optional_number("until_weeks"),
        locations=_locations(slug, item, places),
        languages=_languages(slug, item),
        language_note=item.optional_text("language_note"),
        cost_options=_costs(slug, item),
        interpretation_services=item.has("interpreters") and item.flag("interpreters"),
        accessibility=item.optional_text("access"),
        application_process=item.optional_text("route"),
        people=item.choice("people", PEOPLE, "anyone"),
        self_referral=_self_referral(item),
        referral_here=item.has("referral_here") and item.flag("referral_here"),
        evidence=evidence,
        sources=item.texts("sources"),
        source_date=source_date,
        assured_date=earliest_day(source_date) if source_date else None,
        checked=item.day("checked"),
        staff_notes=item.optional_text("staff_notes"),
        **contact,
    )


def _organization(item: Fields) -> Organization:
    name = item.text("organisation")
    return Organization(identifier("organization", name), name, name)


def _needs(item: Fields, needs: Needs) -> tuple[str, ...]:
    found = item.texts("needs")
    for need in found:
        if need not in needs.by_id:
            raise item.error("needs", f"has {need!r}, which is not in signposting/needs.yml")
    return found


def _contact(slug: str, item: Fields) -> dict[str, Any]:
    hours = item.hours("opening_hours") if item.has("opening_hours") else None
    return {
        "url": item.optional_text("url"),
        "email": item.optional_text("email"),
        "phones": _phones(slug, item),
        "opening_hours": hours.text if hours else None,
        "schedules": tuple(
            Schedule(
                id=identifier("schedule", slug, str(number)),
                byday=",".join(DAYS[day].upper() for day in opening.days),
                opens_at=f"{opening.start:%H:%M}",
                closes_at=f"{opening.end:%H:%M}",
            )
            for number, opening in enumerate(hours.openings if hours else ())
        ),
    }


def _phones(slug: str, item: Fields) -> tuple[Phone, ...]:
    phones = []
    for key in ("phone", "professional_phone"):
        number = item.optional_text(key)
        if number:
            phone_id = identifier("phone", slug, key)
            phones.append(Phone(phone_id, number, "voice", None, key != "phone"))
    if item.has("sms"):
        sms = item.section("sms")
        phone_id = identifier("phone", slug, "sms")
        phones.append(Phone(phone_id, sms.text("to"), "sms", sms.optional_text("words")))
    return tuple(phones)


def _raw(item: Fields) -> MappingProxyType[str, Any]:
    return MappingProxyType({key: item.value[key] for key in _CONTACT if item.has(key)})


def _areas(slug: str, item: Fields, deployment: Deployment) -> tuple[ServiceArea, ...]:
    found: dict[str, ServiceArea] = {}
    for text in item.texts("area"):
        kind, _, what = text.partition(":")
        for scope, name, code in _scopes(kind, what, item, deployment):
            uri = _GEOGRAPHY + code if code else None
            found[scope] = ServiceArea(identifier("area", slug, scope), name, scope, uri)
    return tuple(found.values())


def _scopes(
    kind: str, what: str, item: Fields, deployment: Deployment
) -> list[tuple[str, str, str | None]]:
    if kind == "uk" and not what:
        return [("uk", "United Kingdom", "K02000001")]
    if kind == "nation" and what in _NATION_CODES:
        name = what.replace("_", " ").title()
        return [(f"nation:{what}", name, _NATION_CODES[what])]
    if kind == "district" and what:
        own = what in deployment.eligibility.districts
        return [(f"district:{what}", deployment.area_name if own else what, what)]
    if kind == "outward" and what:
        return [(f"outward:{what}", what, None)]
    if kind == "region" and what in deployment.regions:
        return [(f"district:{code}", what, code) for code in deployment.regions[what]]
    raise item.error("area", f"has {kind}:{what}, which is not an area that we know")


def _locations(slug: str, item: Fields, places: Places | None) -> tuple[Location, ...]:
    address, postcode = item.optional_text("address"), item.optional_text("postcode")
    if address is None and postcode is None:
        return ()
    place = places.lookup(postcode) if places and postcode else None
    if places and postcode and (place is None or place.kind != "postcode"):
        raise item.error("postcode", f"{postcode} does not exist")
    east, north = (place.easting, place.northing) if place else (None, None)
    longitude, latitude = (
        to_degrees(east, north) if east is not None and north is not None else (None, None)
    )
    line, _, city = (address or "").rpartition(",")
    return (
        Location(
            id=identifier("location", slug),
            name=address or item.text("name"),
            latitude=latitude,
            longitude=longitude,
            easting=east,
            northing=north,
            addresses=(
                Address(
                    id=identifier("address", slug),
                    address_1=line.strip() or city.strip(),
                    city=city.strip() if line else "",
                    state_province="",
                    postal_code=postcode or "",
                ),
            ),
        ),
    )


def _languages(slug: str, item: Fields) -> tuple[Language, ...]:
    found = []
    for code in item.optional_texts("languages"):
        if code not in LANGUAGES:
            raise item.error("languages", f"has {code!r}, which is not a language that we know")
        found.append(Language(identifier("language", slug, code), code, LANGUAGES[code]))
    return tuple(found)


def _costs(slug: str, item: Fields) -> tuple[CostOption, ...]:
    return (CostOption(identifier("cost", slug), item.choice("cost", COSTS)),)


def _self_referral(item: Fields) -> bool | None:
    return None if item.value.get("self_referral") == "unknown" else item.flag("self_referral")
