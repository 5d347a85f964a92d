"""The states of messages and the total tables by which they change; pure."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What an inbound message is."""

    TEXT = "text"
    CHOICE = "choice"
    EDIT = "edit"
    PHOTO = "photo"
    VOICE_NOTE = "voice_note"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"
    EMPTY = "empty"


class Outcome(StrEnum):
    """What became of an inbound message; every one ends in exactly one of these."""

    ANSWERED = "answered"
    CRISIS_ANSWERED = "crisis_answered"
    HELD_BY_PERSON = "held_by_person"
    OPTED_OUT = "opted_out"
    MERGED_INTO = "merged_into"
    RECORDED_ONLY = "recorded_only"
    FAILED_WITH_FALLBACK = "failed_with_fallback"


class Delivery(StrEnum):
    """The state of an outbound message.

    Source: the statuses of GOV.UK Notify; `cancelled` and `not_sendable` are ours.
    """

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"
    TECHNICAL_FAILURE = "technical_failure"
    CANCELLED = "cancelled"
    NOT_SENDABLE = "not_sendable"


WAITING: Final = (Delivery.CREATED, Delivery.TEMPORARY_FAILURE)
FAILED: Final = (
    Delivery.PERMANENT_FAILURE,
    Delivery.TECHNICAL_FAILURE,
    Delivery.NOT_SENDABLE,
)

# A later state has a higher rank; a receipt only ever moves a message upwards.
_RANK: Final = {
    Delivery.CREATED: 0,
    Delivery.TEMPORARY_FAILURE: 0,
    Delivery.SENDING: 1,
    Delivery.SENT: 2,
    Delivery.CANCELLED: 9,
    Delivery.NOT_SENDABLE: 9,
    Delivery.PERMANENT_FAILURE: 8,
    Delivery.TECHNICAL_FAILURE: 8,
    Delivery.DELIVERED: 10,
}


def after_receipt(state: Delivery, receipt: Delivery) -> Delivery:
    """The state after a delivery receipt; receipts may repeat and come in any order."""
    return receipt if _RANK[receipt] > _RANK[state] else state


class Route(StrEnum):
    """Whether anything can be sent to an address."""

    OPEN = "open"
    OPTED_OUT = "opted_out"
    BLOCKED = "blocked"
    INVALID = "invalid"


class Holder(StrEnum):
    """Who answers a conversation."""

    ASSISTANT = "assistant"
    PERSON = "person"
    NOBODY = "nobody"


class Lane(StrEnum):
    """Which queue an outbound message waits in; `crisis` goes before everything else."""

    CRISIS = "crisis"
    NORMAL = "normal"


class Origin(StrEnum):
    """Who speaks in an outbound message."""

    ASSISTANT = "assistant"
    STAFF = "staff"
    SAFETY = "safety"
    SYSTEM = "system"
    NUDGE = "nudge"
    SCHEDULER = "scheduler"
    FEEDBACK = "feedback"


# What nobody asked for: the first that falls silent where words of ours could hurt.
UNASKED: Final = frozenset({Origin.NUDGE, Origin.SCHEDULER, Origin.FEEDBACK})
