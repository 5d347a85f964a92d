"""What was not understood, facts told in passing, and whether an answer helped."""

from bot.actions import known
from bot.actions.base import Event, FlowAction, Out, Said, slot
from bot.actions.deps import Deps
from bot.actions.form_state import SENT
from bot.actions.language import notice
from bot.actions.people import ChangeReferral
from bot.actions.starting import begin, wishes
from bot.actions.support import ASKED, FindSupport
from bot.actions.topics import by_intent
from referrals.baby import Baby
from referrals.eligibility import stage_of
from referrals.summary import age_words

_GUESSES = 3
_PLACE_WORDS = 4
_WORTH_OFFERING = 0.08
_AGAIN = "again"


class Fallback(FlowAction):
    """Offers what was perhaps meant; never an apology alone."""

    action_name = "action_fallback"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Offer topics near the words, then general ways, then a person."""
        if said.slot("asked") == ASKED and said.text:
            return FindSupport(deps).act(said, out, deps)
        if noticed := notice(said, out, deps):
            return noticed
        if wishes(said):
            return begin(said, out, deps)
        if _is_place(said, deps):
            return FindSupport(deps).act(said, out, deps)
        if said.intent == "out_of_scope":
            out.say("utter_out_of_scope")
            return []
        events = known.remembered(said)
        if said.slot("asked") == _AGAIN:
            out.say("utter_fallback_again")
            return [*events, slot("asked", None)]
        guesses = _guesses(said, deps)
        if guesses:
            choices = [*guesses, ("None of these", "/ask_topics")]
            out.say("utter_did_you_mean", choices=choices)
        else:
            out.say("utter_fallback")
        return [*events, slot("asked", _AGAIN)]


def _is_place(said: Said, deps: Deps) -> bool:
    # Only a name as it is written: what is merely like one may be anything.
    words = said.text.strip(" .!")
    found = deps.places.lookup(words) if words and len(words.split()) <= _PLACE_WORDS else None
    return found is not None and found.text.casefold() == words.casefold()


def _guesses(said: Said, deps: Deps) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for intent, confidence in said.ranking:
        topic = by_intent(intent, deps)
        if topic is not None and confidence >= _WORTH_OFFERING:
            found.append((topic.title, f'/choose_topic{{"topic": "{topic.id}"}}'))
    return found[:_GUESSES]


class SetFacts(FlowAction):
    """Remembers stage, role and place, and goes on with what was asked before."""

    action_name = "action_set_facts"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Answer a fact told outside a form."""
        if wishes(said):
            return begin(said, out, deps)
        facts = known.facts_of(said, expecting="baby")
        if said.slot(SENT) and (facts.reopened or facts.correction):
            return ChangeReferral(deps).act(said, out, deps)
        asked = said.slot("asked") == ASKED
        if asked or known.place_in(said, deps, asked=False) is not None:
            return FindSupport(deps).act(said, out, deps)
        slots = known.slots_from(facts, said)
        events = [slot(name, value) for name, value in slots.items()]
        baby = None if said.bereaved else facts.baby
        if baby is None or not baby.dated:
            key = "utter_baby_age_unclear" if facts.problems else "utter_referral_facts_noted"
            out.say(key)
            return events
        _note_baby(baby, said, out)
        return events


def _note_baby(baby: Baby, said: Said, out: Out) -> None:
    today = said.now.date()
    if baby.birth_date is None:
        out.say("utter_pregnancy_noted")
    elif stage_of(baby, today) == "toddler" and (today - baby.birth_date).days > 365 * 2 + 30:
        out.say("utter_baby_age_too_old")
        return
    else:
        out.say("utter_baby_age_noted", {"age": age_words(baby.birth_date, today)})
    out.say("utter_topic_next")


class RecordFeedback(FlowAction):
    """Keeps whether the last answer helped."""

    action_name = "action_record_feedback"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:  # noqa: ARG002
        """Thank, and ask why where it did not."""
        useful = said.intent == "feedback_useful"
        why = said.entity("why")
        topic = said.slot("last_topic")
        if why is None:
            out.effect("feedback", topic=topic, useful=useful)
        if useful:
            out.say("utter_feedback_useful")
        elif why is None:
            out.say("utter_feedback_why")
        else:
            out.say("utter_feedback_noted")
        return []
