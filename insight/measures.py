"""The measures that are counted, by day; names only.

Each is a set of (day, key) -> number. All but `reached` can be added up over days; `reached`
counts people, so it stands once a week, on the week's Monday.
"""

from enum import StrEnum
from typing import Final


class Measure(StrEnum):
    """What is counted; the comment says what its keys are."""

    REACHED = "reached"  # channel: people who wrote in the week that begins that day
    NEW_PEOPLE = "new_people"  # channel
    LANGUAGE = "language"  # tag, of new people
    RECEIVED = "received"  # channel
    SENT = "sent"  # channel
    SEGMENTS = "segments"  # channel: SMS segments sent
    HOUR = "hour"  # `open` or `closed`: was the team at work when a parent wrote
    TOPIC = "topic"  # topic id of an answer
    SEARCH = "search"  # need of a search for local support
    GAP = "gap"  # `need|stage|district` of a search that found nothing local that fits
    SIGNPOSTED = "signposted"  # slug of a service that was shown
    FEEDBACK = "feedback"  # `useful` or `not_useful`
    FLAG = "flag"  # tier
    STEP = "step"  # step of the funnel, of conversations that began that day
    REFERRAL = "referral"  # kind
    SOURCE = "source"  # who asked for it
    AGE = "age"  # stage of the baby on the day of the referral
    DISTRICT = "district"  # of the family of a referral
    FIRST_CONTACT = "first_contact"  # working days until staff first tried; see WAITS
    OUTCOME = "outcome"  # state in which a referral of that day is now


STAGES: Final = {
    "pregnancy": "Not yet born",
    "newborn": "Under 6 weeks",
    "young_baby": "6 weeks to 6 months",
    "older_baby": "6 to 12 months",
    "toddler": "12 to 24 months",
    "unknown": "Not known",
}
"""Stage of the baby -> words. Source of the ages: docs/glossary.md."""

STEPS: Final = {
    "wrote": "Wrote to us",
    "started": "Began to ask for help",
    "consent": "Were asked for consent",
    "sent": "Sent it",
}
"""Steps from a first message to a request that was sent; each is counted once a conversation."""

STEP_KEYS: Final = {
    "utter_referral_intro": "started",
    "utter_referral_callback": "started",
    "utter_referral_consent": "consent",
    "utter_referral_consent_private": "consent",
    "utter_referral_callback_confirm": "consent",
    "utter_referral_sent": "sent",
    "utter_referral_callback_asked": "sent",
}
"""Key of a message that we said -> the step that it shows."""

WAITS: Final = {
    "0": "The same working day",
    "1": "Next working day",
    "2-3": "2 to 3 working days",
    "4-5": "4 to 5 working days",
    "6-10": "6 to 10 working days",
    "over": "More than 10 working days",
    "waiting": "Not tried yet",
}
"""Classes of the time to the first try to reach a family."""


def wait_class(working_days: int | None) -> str:
    """The class of a wait in whole working days; None where nobody has tried yet."""
    if working_days is None:
        return "waiting"
    if working_days <= 1:
        return str(max(0, working_days))
    return next(
        (name for name, most in (("2-3", 3), ("4-5", 5), ("6-10", 10)) if working_days <= most),
        "over",
    )
