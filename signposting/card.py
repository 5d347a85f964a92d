"""What a parent is told of a service, as short texts; shows only verified contact, holds no words.

The clauses live under `signpost.*` in content/messages; the caller says them in her language.
"""

from collections.abc import Sequence
from typing import Protocol

from common.opening_hours import parse
from signposting.model import Service
from signposting.query import Match

_MOST_REASONS = 2
_KM_IN_MILE = 1.609344
_NEAR_KM = 15.0  # further away, the distance is no reason to go
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Say(Protocol):
    """Gives the words of a message key on the channel and in the language of the parent."""

    def __call__(self, key: str, /, **variables: object) -> str:
        """The words of a key with its variables filled in."""


def cards(matches: Sequence[Match], say: Say) -> list[dict[str, str]]:
    """The variable `services` of `utter_services`: one card for each match, in order."""
    return [card(match, say) for match in matches]


def card(match: Match, say: Say) -> dict[str, str]:
    """Keys: id, name, description, why, contact, contact_short, cost, hours, checked.

    `hours` is empty where not known; `contact_short` is one way to reach it.
    """
    service = match.service
    ways = _ways(service, say) or [say("signpost.contact.unconfirmed")]
    option = service.cost_options[0].option if service.cost_options else "unknown"
    known = option in {"free", "standard_call", "charged"}
    shown_hours = service.opening_hours if service.verified else None
    return {
        "id": service.slug,
        "name": service.name,
        "description": service.description,
        "why": why(match, say),
        "contact": ", ".join(ways),
        "contact_short": ways[0],
        "cost": say(f"signpost.cost.{option}" if known else "signpost.cost.unknown"),
        "hours": parse(shown_hours).words() if shown_hours else "",
        "checked": checked(service) or say("signpost.checked.unknown"),
    }


def why(match: Match, say: Say) -> str:
    """The reason in one line, starting with a capital letter."""
    clauses = [say(key, **match.variables) for key in match.reasons[:_MOST_REASONS]]
    if match.distance_km is not None and match.distance_km <= _NEAR_KM:
        miles = f"{match.distance_km / _KM_IN_MILE:.1f}"
        clauses.append(say("signpost.why.distance", miles=miles))
    line = ", ".join(clauses)
    return line[:1].upper() + line[1:]


def checked(service: Service) -> str:
    """The date that its sources bear ("13 Sep 2026", "Sep 2026", "2026"); empty where none."""
    if service.source_date is None:
        return ""
    year, *rest = service.source_date.split("-")
    month = [_MONTHS[int(rest[0]) - 1]] if rest else []
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*day, *month, year])


def _ways(service: Service, say: Say) -> list[str]:
    if not service.verified:
        return []
    sms = service.shown_sms
    found = [
        service.shown_phone,
        say("signpost.contact.text", number=sms.number, words=sms.description) if sms else None,
        service.url.removeprefix("https://").rstrip("/") if service.url else None,
        service.email,
    ]
    return [way for way in found if way]
