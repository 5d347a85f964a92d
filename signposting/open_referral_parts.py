"""Reads the parts of an Open Referral record, mending what is wrong and saying so; never raises.

Parts of others get ids made from their service and place in it: in the wild one id serves many.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from signposting.model import (
    STATUSES,
    Address,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    ServiceArea,
    identifier,
)
from signposting.needs import Needs
from signposting.rows import WEEKS_IN_YEAR

_DISTRICT = re.compile(r"/([EWSN]\d{8})$")
_NATIONS = {
    "E92000001": "nation:england",
    "W92000004": "nation:wales",
    "S92000003": "nation:scotland",
    "N92000002": "nation:northern_ireland",
    "K02000001": "uk",
}
_OLDEST = 130


class Parts:
    """The parts of one record.

    Args:
        record: the record.
        needs: taxonomy whose terms are recognised.
        ours: the record is an export of ours, so that its ids and our own fields count.
    """

    def __init__(self, record: Mapping[str, Any], needs: Needs, *, ours: bool) -> None:
        self.problems: list[str] = []
        self.record, self._needs, self._ours = record, needs, ours

    def own_id(self, kind: str, *instead: str) -> str:
        """The record's own id where it is a UUID, else one made from what it is."""
        return self._id(self.record, kind, *instead)

    def organization(self, name: str) -> Organization:
        """Who runs it; named after the service where nobody says."""
        found = self.record.get("organization")
        if not isinstance(found, Mapping):
            self.problems.append("has no organization: named after the service")
            return Organization(identifier("organization", name), name, name)
        own_name = self.text(found, "name") or name
        return Organization(
            self._id(found, "organization", own_name),
            own_name,
            self.text(found, "description") or own_name,
            self.text(found, "email") if self._ours else None,
            self.text(found, "website") if self._ours else None,
        )

    def status(self) -> str:
        """A status of the standard; what is not one counts as inactive."""
        status = self.record.get("status")
        if status in STATUSES:
            return str(status)
        self.problems.append(f"status {status!r} is not known: taken as inactive")
        return "inactive"

    def need_ids(self) -> tuple[str, ...]:
        """Needs of our taxonomy that it names, in order."""
        found = []
        for attribute in self._list(self.record, "attributes"):
            term = attribute.get("taxonomy_term")
            code = term.get("code") if isinstance(term, Mapping) else None
            if isinstance(code, str) and code in self._needs.by_id:
                found.append(code)
        return tuple(dict.fromkeys(found))

    def areas(self, service_id: str) -> tuple[ServiceArea, ...]:
        """Where it may be used; one `other` where nobody says."""
        found = []
        for number, area in enumerate(self._list(self.record, "service_areas")):
            name = self.text(area, "name") or self.text(area, "service_area") or "not named"
            uri = self.text(area, "uri")
            scope = self.text(area, "scope") if self._ours else None
            area_id = self._part_id(area, "area", service_id, number)
            found.append(ServiceArea(area_id, name, (scope or _scope(uri))[:64], uri))
        return tuple(found) or (
            ServiceArea(identifier("area", service_id, "other"), "not said", "other"),
        )

    def phones(self, service_id: str) -> tuple[Phone, ...]:
        """Numbers of its contacts."""
        found = []
        for contact in self._list(self.record, "contacts"):
            for number, phone in enumerate(self._list(contact, "phones")):
                if phone.get("number"):
                    found.append(
                        Phone(
                            self._part_id(phone, "phone", service_id, number),
                            str(phone["number"]),
                            str(phone.get("type") or "voice"),
                            self.text(phone, "description"),
                            phone.get("for_professionals") is True,
                        )
                    )
        return tuple(found)

    def schedules(self, service_id: str) -> tuple[Schedule, ...]:
        """Weekly spans; other rules stay in the record."""
        found = []
        for number, item in enumerate(self._list(self.record, "schedules")):
            days, opens = self.text(item, "byday"), self.text(item, "opens_at")
            closes = self.text(item, "closes_at")
            if days and opens and closes and item.get("freq", "WEEKLY") == "WEEKLY":
                schedule_id = self._part_id(item, "schedule", service_id, number)
                found.append(Schedule(schedule_id, days[:32], opens[:5], closes[:5]))
        return tuple(found)

    def locations(self, service_id: str) -> tuple[Location, ...]:
        """Where it is given."""
        found = []
        for number, link in enumerate(self._list(self.record, "service_at_locations")):
            at = link.get("location")
            if not isinstance(at, Mapping):
                continue
            location_id = self._part_id(at, "location", service_id, number)
            found.append(
                Location(
                    id=location_id,
                    name=self.text(at, "name"),
                    location_type=(self.text(at, "location_type") or "physical")[:16],
                    latitude=self._degrees(at, "latitude", 90),
                    longitude=self._degrees(at, "longitude", 180),
                    easting=at.get("easting") if self._ours else None,
                    northing=at.get("northing") if self._ours else None,
                    addresses=tuple(self._addresses(at, location_id)),
                )
            )
        return tuple(found)

    def languages(self, service_id: str) -> tuple[Language, ...]:
        """Languages with code and name."""
        return tuple(
            Language(self._part_id(item, "language", service_id, number), code[:8], name)
            for number, item in enumerate(self._list(self.record, "languages"))
            if (code := self.text(item, "code")) and (name := self.text(item, "name"))
        )

    def costs(self, service_id: str) -> tuple[CostOption, ...]:
        """Costs that have a name."""
        return tuple(
            CostOption(
                self._part_id(item, "cost", service_id, number),
                option,
                self.text(item, "amount_description"),
            )
            for number, item in enumerate(self._list(self.record, "cost_options"))
            if (option := self.text(item, "option"))
        )

    def weeks(self, key: str) -> int | None:
        """An age in years, which may be a whole or broken number or a text, as weeks."""
        value = self.record.get(key)
        if value is None:
            return None
        try:
            years = float(value)
        except (TypeError, ValueError):
            years = -1.0
        if not 0 <= years < _OLDEST:
            self.problems.append(f"{key} {value!r} is not an age: left out")
            return None
        return round(years * WEEKS_IN_YEAR)

    def day(self, key: str) -> date | None:
        """A date; what is not one is left out."""
        value = self.record.get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            self.problems.append(f"{key} {value!r} is not a date: left out")
            return None

    def text(self, item: Mapping[str, Any], key: str) -> str | None:
        """A text without space around it; None where it is empty."""
        value = item.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str):
            self.problems.append(f"{key} is not a text")
            return str(value)
        return value.strip()

    def _addresses(self, at: Mapping[str, Any], location_id: str) -> Iterator[Address]:
        for number, item in enumerate(self._list(at, "addresses")):
            yield Address(
                id=self._part_id(item, "address", location_id, number),
                address_1=self.text(item, "address_1") or "",
                city=self.text(item, "city") or "",
                state_province=self.text(item, "state_province") or "",
                postal_code=(self.text(item, "postal_code") or "")[:16],
                country=(self.text(item, "country") or "GB")[:2],
                address_type=(self.text(item, "address_type") or "physical")[:16],
            )

    def _degrees(self, at: Mapping[str, Any], key: str, most: int) -> float | None:
        value = at.get(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most:
            return float(value)
        self.problems.append(f"{key} {value!r} is not in degrees: left out")
        return None

    def _part_id(self, item: Mapping[str, Any], kind: str, whole: str, number: int) -> str:
        if self._ours:
            return self._id(item, kind, whole, str(number))
        return identifier(kind, whole, str(number), str(item.get("id")))

    def _id(self, item: Mapping[str, Any], *instead: str) -> str:
        value = item.get("id")
        try:
            return str(UUID(str(value)))
        except ValueError:
            self.problems.append(f"{instead[0]} id {value!r} is not a UUID: replaced")
            return identifier(*instead, str(value))

    def _list(self, item: Mapping[str, Any], key: str) -> Iterable[Mapping[str, Any]]:
        value = item.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problems.append(f"{key} is not a list: left out")
            return []
        kept = [part for part in value if isinstance(part, Mapping)]
        if len(kept) < len(value):
            self.problems.append(f"{key} holds what is not an object: left out")
        return kept


def _scope(uri: str | None) -> str:
    match = _DISTRICT.search(uri or "")
    if match is None:
        return "other"
    return _NATIONS.get(match[1], f"district:{match[1]}")
