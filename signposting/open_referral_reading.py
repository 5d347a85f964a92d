"""Reads Open Referral JSON (HSDS-UK 3.0 and international 3.x) into services.

Nothing crashes it and nothing is lost: each record ends accepted, repaired or refused, with
reasons, and is kept whole. No contact of others counts as verified; blocked numbers are taken out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from signposting.model import Service
from signposting.needs import Needs
from signposting.numbers import BlockedNumbers
from signposting.open_referral import OWN
from signposting.open_referral_parts import Parts


@dataclass(frozen=True)
class RecordReport:
    """What became of one record: `accepted`, `repaired` or `refused`, and why."""

    id: str
    outcome: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """Services that were understood, and a report for each record in order."""

    services: tuple[Service, ...]
    reports: tuple[RecordReport, ...]


def read(
    value: Any, needs: Needs, *, feed: str, blocked: BlockedNumbers, trusted: bool = False
) -> Reading:
    """Read a parsed JSON document: a page, a list of records, or one record.

    Args:
        value: what `json.loads` gave.
        needs: taxonomy; terms that are not in it are kept in the record only.
        feed: what to file the services under ("file:hub.json").
        blocked: numbers that may not come in.
        trusted: take our own fields (`first1001`) at their word: for our own exports only.
    """
    services: dict[str, Service] = {}
    reports: list[RecordReport] = []
    for position, record in enumerate(_records(value), start=1):
        if not isinstance(record, Mapping):
            reports.append(RecordReport(str(position), "refused", ("is not an object",)))
            continue
        service, problems = _read_one(record, needs, feed, blocked=blocked, trusted=trusted)
        if service is not None and service.id in services:
            problems.append("a record with this id came before: this one replaces it")
        if service is not None:
            services[service.id] = service
        outcome = "refused" if service is None else "repaired" if problems else "accepted"
        known = str(record.get("id") or position)
        reports.append(RecordReport(known, outcome, tuple(problems)))
    return Reading(tuple(services.values()), tuple(reports))


def _records(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        contents = value.get("contents", value.get("content"))
        if isinstance(contents, list):
            yield from contents
        else:
            yield value
    elif isinstance(value, list):
        yield from value
    else:
        yield value


def _read_one(
    record: Mapping[str, Any],
    needs: Needs,
    feed: str,
    *,
    blocked: BlockedNumbers,
    trusted: bool,
) -> tuple[Service | None, list[str]]:
    mended = bool(blocked.found_within(record))
    if mended:
        record = blocked.without(record)
    own = record.get(OWN) if trusted else None
    parts = Parts(record, needs, ours=isinstance(own, Mapping))
    if mended:
        parts.problems.append("a blocked number was taken out")
    name = parts.text(record, "name")
    if name is None:
        parts.problems.append("has no name")
        return None, parts.problems
    if isinstance(own, Mapping):
        return _ours(parts, own, name, feed), parts.problems
    service_id = parts.own_id("service", name)
    service = Service(
        slug=service_id,
        feed=feed,
        verified=False,
        record=MappingProxyType(dict(record)),
        minimum_weeks=parts.weeks("minimum_age"),
        maximum_weeks=parts.weeks("maximum_age"),
        **_shared(parts, service_id, name),
    )
    return service, parts.problems


def _ours(parts: Parts, own: Mapping[str, Any], name: str, feed: str) -> Service:
    service_id = parts.own_id("service", name)
    checked = own.get("checked")
    return Service(
        slug=str(own.get("slug") or service_id),
        feed=str(own.get("feed") or feed),
        verified=own.get("verified") is True,
        url=parts.text(parts.record, "url"),
        email=parts.text(parts.record, "email"),
        phones=parts.phones(service_id),
        minimum_weeks=own.get("minimum_weeks"),
        maximum_weeks=own.get("maximum_weeks"),
        opening_hours=own.get("opening_hours"),
        language_note=own.get("language_note"),
        accessibility=own.get("accessibility"),
        people=str(own.get("people") or "anyone"),
        self_referral=own.get("self_referral"),
        referral_here=own.get("referral_here") is True,
        interpretation_services=own.get("interpreters") is True,
        evidence=own.get("evidence"),
        sources=tuple(own.get("sources") or ()),
        source_date=own.get("source_date"),
        checked=date.fromisoformat(checked) if checked else None,
        staff_notes=own.get("staff_notes"),
        unconfirmed=MappingProxyType(dict(own.get("unconfirmed") or {})),
        **_shared(parts, service_id, name),
    )


def _shared(parts: Parts, service_id: str, name: str) -> dict[str, Any]:
    """The fields that are read alike from our records and those of others."""
    return {
        "id": service_id,
        "name": name,
        "organization": parts.organization(name),
        "description": parts.text(parts.record, "description") or "",
        "status": parts.status(),
        "needs": parts.need_ids(),
        "areas": parts.areas(service_id),
        "assured_date": parts.day("assured_date"),
        "schedules": parts.schedules(service_id),
        "locations": parts.locations(service_id),
        "languages": parts.languages(service_id),
        "cost_options": parts.costs(service_id),
        "application_process": parts.text(parts.record, "application_process"),
    }
