"""Local help: services by need, place and stage; asks for the place where it is not known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.actions import known
from bot.actions.base import Choices, Event, FlowAction, Out, Said, slot
from bot.actions.deps import Deps
from bot.actions.language import spoken_now
from places.model import SPLIT_SHARE, Place
from signposting.card import cards
from signposting.query import Match, Query

ASKED = "place"
"""Value of the slot `asked` while the place is waited for."""

ANYWHERE = "anywhere"
"""She would rather not say where she is: help by phone and online."""

_NO_PLACE = (("I'd rather not say", '/find_support{"place": "anywhere"}'),)
_NARROW = (
    ("How I feel", '/find_support{"need": "low-mood"}'),
    ("My baby and me", '/find_support{"need": "bonding"}'),
    ("Something else", "/ask_topics"),
)


class FindSupport(FlowAction):
    """Shows at most three services, each with the reason why."""

    action_name = "action_find_support"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Answer a search, or ask for the place first."""
        events = known.remembered(said)
        named = said.entity("need") or deps.directory.needs.named(said.text)
        need = named or said.slot("need") or _need_of_topic(said, deps)
        if need:
            events.append(slot("need", need))
        place, answered = _place(said, deps)
        if not answered:
            return [*events, *_ask_place(said, out)]
        if place is not None and place.split:
            return [*events, *_ask_district(place, out)]
        events += _place_slots(place)
        show(said, out, deps, need=need, place=place, stage=known.stage_now(said, events))
        return events


def show(
    said: Said,
    out: Out,
    deps: Deps,
    *,
    need: str | None,
    place: Place | None,
    stage: str | None,
    choices: Choices | None = None,
    elsewhere: bool = False,
) -> bool:
    """Say what fits; False where nothing does.

    Args:
        elsewhere: leave out what she would be referred to from here, since it cannot take her.
    """
    query = Query(
        need=need,
        stage=stage,
        place=place,
        role=str(said.slot("parent_role") or "unknown"),
        language=spoken_now(said).partition("-")[0],
        now=said.now,
    )
    found = deps.directory.search(query)
    if elsewhere:
        ours = tuple(m.service.slug for m in found if m.service.referral_here)
        found = deps.directory.search(replace(query, exclude=ours)) if ours else found

    def say(key: str, /, **variables: object) -> str:
        return deps.say(key, said.channel, **variables)

    about = _searched(query, found)
    if not found:
        out.say("utter_services_none", about=about)
        return False
    if choices is None:
        choices = _NARROW if need is None else None
    out.say("utter_services", {"services": cards(found, say)}, choices, about)
    return True


def _searched(query: Query, found: Sequence[Match]) -> dict[str, Any]:
    """What is kept of a search in plain: the map of what is missing is drawn from it."""
    return {
        "need": query.need or "any",
        "stage": query.stage or "unknown",
        "district": (query.place and query.place.district_code) or "unknown",
        "services": [m.service.slug for m in found],
        "local": sum(1 for m in found if m.service.is_local and m.fit == "exact"),
    }


def _place(said: Said, deps: Deps) -> tuple[Place | None, bool]:
    asked = said.slot("asked") == ASKED
    given = said.entity("place")
    if given == ANYWHERE:
        return None, True
    if given and "@" in given:
        outward, _, district = given.partition("@")
        return _in_district(deps.places.lookup(outward), district), True
    found = known.place_in(said, deps, asked=asked)
    if found is not None:
        return found, True
    kept = said.slot("place")
    if kept == ANYWHERE:
        return None, True
    if kept and (place := deps.places.lookup(str(kept))):
        return _in_district(place, said.slot("district")), True
    return None, False


def _in_district(place: Place | None, district: Any) -> Place | None:
    if place is None or not district or not place.split:
        return place
    share = next((s for s in place.shares if s.district_code == district), None)
    if share is None:
        return place
    return replace(
        place, district_code=share.district_code, district_name=share.district_name, split=False
    )


def _place_slots(place: Place | None) -> list[Event]:
    # Only the first half of a postcode is kept, and the district: never where exactly she lives.
    kept = ANYWHERE if place is None else (place.outward or place.text)
    return [
        slot("place", kept),
        slot("district", place.district_code if place else None),
        slot("asked", None),
    ]


def _ask_place(said: Said, out: Out) -> list[Event]:
    if said.slot("asked") == ASKED and said.text:
        out.say("utter_place_not_found", choices=_NO_PLACE)
    else:
        out.say("utter_ask_place", choices=_NO_PLACE)
    return [slot("asked", ASKED)]


def _ask_district(place: Place, out: Out) -> list[Event]:
    shares = [s for s in place.shares if s.share > SPLIT_SHARE and s.district_code]
    out.say(
        "utter_ask_split_district",
        choices=[
            (
                s.district_name or s.district_code or "",
                f'/find_support{{"place": "{place.text}@{s.district_code}"}}',
            )
            for s in shares[:4]
        ],
    )
    return [slot("asked", ASKED)]


def _need_of_topic(said: Said, deps: Deps) -> str | None:
    topic = deps.topics.get(str(said.slot("last_topic") or ""))
    return topic.needs[0] if topic and topic.needs else None
