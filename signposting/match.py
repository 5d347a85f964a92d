"""Chooses services for a parent: need, stage, place, access; pure, without database or clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from common.opening_hours import parse
from places.model import Place, distance_km
from signposting.model import Service
from signposting.needs import Needs
from signposting.query import FITS, STAGES, Match, Query
from signposting.usable import covers as area_covers
from signposting.usable import usable

__all__ = ["FITS", "GENERAL", "STAGES", "Match", "Query", "rank"]

# When nothing fits a need, these do, closest first.
GENERAL = ("information", "parenting", "low-mood", "crisis")
_EARLY_YEARS_WEEKS = 260
_FRESH_DAYS = 365
_FAR_KM = 25.0

# Weights within one fit: that she can reach it, then how central the need is to it, then the rest.
_PER_PLACE_DOWN, _MOST_PLACES_DOWN, _PER_KIN, _MOST_KIN = 0.6, 4, 0.2, 3
_PER_NEAR_DOWN = 0.5
_URGENT_LINE = 6.0
_REFERRAL_HERE, _VERIFIED = 3.0, 1.0
_CONTACT, _NO_CONTACT = 3.0, -2.0
_SELF, _PROFESSIONAL_ONLY = 1.5, -1.0
_EARLY_YEARS = 1.5
_LOCAL, _MAYBE_LOCAL = 1.0, -1.5
_CRISIS_LINE_FOR_OTHER_NEED = -4.0
_FOR_MEN, _DADS, _NOT_FOR_ALL, _FOR_LGBT = 3.0, 1.5, -0.5, -5.0
_LANGUAGE, _INTERPRETERS = 3.0, 1.0
_OPEN, _FRESH = 0.3, 0.3
_SAME_ORGANISATION = -1.5
_UK_TIME = ZoneInfo("Europe/London")  # in which every service of a directory gives its hours
_ACCESS_REASONS: Mapping[bool | None, str] = MappingProxyType(
    {
        True: "signpost.why.ask_yourself",
        False: "signpost.why.through_professional",
        None: "signpost.why.ask_how",
    }
)
_FIT_REASONS = MappingProxyType(
    {
        "near": "signpost.why.near",
        "far": "signpost.why.near",
        "general": "signpost.why.general",
    }
)


@dataclass(frozen=True)
class _Scored:
    match: Match
    score: float

    @property
    def order(self) -> tuple[int, float, str]:
        return FITS.index(self.match.fit), -self.score, self.match.service.slug


def rank(services: Iterable[Service], query: Query, *, needs: Needs) -> list[Match]:
    """At most `query.most` services, best first.

    Local and national ones compete; related needs fill what is left; when nothing fits the need,
    what helps anyone at this stage does. One can be reached at once if any that fits can.
    """
    offered = [s for s in services if usable(s, query, needs)]
    scored = [found for s in offered if (found := _score(s, query, needs)) is not None]
    near = [item for item in scored if item.match.fit in {"exact", "near"}]
    enough = any(item.match.service.has_contact for item in near)
    scored = near if enough else scored
    if not any(item.match.service.has_contact for item in scored):
        scored += [
            _weigh(s, query, down, needs, "general") for s, down in _general(offered, scored)
        ]
    return [item.match for item in _pick(scored, query.most)]


def _score(service: Service, query: Query, needs: Needs) -> _Scored | None:
    """How a service fits the need; None where it does not, or no need was named."""
    need = query.need
    if need is None:
        return None
    if need in service.needs:
        down = min(service.needs.index(need), _MOST_PLACES_DOWN)
        kin = min(len(needs.kin(need) & set(service.needs)), _MOST_KIN)
        return _weigh(service, query, _PER_KIN * kin - _PER_PLACE_DOWN * down, needs, "exact")
    for fit, others in (("near", needs.near(need)), ("far", needs.far(need))):
        for down, other in enumerate(others):
            if other in service.needs:
                return _weigh(service, query, -_PER_NEAR_DOWN * down, needs, fit)
    return None


def _general(services: list[Service], already: list[_Scored]) -> Iterator[tuple[Service, float]]:
    there = {item.match.service.id for item in already}
    for service in services:
        down = next((i for i, need in enumerate(GENERAL) if need in service.needs), None)
        if down is not None and service.id not in there:
            yield service, -float(down)


def _weigh(service: Service, query: Query, score: float, needs: Needs, fit: str) -> _Scored:
    covers = area_covers(service, query.place)
    distance = _distance(service, query.place)
    open_now = _open_now(service, query.now)
    score += _CONTACT if service.has_contact else _NO_CONTACT
    score += _VERIFIED if service.verified else 0.0
    score += _REFERRAL_HERE if service.referral_here else 0.0
    score += {True: _SELF, False: _PROFESSIONAL_ONLY, None: 0.0}[service.self_referral]
    if not needs.is_any_age(query.need) and _for_early_years(service):
        score += _EARLY_YEARS
    if service.is_local:
        score += _LOCAL if covers else _MAYBE_LOCAL
    if needs.is_urgent(query.need):
        score += _URGENT_LINE if _always_open(service) else 0.0
    elif "crisis" in service.needs:
        score += _CRISIS_LINE_FOR_OTHER_NEED
    score += _person_weight(service, query)
    score += _OPEN if open_now else 0.0
    score += _FRESH if _is_fresh(service, query.now) else 0.0
    score -= min(distance or 0.0, _FAR_KM) / 10
    ageless = needs.is_any_age(query.need)
    reasons, variables = _reasons(service, query, fit, covers=covers, ageless=ageless)
    if distance is not None:
        variables["distance_km"] = distance
    match = Match(service, distance, tuple(reasons), MappingProxyType(variables), fit)
    return _Scored(match, score)


def _person_weight(service: Service, query: Query) -> float:
    weight = 0.0
    if query.role == "father":
        weight += _FOR_MEN if service.people == "men" else 0.0
        weight += _DADS if "dads" in service.needs else 0.0
    elif service.people in {"men", "women"} and query.role != "mother":
        weight += _NOT_FOR_ALL
    if service.people == "lgbt" and query.need != "lgbt":
        weight += _FOR_LGBT
    if query.language and query.language != "en":
        if query.language in {language.code for language in service.languages}:
            weight += _LANGUAGE
        elif service.interpretation_services:
            weight += _INTERPRETERS
    return weight


def _reasons(
    service: Service, query: Query, fit: str, *, covers: bool | None, ageless: bool
) -> tuple[list[str], dict[str, Any]]:
    variables: dict[str, Any] = {}
    keys = [] if fit == "exact" or query.need is None else [_FIT_REASONS[fit]]
    if service.referral_here:
        keys.append("signpost.why.refer_here")
    keys += _personal_reasons(service, query, variables)
    if _always_open(service):
        keys.append("signpost.why.any_time")
    elif _open_now(service, query.now):
        keys.append("signpost.why.open_now")
    if query.stage in STAGES and service.maximum_weeks is not None and not ageless:
        keys.append(f"signpost.why.stage_{query.stage}")
    if service.is_local:
        keys.append("signpost.why.local" if covers else "signpost.why.local_perhaps")
    if not service.referral_here:
        keys.append(_ACCESS_REASONS[service.self_referral])
    return keys, variables


def _personal_reasons(service: Service, query: Query, variables: dict[str, Any]) -> Iterator[str]:
    if query.role == "father" and (service.people == "men" or "dads" in service.needs):
        yield "signpost.why.for_dads"
    if query.language in {None, "en"}:
        return
    spoken = {language.code: language.name for language in service.languages}
    if query.language in spoken:
        variables["language"] = spoken[query.language]
        yield "signpost.why.language"
    if service.interpretation_services:
        yield "signpost.why.interpreters"


def _pick(scored: list[_Scored], most: int) -> list[_Scored]:
    remaining = sorted(scored, key=lambda item: item.order)
    picked: list[_Scored] = []
    while remaining and len(picked) < most:
        met = {item.match.service.organization.id for item in picked}
        best = min(remaining, key=lambda item: _order_after(item, met))
        picked.append(best)
        remaining.remove(best)
    if picked and not any(item.match.service.has_contact for item in picked):
        reachable = next((item for item in remaining if item.match.service.has_contact), None)
        if reachable is not None:
            picked[most - 1 :] = [reachable]
    return picked


def _order_after(item: _Scored, met: set[str]) -> tuple[int, float, str]:
    """Its place when services of these organisations are already picked."""
    fit, score, slug = item.order
    again = item.match.service.organization.id in met
    return fit, score - (_SAME_ORGANISATION if again else 0.0), slug


def _distance(service: Service, place: Place | None) -> float | None:
    if place is None or place.split:
        return None
    found = [distance_km(place, at.easting, at.northing) for at in service.locations]
    return min((km for km in found if km is not None), default=None)


def _for_early_years(service: Service) -> bool:
    return service.maximum_weeks is not None and service.maximum_weeks <= _EARLY_YEARS_WEEKS


def _always_open(service: Service) -> bool:
    return service.opening_hours == "24/7"


def _open_now(service: Service, now: datetime) -> bool:
    if service.opening_hours is None:
        return False
    return parse(service.opening_hours).open_at(now.astimezone(_UK_TIME))


def _is_fresh(service: Service, now: datetime) -> bool:
    day = service.assured_date
    return day is not None and (now.date() - day).days <= _FRESH_DAYS
