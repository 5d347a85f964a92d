"""The actions through the SDK's own executor, with tracker JSON as Rasa sends it."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from bot.actions import ACTIONS, all_actions
from bot.actions.deps import Deps, get_deps, set_deps
from common import deployment as deployments
from common.db import engine_for, sessions_for
from common.errors import TechnicalFailure
from common.ids import reference
from content.loader import load_messages, load_topics
from places.model import Place, Share
from referrals.model import AFTER, FIELDS
from signposting import cli as directory
from signposting import needs
from signposting.store import Directory

ROOT = Path(__file__).resolve().parents[3]
NOW = "2026-11-25T10:00:00+00:00"


def place(kind: str, text: str, district: str, *, split: bool = False) -> Place:
    shares = (
        Share("E08000032", "Bradford", "england", 0.6),
        Share("E07000163", "Craven", "england", 0.4),
    )
    return Place(
        kind=kind,
        text=text,
        district_code=district,
        district_name="Bradford" if district == "E08000032" else "Elsewhere",
        ward_code=None,
        easting=416000,
        northing=432000,
        split=split,
        nation="england",
        outward=text.split(" ", maxsplit=1)[0],
        shares=shares if split else (),
    )


class FewPlaces:
    """Four places of the real postcode file."""

    found = {
        "BD58HL": place("postcode", "BD5 8HL", "E08000032"),
        "BD5": place("outward", "BD5", "E08000032"),
        "BD20": place("outward", "BD20", "E08000032", split=True),
        "LS121AA": place("postcode", "LS12 1AA", "E08000035"),
        "LS12": place("outward", "LS12", "E08000035"),
    }

    def lookup(self, text: str) -> Place | None:
        return self.found.get(text.upper().replace(" ", ""))


@pytest.fixture(scope="module")
def deps(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deps]:
    path = tmp_path_factory.mktemp("directory") / "directory.db"
    shutil.copy(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    sessions = sessions_for(engine)
    deployment = deployments.load(ROOT / "deployments", "bradford")
    directory.import_services(sessions, deployment)
    yield Deps(
        deployment=deployment,
        places=FewPlaces(),
        directory=Directory(sessions, needs.load()),
        topics={topic.id: topic for topic in load_topics(ROOT)},
    )
    engine.dispose()


@dataclass
class Answer:
    """What an action answered."""

    messages: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def keys(self) -> list[str]:
        return [m["key"] for m in self.messages]

    @property
    def slots(self) -> dict[str, Any]:
        return {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}

    @property
    def follows(self) -> list[str]:
        return [e["name"] for e in self.events if e["event"] == "followup"]


@dataclass
class Chat:
    """A conversation as the assistant keeps it: slots, and what each action gets."""

    deps: Deps
    channel: str = "web_chat"
    slots: dict[str, Any] = field(default_factory=dict)
    message_id: str = "m1"
    bereaved: bool = False

    def run(self, action: str, text: str = "", **given: Any) -> Answer:
        executor = ActionExecutor()
        for one in all_actions(self.deps):
            executor.register_action(one)
        result = asyncio.run(executor.run(self._call(action, text, given)))
        assert result is not None
        result = result.model_dump()
        parts = [r["custom"] for r in result["responses"]]
        answer = Answer(
            messages=[p for p in parts if "key" in p],
            effects=[p for p in parts if "effect" in p],
            events=list(result["events"]),
        )
        self.slots.update(answer.slots)
        return answer

    def form(self, text: str = "", **given: Any) -> Answer:
        return self.run("validate_referral_form", text, **given)

    def pick(self, answer: str) -> Answer:
        entity = {"entity": "answer", "value": answer}
        return self.form(f'/inform{{"answer": "{answer}"}}', intent="inform", entities=[entity])

    def _call(self, action: str, text: str, given: Mapping[str, Any]) -> dict[str, Any]:
        intent = {"name": given.get("intent", "inform"), "confidence": given.get("sure", 0.9)}
        return {
            "next_action": action,
            "sender_id": "c1",
            "domain": {"slots": {}, "responses": {}},
            "tracker": {
                "sender_id": "c1",
                "slots": dict(self.slots),
                "latest_message": {
                    "text": text,
                    "intent": intent,
                    "intent_ranking": given.get("ranking", [intent]),
                    "entities": given.get("entities", []),
                    "message_id": self.message_id,
                    "metadata": {
                        "channel": self.channel,
                        "now": NOW,
                        "bereaved": self.bereaved,
                    },
                },
                "events": [],
                "active_loop": {},
                "latest_action_name": "action_listen",
            },
        }


@pytest.fixture
def chat(deps: Deps) -> Chat:
    return Chat(deps)


def test_every_action_of_the_domain_exists_and_the_other_way_round() -> None:
    names: set[str] = set()
    for path in [ROOT / "domain.yml", *sorted((ROOT / "bot" / "domain").glob("*.yml"))]:
        names |= set(yaml.safe_load(path.read_text("utf-8")).get("actions", []))
    names.add("action_inform_topic")

    ours = {kind.action_name for kind in ACTIONS}

    assert names - ours == set()
    assert ours - names == set()


def test_every_key_that_actions_say_has_words() -> None:
    messages = load_messages(ROOT, "en")
    sources = [*(ROOT / "bot" / "actions").glob("*.py"), *(ROOT / "referrals").glob("*.py")]
    words = {
        word.strip('",)}]:')
        for path in sources
        for word in path.read_text("utf-8").split()
        if word.startswith('"utter_')
    }
    assert len(words) > 20
    assert words - set(messages) == set()


def test_every_field_that_can_be_asked_has_a_question() -> None:
    messages = load_messages(ROOT, "en")
    domain = yaml.safe_load((ROOT / "bot" / "domain" / "referral.yml").read_text("utf-8"))

    for name in (*FIELDS, *AFTER, "carry_on", "outside"):
        asked = f"utter_ask_ref_{name}" in messages
        assert asked or f"action_ask_ref_{name}" in domain["actions"]
        assert not (asked and f"action_ask_ref_{name}" in domain["actions"])
        assert f"ref_{name}" in domain["slots"]


def test_a_topic_is_answered_for_the_stage_that_was_said(chat: Chat) -> None:
    answer = chat.run(
        "action_inform_topic", "my 9 week old baby cries", intent="topic_cry_why", sure=0.9
    )

    assert answer.messages[0]["key"] == "topic"
    assert answer.messages[0]["variables"] == {"topic": "cry-why", "stage": "young_baby"}
    assert answer.slots["last_topic"] == "cry-why"
    assert ("Ask for a call", "/call_me") in [
        (c["label"], c["payload"]) for c in answer.messages[0]["choices"]
    ]


def test_a_topic_that_the_app_lacks_is_an_error(chat: Chat) -> None:
    with pytest.raises(TechnicalFailure):
        chat.run("action_inform_topic", "x", intent="topic_not_there")


def test_local_help_asks_for_the_place_and_then_shows_at_most_three(chat: Chat) -> None:
    first = chat.run("action_find_support", "find help near me", intent="find_support")
    assert first.keys == ["utter_ask_place"]

    answer = chat.run("action_set_facts", "BD5 8HL")

    assert answer.keys == ["utter_services"]
    services = answer.messages[0]["variables"]["services"]
    assert 1 <= len(services) <= 3
    assert all(s["name"] and s["why"] and s["contact"] and s["cost"] for s in services)
    assert answer.slots["place"] == "BD5"
    assert "BD5 8HL" not in str(chat.slots)


def test_a_split_outward_code_asks_for_the_district_and_takes_it(chat: Chat) -> None:
    chat.run("action_find_support", "help", intent="find_support")
    asked = chat.run("action_set_facts", "bd20")
    assert asked.keys == ["utter_ask_split_district"]

    payload = asked.messages[0]["choices"][0]["payload"]
    given = yaml.safe_load(payload.removeprefix("/find_support"))["place"]
    entity = {"entity": "place", "value": given}
    answer = chat.run("action_find_support", payload, intent="find_support", entities=[entity])

    assert answer.keys == ["utter_services"]
    assert chat.slots["district"] == "E08000032"


def test_help_comes_without_a_place_too(chat: Chat) -> None:
    entity = {"entity": "place", "value": "anywhere"}

    answer = chat.run(
        "action_find_support", "/find_support", intent="find_support", entities=[entity]
    )

    assert answer.keys == ["utter_services"]


def test_a_place_that_is_not_found_is_asked_again(chat: Chat) -> None:
    chat.run("action_find_support", "help", intent="find_support")

    assert chat.run("action_fallback", "blorp", intent="nlu_fallback").keys == [
        "utter_place_not_found"
    ]


def test_what_was_not_understood_gets_choices_and_then_a_person(chat: Chat) -> None:
    ranking = [
        {"name": n, "confidence": c} for n, c in [("nlu_fallback", 0.5), ("topic_cry_why", 0.3)]
    ]

    first = chat.run("action_fallback", "hm", intent="nlu_fallback", ranking=ranking)
    second = chat.run("action_fallback", "hm", intent="nlu_fallback", ranking=ranking)

    assert first.keys == ["utter_did_you_mean"]
    assert first.messages[0]["choices"][0]["payload"] == '/choose_topic{"topic": "cry-why"}'
    assert second.keys == ["utter_fallback_again"]


def test_an_age_said_in_passing_is_remembered(chat: Chat) -> None:
    answer = chat.run("action_set_facts", "she is 9 weeks old")

    assert answer.slots["stage"] == "young_baby"
    assert answer.messages[0]["variables"] == {"age": "9 weeks"}


def test_asking_for_a_person_opens_a_task(chat: Chat) -> None:
    answer = chat.run("action_talk_to_person", "can I talk to someone", intent="ask_human")

    assert answer.keys == ["utter_ask_human"]
    assert answer.effects == [{"effect": "open_task", "args": {"kind": "person_wanted"}}]


def test_call_me_goes_on_to_the_short_form(chat: Chat) -> None:
    answer = chat.run("action_talk_to_person", "call me", intent="call_me")

    assert answer.follows == ["referral_form"]
    assert chat.form("call me", intent="call_me").slots["requested_slot"] == "ref_phone"


def test_feedback_is_kept_with_its_topic(chat: Chat) -> None:
    chat.slots["last_topic"] = "cry-why"

    answer = chat.run("action_record_feedback", "/feedback_useful", intent="feedback_useful")

    assert answer.effects == [{"effect": "feedback", "args": {"topic": "cry-why", "useful": True}}]


STRAIGHT = (
    "refer me",
    "just me",
    "Aisha Siddiqua, mum",
    "9 weeks",
    "BD5 8HL",
    "yes",
    "I don't feel close to him",
)


def told(deps: Deps, *messages: str, channel: str = "sms") -> Chat:
    chat = Chat(deps, channel)
    chat.run("action_start_referral", messages[0], intent="start_referral")
    for message in messages:
        chat.form(message)
    return chat


def test_a_referral_is_one_effect_and_leaves_no_answers_behind(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT)
    asked = chat.run("action_ask_ref_consent")
    assert asked.keys == ["utter_referral_consent"]
    assert chat.slots["requested_slot"] == "ref_consent"

    chat.form("sorry, Siddiqui with an i at the end")
    ended = chat.form("yes")
    assert ended.slots["requested_slot"] is None
    chat.message_id = "m9"
    answer = chat.run("action_submit_referral", "yes")

    assert [e["effect"] for e in answer.effects] == ["create_referral"]
    record = answer.effects[0]["args"]["record"]
    assert record["name"] == "Aisha Siddiqui"
    assert record["consent"] is True
    assert record["postcode"]["district_code"] == "E08000032"
    assert answer.messages[0]["variables"]["reference"] == reference("m9/create_referral")
    kept = {k: v for k, v in chat.slots.items() if k.startswith("ref_") and v is not None}
    assert set(kept) == {"ref_sent"}
    assert "Aisha" not in str(kept)


def test_no_consent_sends_nothing_and_forgets(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT, "no")

    answer = chat.run("action_submit_referral", "no")

    assert [e["effect"] for e in answer.effects] == ["discard_referral"]
    assert answer.effects[0]["args"] == {"reason": "no_consent", "since": NOW}
    assert answer.keys == ["utter_referral_no_consent"]
    assert not [k for k, v in chat.slots.items() if k.startswith("ref_") and v is not None]


def test_half_a_form_is_never_sent(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT[:4])
    chat.slots["ref_progress"] = {"mode": "referral", "ending": "sent"}

    answer = chat.run("action_submit_referral")

    assert answer.effects == []
    assert answer.follows == ["referral_form"]


def test_a_topic_in_the_middle_is_answered_and_the_question_stays(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT[:3])

    answer = chat.form("why does my baby cry?", intent="topic_cry_why", sure=0.9)

    assert answer.messages[0]["variables"]["topic"] == "cry-why"
    assert answer.slots["requested_slot"] == "ref_baby"


def test_outside_the_area_the_nearest_help_is_shown_and_not_ourselves(deps: Deps) -> None:
    chat = told(deps, "refer me", "mum", "9 weeks", channel="web_chat")

    answer = chat.form("LS12 1AA")

    assert answer.keys == ["utter_referral_outside", "utter_services"]
    names = [s["name"] for s in answer.messages[1]["variables"]["services"]]
    assert names
    assert not any("Little Minds" in name for name in names)


def test_what_she_said_before_is_not_asked_again(deps: Deps) -> None:
    chat = Chat(deps)
    chat.run("action_set_facts", "I'm a mum and she is 9 weeks old")

    chat.run("action_start_referral", "refer me", intent="start_referral")
    answer = chat.form("refer me", intent="start_referral")

    assert answer.slots["requested_slot"] == "ref_postcode"


def test_a_wish_to_be_referred_among_facts_begins_the_form(chat: Chat) -> None:
    answer = chat.run("action_set_facts", "can I refer myself, I'm Dan, BD5 8HL")

    assert answer.keys == ["utter_referral_intro"]
    assert answer.follows == ["referral_form"]


def test_why_a_thing_is_asked_is_said(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT[:4])

    answer = chat.form("why do you need my postcode?", intent="inform", sure=0.7)

    assert answer.keys == ["utter_referral_why"]
    assert answer.messages[0]["variables"] == {"field": "postcode"}
    assert answer.slots["requested_slot"] == "ref_postcode"


def test_a_wish_to_be_referred_inside_a_story_begins_the_form(chat: Chat) -> None:
    words = "my baby cries all day, can you refer me"

    answer = chat.run("action_inform_topic", words, intent="topic_cry_why")

    assert answer.follows == ["referral_form"]


def test_a_question_on_referring_is_answered_as_a_question(chat: Chat) -> None:
    words = "how do i refer myself"

    answer = chat.run("action_inform_topic", words, intent="topic_svc_refer")

    assert answer.keys == ["topic"]


def test_a_new_number_after_sending_goes_to_staff(chat: Chat) -> None:
    chat.slots["ref_sent"] = {"reference": "K7QM-3XRB", "kind": "sent", "shared": False}

    answer = chat.run("action_set_facts", "change my number to 07700 900199")

    assert answer.keys == ["utter_referral_change_noted"]
    assert [e["args"]["kind"] for e in answer.effects] == ["referral_change"]


def test_who_reads_this_is_answered_even_on_a_guess(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT[:3])
    ranking = [
        {"name": "nlu_fallback", "confidence": 0.5},
        {"name": "ask_privacy", "confidence": 0.45},
    ]

    answer = chat.form("who will read this?", intent="nlu_fallback", sure=0.5, ranking=ranking)

    assert answer.keys == ["utter_ask_privacy"]


def test_a_choice_fills_its_own_field(deps: Deps) -> None:
    chat = told(deps, "refer me", channel="web_chat")

    answer = chat.pick("for_whom=grandparent")

    assert answer.slots["ref_for_whom"] == "grandparent"
    assert answer.slots["requested_slot"] == "ref_parent_agrees"


def test_the_form_always_sets_a_slot_besides_the_question(deps: Deps) -> None:
    chat = told(deps, "refer me", channel="web_chat")

    answer = chat.form("qwerty")

    assert "ref_progress" in answer.slots


def test_a_young_writer_is_brought_to_a_persons_notice(deps: Deps) -> None:
    chat = told(deps, *STRAIGHT[:-1], "I'm 16 and I can't cope with the baby crying", "yes")

    answer = chat.run("action_submit_referral")

    effect = {"effect": "open_task", "args": {"kind": "young_person", "age": 16}}
    assert effect in answer.effects


def test_a_shared_phone_is_told_nothing_of_what_was_sent(chat: Chat) -> None:
    chat.slots["ref_sent"] = {"reference": "K7QM-3XRB", "shared": True}

    answer = chat.run("action_referral_status", "any news", intent="ask_referral_status")

    assert answer.keys == ["utter_referral_status_unknown"]
    assert "K7QM" not in str(answer.messages)
    assert [e["args"]["kind"] for e in answer.effects] == ["referral_question"]


def test_her_own_phone_is_told_how_it_stands(chat: Chat) -> None:
    chat.slots["ref_sent"] = {"reference": "K7QM-3XRB", "shared": False}

    answer = chat.run("action_referral_status", "any news", intent="ask_referral_status")

    assert answer.keys == ["utter_referral_status"]
    assert answer.messages[0]["variables"]["reference"] == "K7QM-3XRB"


def test_putting_it_aside_keeps_the_answers_and_goes_on_later(deps: Deps) -> None:
    chat = told(deps, "refer me", "mum", "9 weeks", "later", channel="web_chat")
    assert chat.run("action_submit_referral").keys == ["utter_referral_paused"]

    chat.slots["requested_slot"] = None
    again = chat.run("action_start_referral", "carry on", intent="start_referral")
    assert again.keys == ["utter_referral_resume"]

    assert chat.form("carry on").slots["requested_slot"] == "ref_postcode"


def test_actions_made_without_dependencies_use_those_that_were_set(deps: Deps) -> None:
    with pytest.raises(TechnicalFailure):
        get_deps()
    set_deps(deps)
    try:
        assert get_deps() is deps
    finally:
        set_deps(None)


def test_after_a_loss_no_age_is_taken_or_named(deps: Deps) -> None:
    chat = Chat(deps, bereaved=True, slots={"stage": "newborn", "baby_birth_date": "2026-11-01"})

    answer = chat.run("action_set_facts", "she was 3 weeks old")

    assert answer.keys == ["utter_referral_facts_noted"]
    assert not {"stage", "baby_birth_date", "baby_due_date"} & set(answer.slots)


def test_after_a_loss_a_topic_has_no_stage(deps: Deps) -> None:
    chat = Chat(deps, bereaved=True, slots={"stage": "pregnancy", "baby_due_date": "2027-01-01"})

    answer = chat.run(
        "action_inform_topic", "my baby died at 20 weeks", intent="topic_loss_baby", sure=0.9
    )

    assert answer.messages[0]["variables"] == {"topic": "loss-baby"}
    assert not {"stage", "baby_due_date"} & set(answer.slots)


def test_after_a_loss_a_referral_asks_only_how_to_call(deps: Deps) -> None:
    chat = Chat(deps, bereaved=True, slots={"baby_birth_date": "2026-11-01"})

    answer = chat.run("action_start_referral", "/start_referral", intent="start_referral")

    assert answer.keys == ["utter_referral_intro"]
    assert answer.slots["ref_progress"]["mode"] == "callback"
    assert "ref_baby" not in answer.slots
    assert chat.form("hello").slots["requested_slot"] == "ref_phone"


def test_nobody_is_asked_whether_words_about_a_loss_helped(chat: Chat) -> None:
    answer = chat.run("action_inform_topic", "my baby died", intent="topic_loss_baby", sure=0.9)

    payloads = [c["payload"] for c in answer.messages[0]["choices"]]
    assert "/call_me" in payloads
    assert not any(p.startswith("/feedback_") for p in payloads)
