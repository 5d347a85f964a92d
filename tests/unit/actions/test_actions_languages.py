"""Another language is noticed once, answered in where there is a pack, and never assumed."""

from dataclasses import replace

import pytest

from tests.unit.actions.test_actions_answer import Chat, deps  # noqa: F401 (a fixture)

POLISH = "moje dziecko nie chce spac, co mam zrobic"


@pytest.fixture
def chat(deps):  # noqa: F811
    return Chat(replace(deps, languages=frozenset({"pl"})))


def test_what_is_not_understood_in_polish_gets_the_offer_in_polish(chat):
    answer = chat.run("action_fallback", POLISH, intent="nlu_fallback")
    assert answer.keys == ["language.offer"]
    assert answer.slots["language"] == "pl"
    assert answer.slots["ref_interpreter"] == "Polish"


def test_it_is_offered_once(chat):
    chat.run("action_fallback", POLISH, intent="nlu_fallback")
    again = chat.run("action_fallback", "nie rozumiem, prosze o pomoc", intent="nlu_fallback")
    assert "language.offer" not in again.keys


def test_a_question_that_is_understood_is_answered_and_the_offer_follows(chat):
    answer = chat.run("action_inform_topic", POLISH, intent="topic_sleep_normal")
    assert answer.keys == ["topic", "language.offer"]


def test_later_she_is_told_that_a_topic_is_in_english(chat):
    chat.run("action_inform_topic", POLISH, intent="topic_sleep_normal")
    answer = chat.run("action_inform_topic", "co to jest", intent="topic_bond_attachment")
    assert answer.keys == ["language.english_only", "topic"]


def test_without_a_pack_she_gets_a_call_offered_and_english(chat):
    answer = chat.run("action_fallback", "nu stiu ce sa fac, va rog", intent="nlu_fallback")
    assert answer.keys == ["language.not_offered"]
    assert "language" not in answer.slots
    assert answer.slots["ref_interpreter"] == "Romanian"


@pytest.mark.parametrize(
    ("picked", "key", "language"),
    [("here", "language.go_on", "pl"), ("en", "language.english", "en")],
)
def test_she_picks_the_language(chat, picked, key, language):
    chat.run("action_fallback", POLISH, intent="nlu_fallback")
    given = [{"entity": "language", "value": picked}]
    answer = chat.run("action_speak", "/speak", intent="speak", entities=given)
    assert answer.keys == [key]
    assert answer.slots["language"] == language


def test_english_with_text_speak_is_english(chat):
    answer = chat.run("action_fallback", "wot do u do w a pram in the rain", intent="nlu_fallback")
    assert not any(key.startswith("language.") for key in answer.keys)
