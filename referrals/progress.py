"""Where a telling stands between two messages, and which field is asked next; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from common.deployment import ReferralField
from referrals.model import AFTER, FIELDS, Record

Mode = Literal["referral", "callback", "after"]

PRIVATE_CHANNELS: Final = ("sms", "telegram")
"""Channels on a phone that others may see: safe contact comes first there."""

OTHERS: Final = ("partner", "grandparent", "professional", "other")
"""Roles that refer somebody else, so that her agreement is asked."""

OUTSIDE: Final = "outside"
"""Not a field: she was told why the service cannot take her, and may put it right."""

CARRY_ON: Final = "carry_on"
"""Not a field: whether to go on here although others see the phone."""


@dataclass(frozen=True)
class Progress:
    """What was asked, skipped and answered so far.

    Attributes:
        answered: fields in the order in which they were last answered.
        tries: times in a row that the same question was not understood.
        pending: words that wait for a second word ("14 January": born or due?).
        started_at: ISO time of the message that began it.
        ending: why it ended: sent, callback, no_consent, cancelled, paused, not_eligible,
            not_agreed, more_told; None while it goes on.
    """

    mode: Mode = "referral"
    skipped: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    tries: int = 0
    pending: str | None = None
    carry_on: bool | None = None
    started_at: str | None = None
    ending: str | None = None

    def answer(self, name: str) -> "Progress":
        """With a field answered just now."""
        rest = tuple(n for n in self.answered if n != name)
        unskipped = tuple(n for n in self.skipped if n != name)
        return replace(self, answered=(*rest, name), skipped=unskipped, tries=0)

    def skip(self, name: str) -> "Progress":
        """With a field that she would rather not answer."""
        return replace(self, skipped=(*self.skipped, name), tries=0)


def to_json(progress: Progress) -> dict[str, Any]:
    """As JSON values, without what is empty."""
    found = {name: getattr(progress, name) for name in progress.__dataclass_fields__}
    return {
        k: list(v) if isinstance(v, tuple) else v
        for k, v in found.items()
        if v is not None and v != () and (k, v) != ("tries", 0)
    }


def from_json(values: Mapping[str, Any] | None) -> Progress:
    """What `to_json` wrote; names that this version does not know are left out."""
    known: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v
        for k, v in (values or {}).items()
        if k in Progress.__dataclass_fields__
    }
    return Progress(**known)


def order(
    fields: Sequence[ReferralField], record: Record, progress: Progress, *, channel: str
) -> tuple[str, ...]:
    """The fields of this telling in the order in which they are asked."""
    private = channel in PRIVATE_CHANNELS
    wanted: tuple[str, ...]
    if progress.mode == "callback":
        wanted = (
            ("phone_shared", "phone", "best_time")
            if private
            else ("phone", "phone_shared", "best_time")
        )
        return _safe(wanted, record, progress, private=private)
    if progress.mode == "after":
        return tuple(f.id for f in fields if f.when == "after_sending" and f.id in AFTER)
    wanted = tuple(
        f.id
        for f in fields
        if f.when == "before_sending"
        and f.id in FIELDS
        # By text message only what is needed is asked; the rest can be told on the phone.
        and (f.required or not private or f.id == "code_word")
    )
    if private:
        first = ("phone_shared", "name", "for_whom")
        wanted = (*(n for n in first if n in wanted), *(n for n in wanted if n not in first))
    if record.for_whom in OTHERS and "for_whom" in wanted:
        at = wanted.index("for_whom") + 1
        wanted = (*wanted[:at], "parent_agrees", *wanted[at:])
    wanted = _safe(wanted, record, progress, private=private)
    return (*(n for n in wanted if n != "consent"), "consent")


def _safe(
    wanted: tuple[str, ...], record: Record, progress: Progress, *, private: bool
) -> tuple[str, ...]:
    out: list[str] = []
    for name in wanted:
        if name == "code_word" and not record.phone_shared:
            continue
        out.append(name)
        if (
            name == "phone_shared"
            and private
            and record.phone_shared
            and progress.carry_on is None
        ):
            out.append(CARRY_ON)
    return tuple(out)


def next_field(
    fields: Sequence[ReferralField], record: Record, progress: Progress, *, channel: str
) -> str | None:
    """The field to ask next; None when all that is asked is answered."""
    for name in order(fields, record, progress, channel=channel):
        if name in progress.skipped:
            continue
        if name == CARRY_ON or not record.has(name):
            return name
    return None


def is_required(fields: Sequence[ReferralField], name: str, progress: Progress) -> bool:
    """Whether a field cannot be skipped in this telling."""
    if progress.mode == "callback":
        return name in ("phone", "phone_shared")
    if progress.mode == "after":
        return False
    return name in ("parent_agrees", CARRY_ON) or any(f.id == name and f.required for f in fields)


def missing(
    fields: Sequence[ReferralField], record: Record, progress: Progress, *, channel: str
) -> tuple[str, ...]:
    """Required fields that are not answered: empty exactly when it may be sent."""
    return tuple(
        name
        for name in order(fields, record, progress, channel=channel)
        if name != CARRY_ON
        and is_required(fields, name, progress)
        and not (record.consent if name == "consent" else record.has(name))
    )
