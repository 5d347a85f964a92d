"""Small services for tests; every name and number is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from places.model import Place
from signposting.model import CostOption, Organization, Phone, Service, ServiceArea, identifier
from signposting.query import Query

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday


def service(slug: str, *, needs: tuple[str, ...] = ("sleep",), **changes: Any) -> Service:
    scopes = changes.pop("scopes", ("uk",))
    made = Service(
        id=identifier("service", slug),
        slug=slug,
        organization=Organization(identifier("organization", slug), slug, slug),
        name=slug.replace("-", " ").title(),
        description="Helps.",
        status="active",
        needs=needs,
        areas=tuple(ServiceArea(identifier(slug, s), s, s) for s in scopes),
        feed="test",
        verified=True,
        phones=(Phone(identifier(slug, "phone"), "07700 900123", "voice"),),
        cost_options=(CostOption(identifier(slug, "cost"), "free"),),
        self_referral=True,
        source_date="2026-09",
        assured_date=date(2026, 9, 1),
    )
    return replace(made, **changes)


def query(need: str | None = "sleep", **changes: Any) -> Query:
    fields: dict[str, Any] = {
        "stage": "young_baby",
        "place": None,
        "role": "mother",
        "language": None,
        "now": NOW,
    }
    return Query(need=need, **(fields | changes))


def place(district: str | None = "E08000032", **changes: Any) -> Place:
    made = Place(
        kind="postcode",
        text="BD5 8HL",
        district_code=district,
        district_name="Here",
        ward_code=None,
        easting=416_000,
        northing=431_000,
        split=False,
        nation="england",
        outward="BD5",
    )
    return replace(made, **changes)
