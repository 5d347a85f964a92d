"""The language a parent writes in: noticed once, spoken where there are words, never assumed."""

from collections.abc import Mapping
from typing import Final

from bot.actions.base import Event, FlowAction, Out, Said, slot
from bot.actions.deps import Deps
from content.loader import Topic
from referrals.model import SLOT
from safety.hearing import ENGLISH, heard

LANGUAGE, NOTICED = "language", "language_noticed"
#: What an interpreter is asked for by: staff read English.
NAMES: Final[Mapping[str, str]] = {
    "ur": "Urdu",
    "ur-Latn": "Urdu",
    "pa-Latn": "Punjabi",
    "bn": "Bengali",
    "bn-Latn": "Bengali",
    "pl": "Polish",
    "sk": "Slovak",
    "ro": "Romanian",
    "ar": "Arabic",
}


def notice(said: Said, out: Out, deps: Deps) -> list[Event]:
    """Say once what there is in the language she writes; no events where nothing is new."""
    language = heard(said.text) if not said.slot(NOTICED) else None
    if language is None:
        return []
    spoken = language in deps.languages
    out.say("language.offer" if spoken else "language.not_offered")
    events = [slot(NOTICED, language), slot(f"{SLOT}interpreter", NAMES[language])]
    return [*events, slot(LANGUAGE, language)] if spoken else events


def spoken_now(said: Said) -> str:
    """The language that she is answered in."""
    return str(said.slot(LANGUAGE) or ENGLISH)


def warn_of_english(said: Said, out: Out, topic: Topic) -> None:
    """Say that a topic follows in English, where her language has no words for it."""
    if spoken_now(said) not in (ENGLISH, *topic.words):
        out.say("language.english_only", choices=[])


class Speak(FlowAction):
    """Goes on in the language she picked."""

    action_name = "action_speak"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Stay with the noticed language, or go back to English."""
        noticed = said.slot(NOTICED)
        if said.entity(LANGUAGE) == ENGLISH or noticed not in deps.languages:
            out.say("language.english")
            return [slot(LANGUAGE, ENGLISH), slot(f"{SLOT}interpreter", None)]
        out.say("language.go_on")
        return [slot(LANGUAGE, noticed)]
