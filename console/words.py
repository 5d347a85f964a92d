"""The words that staff read for states, kinds and codes of ours; pure tables and small formats."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

CHANNELS: Final[Mapping[str, str]] = {
    "web_chat": "Web chat",
    "sms": "SMS",
    "telegram": "Telegram",
}
STAGES: Final[Mapping[str, str]] = {
    "pregnancy": "Pregnancy",
    "newborn": "0 to 6 weeks",
    "young_baby": "6 weeks to 6 months",
    "older_baby": "6 to 12 months",
    "toddler": "1 to 2 years",
}
RISKS: Final[Mapping[str, str]] = {
    "suicide": "Suicide",
    "self_harm": "Self-harm",
    "baby_hurt": "Harm to the baby",
    "losing_control": "Afraid of losing control",
    "unwanted_thoughts": "Unwanted thoughts",
    "psychosis": "Sudden change or psychosis",
    "domestic_abuse": "Domestic abuse",
    "child_at_risk": "Child at risk",
    "baby_unwell": "Baby unwell",
    "parent_emergency": "Parent's own emergency",
    "baby_movements": "Baby's movements",
    "loss": "Loss of a baby",
    "young_person": "Young person",
}
TIERS: Final[Mapping[str, str]] = {"now": "Urgent", "gentle": "Check gently"}
MARKS: Final[Mapping[str, str]] = {
    "right": "Right",
    "false_alarm": "False alarm",
    "wrong_class": "Wrong kind",
    "missed": "Missed",
}
YOUNG: Final[Mapping[str, str]] = {
    "under_13": "under 13",
    "under_16": "under 16",
    "under_18": "under 18",
}
# State of an outbound message: words and the colour of its tag.
DELIVERY: Final[Mapping[str, tuple[str, str]]] = {
    "created": ("Waiting to be sent", "grey"),
    "sending": ("Being sent", "grey"),
    "sent": ("Sent", "blue"),
    "delivered": ("Delivered", "green"),
    "temporary_failure": ("Failed, trying again", "orange"),
    "permanent_failure": ("Not delivered", "red"),
    "technical_failure": ("Not delivered: our fault", "red"),
    "cancelled": ("Cancelled", "grey"),
    "not_sendable": ("Could not be sent", "red"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "answered": "Answered by the assistant",
    "crisis_answered": "Answered with the safety text",
    "held_by_person": "Left to the person who holds the conversation",
    "opted_out": "Not answered: the parent has stopped our messages",
    "merged_into": "Answered together with the next message",
    "recorded_only": "Kept; the assistant cannot read it",
    "failed_with_fallback": "The assistant failed; the parent was told where else to get help",
}
KINDS: Final[Mapping[str, str]] = {
    "text": "Text",
    "choice": "Picked a choice",
    "edit": "Edited an earlier message",
    "photo": "Photo",
    "voice_note": "Voice note",
    "sticker": "Sticker",
    "location": "Location",
    "contact": "Contact card",
    "file": "File",
    "empty": "Empty message",
}
ORIGINS: Final[Mapping[str, str]] = {
    "assistant": "Assistant",
    "staff": "Staff",
    "safety": "Safety text",
    "system": "Service message",
    "nudge": "Message nobody asked for",
    "scheduler": "Message set for a time",
    "feedback": "Question whether it helped",
}
TEXT_STATES: Final[Mapping[str, str]] = {
    "waiting": "Waits for approval",
    "wanted": "Somebody wants a change",
    "approved": "Approved",
    "due": "Approved, due for review",
}
CORRECTIONS: Final[Mapping[str, str]] = {
    "checked": "Still right",
    "closed": "Has closed",
    "open": "Open again",
    "changed": "Details changed",
}
TASKS: Final[Mapping[str, str]] = {
    "failed_turn": "The assistant could not answer",
    "failed_delivery": "A message was not delivered",
    "cannot_be_reached": "The parent cannot be reached on this channel",
    "look_at": "Look at what the parent sent",
    "person_wanted": "The parent asks for a person",
    "call_back": "Call back",
    "erasure": "The parent asks to be erased",
    "young_person": "A young person has sent a referral",
    "flag_not_answerable": "A flag whose safety text could not be sent",
}
FLAG_OUTCOMES: Final[Mapping[str, str]] = {
    "spoke_with_parent": "Spoke with the parent",
    "emergency_services": "Passed to emergency services",
    "passed_to_clinician": "Passed to a clinician",
    "safeguarding": "Safeguarding steps taken",
    "safety_text_enough": "Read: the safety text was enough",
    "could_not_reach": "Tried, could not reach the parent",
    "false_alarm": "Not a risk",
}
TASK_OUTCOMES: Final[Mapping[str, str]] = {
    "done": "Done",
    "passed_on": "Passed to a colleague",
    "could_not_reach": "Tried, could not reach the parent",
    "not_needed": "Not needed",
}
YES_NO: Final[Mapping[bool | None, str]] = {True: "Yes", False: "No"}
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "ur": "Urdu",
    "ur-Latn": "Urdu in Latin letters",
    "pa-Latn": "Punjabi in Latin letters",
    "bn-Latn": "Bengali in Latin letters",
    "pl": "Polish",
    "sk": "Slovak",
    "ro": "Romanian",
    "ar": "Arabic",
    "cy": "Welsh",
}
REFERRAL_STATES: Final[Mapping[str, str]] = {
    "new": "New",
    "triaged": "Triaged",
    "contact_attempted": "Contact attempted",
    "reached": "Reached",
    "accepted": "Accepted",
    "signposted": "Signposted",
    "not_accepted": "Not accepted",
    "declined_by_family": "Declined by the family",
    "unable_to_reach": "Unable to reach",
    "transferred": "Transferred",
    "withdrawn": "Withdrawn",
    "baby_died": "The baby died",
}
REFERRAL_EVENTS: Final[Mapping[str, str]] = {
    "sent": "Sent by the parent",
    "told_more": "The parent told more",
    "assigned": "Given to somebody",
    "copied": "Copied to the record",
    "triage": "Triaged",
    "attempt": "Tried to reach them",
    "reach": "Reached",
    "accept": "Accepted",
    "signpost": "Signposted elsewhere",
    "not_accept": "Not accepted",
    "family_declines": "The family declines",
    "give_up": "Unable to reach, closed",
    "transfer": "Transferred",
    "withdraw": "Withdrawn",
    "baby_died": "The baby died",
    "reopen": "Reopened",
}
SOURCES: Final[Mapping[str, str]] = {
    "self": "From the parent",
    "family": "From family",
    "professional": "From a professional",
    "unknown": "Not said by whom",
}
ROUTES: Final[Mapping[str, str]] = {
    "opted_out": "has stopped our messages",
    "blocked": "has blocked us",
    "invalid": "has an address that no longer works",
}
_CONTROL: Final = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SHOWN_AT_ONCE: Final = 1500
"""Characters of a message shown before the rest is folded away."""
LINES_AT_ONCE: Final = 30


def plain(text: str) -> str:
    """The text without control characters; line breaks, tabs and every script stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(" ", unicodedata.normalize("NFC", text))


def folded(text: str) -> tuple[str, str]:
    """The part of a message to show at once, and the rest to fold away, maybe empty."""
    clean = plain(text)
    cut = SHOWN_AT_ONCE
    lines = clean.split("\n")
    if len(lines) > LINES_AT_ONCE:
        cut = min(cut, len("\n".join(lines[:LINES_AT_ONCE])))
    # A few characters more than the limit are not worth a fold.
    return (clean, "") if len(clean) <= cut + 200 else (clean[:cut], clean[cut:])


def short_id(row_id: str) -> str:
    """How staff call a conversation between themselves: the last six digits of its id."""
    return row_id[-6:].upper()


def when(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as staff read it: `25 Nov 2026, 2:05pm`."""
    local = moment.astimezone(zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{local.day} {local:%b %Y}, {local.hour % 12 or 12}:{local:%M}{half}"


def when_short(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment in a list: `today, 2:05pm`, `yesterday, 2:05pm`, or with its date."""
    whole = when(moment, zone)
    days = (now.astimezone(zone).date() - moment.astimezone(zone).date()).days
    name = {0: "today", 1: "yesterday"}.get(days)
    return f"{name}, {whole.rpartition(', ')[2]}" if name else whole


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit: `3 hours ago`."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def lasted(since: datetime, until: datetime) -> str:
    """A length of time in its two largest units: `2 h 5 min`."""
    minutes = max(0, int((until - since).total_seconds()) // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def label(table: Mapping[str, str], code: str | None) -> str:
    """The words for a code; a code without words is shown with spaces."""
    if code is None:
        return ""
    return table.get(code) or code.replace("_", " ").capitalize()
