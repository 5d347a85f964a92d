"""What a referral holds while it is being told and when it is sent; values only, no I/O.

A record travels as slots between turns and as JSON inside an effect: `to_json` and `from_json`
are exact opposites.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from referrals.baby import Baby
from referrals.contact import Route
from referrals.phones import Phone

FIELDS: Final = (
    "for_whom",
    "parent_agrees",
    "baby",
    "postcode",
    "name",
    "phone",
    "phone_shared",
    "contact_route",
    "best_time",
    "code_word",
    "reason",
    "interpreter",
    "gp",
    "consent",
)
"""Fields that can be asked before sending; deployments choose and order them."""

AFTER: Final = (
    "date_of_birth",
    "legal_name",
    "address",
    "household",
    "professionals",
    "ethnicity",
)
"""Fields that are only asked once the referral is sent; all optional."""

SLOT: Final = "ref_"
"""A field is the slot `ref_<field>` of the assistant."""


@dataclass(frozen=True)
class Home:
    """Where the family lives, as far as the service needs it.

    Attributes:
        text: the postcode as written for reading, or an outward code.
        full: it is a whole postcode that exists.
        split: the outward code lies in several districts, so that the whole one is needed.
        elsewhere: it lies where no district of any deployment is.
    """

    text: str
    full: bool = False
    split: bool = False
    elsewhere: bool = False
    district_code: str | None = None
    district_name: str | None = None


@dataclass(frozen=True)
class Record:
    """What a parent has told for her referral. None: not said; a skipped field stays None.

    Attributes:
        parent_agrees: said of the parent by somebody else who refers.
        shared_words: her own words on who else sees the phone.
        writer_age: the age that the writer gave, where it may be under 18.
        extra: answers to the fields asked after sending, in her words.
    """

    for_whom: str | None = None
    parent_agrees: bool | None = None
    baby: Baby | None = None
    postcode: Home | None = None
    name: str | None = None
    phone: Phone | None = None
    email: str | None = None
    phone_shared: bool | None = None
    shared_words: str | None = None
    contact_route: Route | None = None
    best_time: str | None = None
    code_word: str | None = None
    reason: str | None = None
    interpreter: str | None = None
    gp: str | None = None
    consent: bool | None = None
    date_of_birth: date | None = None
    writer_age: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether a field is answered well enough not to be asked again."""
        if name == "baby":
            return self.baby is not None and self.baby.dated
        if name == "postcode":
            return self.postcode is not None and not self.postcode.split
        if name == "contact_route":
            return self.contact_route is not None and self.contact_route.usable
        if name in AFTER and name != "date_of_birth":
            return name in self.extra
        return getattr(self, name) is not None

    def having(self, name: str, value: Any) -> "Record":
        """The record with one field of its own set."""
        changes: dict[str, Any] = {name: value}
        return replace(self, **changes)

    def without(self, name: str) -> "Record":
        """The record with one field unsaid, so that it is asked again."""
        if name in AFTER and name != "date_of_birth":
            return replace(self, extra={k: v for k, v in self.extra.items() if k != name})
        return self.having(name, None)


def to_json(record: Record) -> dict[str, Any]:
    """The record as JSON values: one entry for each field that is said; dates as ISO text."""
    out: dict[str, Any] = {}
    for name in record.__dataclass_fields__:
        value = getattr(record, name)
        if value is None or value == {}:
            continue
        out[name] = _plain(value)
    return out


def from_json(values: Mapping[str, Any]) -> Record:
    """The record that `to_json` wrote; fields that this version does not know are left out."""
    known: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or name not in Record.__dataclass_fields__:
            continue
        known[name] = _READERS[name](value) if name in _READERS else value
    return Record(**known)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        found = {name: getattr(value, name) for name in value.__dataclass_fields__}
        return {k: _plain(v) for k, v in found.items() if v is not None}
    return dict(value) if isinstance(value, Mapping) else value


def _baby(value: Mapping[str, Any]) -> Baby:
    dates = {k: date.fromisoformat(value[k]) for k in ("birth_date", "due_date") if value.get(k)}
    return Baby(**{**value, **dates})


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "baby": _baby,
    "postcode": lambda v: Home(**v),
    "phone": lambda v: Phone(number=v.get("number"), same=v.get("same", False)),
    "contact_route": lambda v: Route(**v),
    "date_of_birth": date.fromisoformat,
}
