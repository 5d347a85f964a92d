"""What a service is, in the shape of Open Referral (HSDS 3.0) plus what we need; values only.

Field names follow HSDS where it has the field, American spelling kept.
"""

from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

# Ids of our own records derive from this and their slug, so that every load gives the same ids.
NAMESPACE = UUID("6b1f0c52-0d0e-5a5b-9f5e-1001d0100101")
STATUSES = ("active", "inactive", "defunct", "temporarily closed")
PEOPLE = ("anyone", "women", "men", "lgbt", "professionals")


def identifier(*parts: str) -> str:
    """The id of a record of ours; the same parts give the same id for ever."""
    return str(uuid5(NAMESPACE, "/".join(parts)))


@dataclass(frozen=True)
class Organization:
    """Who runs a service."""

    id: str
    name: str
    description: str
    email: str | None = None
    website: str | None = None


@dataclass(frozen=True)
class Phone:
    """A verified number, as written for reading.

    Attributes:
        type: `voice`, or `sms` (then `description` is the word to send, where one is needed).
        for_professionals: not to be shown to a parent.
    """

    id: str
    number: str
    type: str
    description: str | None = None
    for_professionals: bool = False


@dataclass(frozen=True)
class Address:
    """A postal address."""

    id: str
    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str = "GB"
    address_type: str = "physical"


@dataclass(frozen=True)
class Location:
    """Where a service is given; easting and northing in metres on the British National Grid."""

    id: str
    name: str | None
    location_type: str = "physical"
    latitude: float | None = None
    longitude: float | None = None
    easting: int | None = None
    northing: int | None = None
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """One weekly span: `byday` as iCal ("MO,TU"), local times as "HH:MM"."""

    id: str
    byday: str
    opens_at: str
    closes_at: str
    freq: str = "WEEKLY"


@dataclass(frozen=True)
class ServiceArea:
    """Where a service may be used.

    Attributes:
        scope: `uk`, `nation:wales`, `district:<code>`, `outward:BD5` or `other` (not understood).
    """

    id: str
    name: str
    scope: str
    uri: str | None = None


@dataclass(frozen=True)
class Language:
    """A language in which the service is given; `code` is ISO 639-1."""

    id: str
    code: str
    name: str


@dataclass(frozen=True)
class CostOption:
    """What it costs: `option` is `free`, `standard_call`, `charged` or another's own words."""

    id: str
    option: str
    amount_description: str | None = None


@dataclass(frozen=True)
class Service:
    """A service, whole. Only verified contact is in url, email and phones.

    Attributes:
        slug: what topics and messages call it; the id itself for records of others.
        needs: ids of our taxonomy, most central first.
        minimum_weeks: age of the baby from which it is for; None from pregnancy.
        maximum_weeks: age until which it is for; None without end.
        application_process: how to get in, in words.
        interpretation_services: whether interpreters are used.
        people: one of PEOPLE.
        self_referral: whether a parent may ask herself; None where not known.
        referral_here: this assistant takes self-referrals for it.
        source_date: the date that the sources bear, as far as they say ("2026-09").
        assured_date: the earliest day which `source_date` can mean.
        checked: the day the sources were read.
        unconfirmed: contact that nobody has verified: for staff, never shown to a parent.
        feed: where the record came from ("deployment:<name>", "file:<name>").
        record: the record as it came, for records of others; nothing of it is lost.
    """

    id: str
    slug: str
    organization: Organization
    name: str
    description: str
    status: str
    needs: tuple[str, ...]
    areas: tuple[ServiceArea, ...]
    feed: str
    verified: bool
    minimum_weeks: int | None = None
    maximum_weeks: int | None = None
    url: str | None = None
    email: str | None = None
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    opening_hours: str | None = None
    locations: tuple[Location, ...] = ()
    languages: tuple[Language, ...] = ()
    language_note: str | None = None
    cost_options: tuple[CostOption, ...] = ()
    interpretation_services: bool = False
    accessibility: str | None = None
    application_process: str | None = None
    people: str = "anyone"
    self_referral: bool | None = None
    referral_here: bool = False
    evidence: str | None = None
    sources: tuple[str, ...] = ()
    source_date: str | None = None
    assured_date: date | None = None
    checked: date | None = None
    staff_notes: str | None = None
    unconfirmed: MappingProxyType[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    record: MappingProxyType[str, Any] | None = None

    @property
    def shown_phone(self) -> str | None:
        """The number to call that a parent may see."""
        return self._shown("voice")

    @property
    def shown_sms(self) -> Phone | None:
        """The number to text that a parent may see."""
        return next((p for p in self._parent_phones() if p.type == "sms"), None)

    @property
    def has_contact(self) -> bool:
        """Whether a parent can reach it with what we may show."""
        return self.verified and bool(self.url or self.email or self._parent_phones())

    @property
    def is_local(self) -> bool:
        """Whether it is for some places only."""
        return all(not a.scope.startswith(("uk", "nation:")) for a in self.areas)

    def _parent_phones(self) -> tuple[Phone, ...]:
        return tuple(p for p in self.phones if self.verified and not p.for_professionals)

    def _shown(self, kind: str) -> str | None:
        return next((p.number for p in self._parent_phones() if p.type == kind), None)
