"""Answers a question that comes in the middle of the form; the form then asks its own again."""

import re

from bot.actions.base import Event, Out, Said
from bot.actions.deps import Deps
from bot.actions.people import talk
from bot.actions.support import show
from bot.actions.topics import by_intent
from places.model import Place
from referrals.model import Record

_WHY = re.compile(
    r"\W*(?:why|what for|what do you)\b.*\b(?:need|want|ask|asking|matter|know|for|that|this)\b",
    re.IGNORECASE,
)
_SURE = 0.5  # the classifier's own threshold: config.yml
_GUESS = 0.35

# Questions that a text alone answers.
_TEXTS = {
    "ask_bot": "utter_ask_bot",
    "ask_privacy": "utter_ask_privacy",
    "ask_social_services": "utter_ask_social_services",
    "ask_topics": "utter_ask_topics",
    "help": "utter_help",
    "complaint": "utter_complaint",
    "out_of_scope": "utter_out_of_scope",
    "delete_me": "utter_delete_me",
    "ask_referral_status": "utter_referral_not_sent_yet",
    "thanks": "utter_referral_go_on",
    "greet": "utter_referral_go_on",
}


def answer(said: Said, out: Out, deps: Deps, record: Record, *, asking: str | None) -> list[Event]:
    """Say the answer; where there is none, say that a person can tell her."""
    if _WHY.match(said.text):
        out.say("utter_referral_why", {"field": asking or ""})
        return []
    chosen = said.entity("topic")
    intent = _intent(said)
    topic = deps.topics.get(chosen) if chosen else by_intent(intent, deps)
    if topic is not None:
        # Without choices of its own: those of the form's question follow.
        out.say("topic", {"topic": topic.id}, about={"topic": topic.id})
        return []
    if intent == "find_support":
        show(said, out, deps, need=said.entity("need"), place=_home(record, deps), stage=None)
    elif intent == "ask_human":
        talk(said, out, deps)
    else:
        out.say(_TEXTS.get(intent, "utter_referral_question"))
    return []


def _intent(said: Said) -> str:
    if said.is_payload:
        return said.intent
    for name, confidence in said.ranking:
        # A question about us is answered even on a good guess: it is what holds her back.
        least = _GUESS if name in _TEXTS else _SURE
        if name != "nlu_fallback" and confidence >= least:
            return name
    return ""


def _home(record: Record, deps: Deps) -> Place | None:
    return deps.places.lookup(record.postcode.text) if record.postcode else None
