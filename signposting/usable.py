"""Whether a service may be offered at all: status, people, stage, area; pure, ranks nothing."""

from places.model import Place
from signposting.model import Service
from signposting.needs import Needs
from signposting.query import STAGES, Query


def usable(service: Service, query: Query, needs: Needs) -> bool:
    """Whether a service may be offered for this query at all, however well it fits the need."""
    return (
        service.status == "active"
        and service.slug not in query.exclude
        and bool(service.needs)
        and needs.may_offer(service.needs[0], query.need)
        and _for_role(service, query.role)
        and (needs.is_any_age(query.need) or _for_stage(service, query.stage))
        and covers(service, query.place) is not False
    )


def _for_role(service: Service, role: str) -> bool:
    if role == "professional":
        return True
    if service.people == "professionals":
        return False
    return (role, service.people) not in {("mother", "men"), ("father", "women")}


def _for_stage(service: Service, stage: str | None) -> bool:
    if stage is None or stage not in STAGES:
        return True
    start, end = STAGES[stage]
    if service.minimum_weeks is not None and service.minimum_weeks >= end:
        return False
    return service.maximum_weeks is None or service.maximum_weeks > start


def covers(service: Service, place: Place | None) -> bool | None:
    """Whether it serves the place; None where that depends on what we do not know."""
    scopes = {area.scope for area in service.areas}
    if "uk" in scopes:
        return True
    if place is None:
        # A nation's line serves nearly all who write; a local service may not.
        return True if any(scope.startswith("nation:") for scope in scopes) else None
    if f"nation:{place.nation}" in scopes or f"outward:{place.outward}" in scopes:
        return True
    in_districts = {f"district:{code}" in scopes for code in place.district_codes}
    if in_districts == {True}:
        return True
    if in_districts == {True, False}:
        return None
    if place.outward is None and place.kind == "name" and _outwards(scopes):
        return None  # a ward or town may lie in any of a service's outward codes
    return None if "other" in scopes else False


def _outwards(scopes: set[str]) -> bool:
    return any(scope.startswith("outward:") for scope in scopes)
