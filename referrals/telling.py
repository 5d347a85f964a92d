"""The values that pass in and out of one step of a telling; no behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.deployment import Eligibility, ReferralField
from referrals.merge import Lookup
from referrals.model import Record
from referrals.progress import Progress


@dataclass(frozen=True)
class Heard:
    """A message inside a telling.

    Attributes:
        choice: (field, value) of a choice that was picked.
        now: aware local time.
    """

    text: str
    now: datetime
    choice: tuple[str, str] | None = None
    is_payload: bool = False
    intent: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True)
class Setting:
    """What a deployment and a channel settle."""

    fields: Sequence[ReferralField]
    rules: Eligibility
    channel: str
    lookup: Lookup


@dataclass(frozen=True)
class Say:
    """A message key with its variables."""

    key: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What comes of a message.

    Attributes:
        ask: the field to ask now; None when it has ended (see progress.ending).
        interruption: the message asked something else, which wants its answer first.
    """

    record: Record
    progress: Progress
    says: tuple[Say, ...] = ()
    ask: str | None = None
    interruption: bool = False
