"""What Twilio's statuses and error codes mean to us; tables, nothing else.

Source: twilio.com/docs/api/errors and "Outbound Message Status in Status Callbacks"
(research read 2026-11-22); which code is worth a retry is our judgement.
"""

from collections.abc import Mapping
from types import MappingProxyType

from common.errors import (
    AmbiguousFailure,
    AssistantError,
    PermanentFailure,
    TechnicalFailure,
    TemporaryFailure,
)
from conversations.states import Delivery

STATUS: Mapping[str, Delivery] = MappingProxyType(
    {
        "accepted": Delivery.SENDING,
        "scheduled": Delivery.SENDING,
        "queued": Delivery.SENDING,
        "sending": Delivery.SENDING,
        "sent": Delivery.SENT,
        "partially_delivered": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.DELIVERED,
        "undelivered": Delivery.PERMANENT_FAILURE,
        "failed": Delivery.PERMANENT_FAILURE,
        "canceled": Delivery.CANCELLED,
    }
)

# Codes after which nothing can reach this number any more, and why.
CLOSES_ROUTE: Mapping[str, str] = MappingProxyType(
    {
        "21610": "opted_out",
        "21211": "invalid",  # not a number
        "21612": "invalid",  # no route from our number to this one
        "21614": "invalid",  # not a mobile
        "21635": "invalid",  # a landline
        "30005": "invalid",  # nobody has this number
        "30006": "invalid",  # a landline, or a network that takes no texts
    }
)

# Trying again cannot help, but the next message may get through.
PERMANENT = frozenset({"21408", "21602", "21617", "21619", "30004", "30007"})

TEMPORARY = frozenset({"20429", "21611", "14107", "30001", "30003", "30008", "30022"})


def failure_of(code: int | str | None, http_status: int) -> AssistantError:
    """The error that a refused request to send means.

    Args:
        code: Twilio's error code, None or 0 where the answer bore none.
        http_status: of the answer.
    """
    known = str(code) if code else None
    if known is not None and known in CLOSES_ROUTE:
        reason = CLOSES_ROUTE[known]
        return PermanentFailure("the number cannot be reached", code=known, closes_route=reason)
    if known in PERMANENT:
        return PermanentFailure("Twilio refused the message", code=known)
    if http_status == 429 or known in TEMPORARY:
        return TemporaryFailure("Twilio asks us to wait", code=known or "429")
    if http_status >= 500:
        return AmbiguousFailure("Twilio failed", code=known or str(http_status))
    return TechnicalFailure(f"Twilio answered {http_status}, code {known or 'none'}")
