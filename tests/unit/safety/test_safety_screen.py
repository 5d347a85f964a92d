"""What the screen sees, on explicit words, near misses, circumstances and whole conversations."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.model import CLASSES, Context, Turn
from safety.screen import screen

DATA = Path(__file__).parents[2] / "data"


def rows(name):
    text = (DATA / f"safety_build_{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_no_explicit_positive_of_the_building_set_goes_unanswered():
    silent = [row["id"] for row in rows("positive") if screen(row["text"]).tier == "none"]
    assert silent == []


def test_no_explicit_now_positive_is_only_gentle():
    low = [
        row["id"]
        for row in rows("positive")
        if row["tier"] == "now" and screen(row["text"]).tier != "now"
    ]
    assert low == []


def test_the_right_class_is_named_on_the_building_set():
    found = [row["class"] in screen(row["text"]).classes for row in rows("positive")]
    assert sum(found) / len(found) >= 0.98


def test_false_alarms_on_the_building_set_stay_rare():
    tiers = [screen(row["text"]).tier for row in rows("negative")]
    assert tiers.count("now") / len(tiers) <= 0.02
    assert tiers.count("gentle") / len(tiers) <= 0.08


def test_the_building_sets_are_large_enough():
    assert len(rows("positive")) >= 300
    assert len(rows("negative")) >= 600
    assert {row["class"] for row in rows("positive")} == set(CLASSES)


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("took 20 tablets an hour ago", "suicide"),
        ("I shook him last night", "baby_hurt"),
        ("he hit me last week", "domestic_abuse"),
        ("she stopped breathing this morning", "baby_unwell"),
        ("i tried to hang myself yesterday", "suicide"),
    ],
)
def test_a_recent_past_stays_now(text, cls):
    assert screen(text).tier_of(cls) == "now"


@pytest.mark.parametrize(
    "text",
    [
        "i tried to kill myself when i was a teenager",
        "i used to self harm years ago",
        "i was suicidal 10 years ago, am fine now",
    ],
)
def test_a_time_long_gone_is_gentle(text):
    assert screen(text).tier == "gentle"


def test_a_time_long_gone_that_comes_back_is_now():
    text = "i was suicidal years ago and its coming back, i want to die again"
    assert screen(text).tier == "now"


@pytest.mark.parametrize(
    "text",
    ["im not suicidal, just tired", "i am not going to kill myself", "i dont feel suicidal"],
)
def test_a_denial_is_understood_not_silenced(text):
    assert screen(text).tier == "gentle"


@pytest.mark.parametrize(
    "text",
    [
        "i cant stop thinking about killing myself",
        "i dont know if i want to die",
        "i dont care if i die",
        "not joking i want to kill myself",
        "why not just kill myself",
        "no, i want to die",
        "im not only tired, i want to end my life",
    ],
)
def test_a_not_that_denies_nothing_changes_nothing(text):
    assert screen(text).tier == "now"


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("beti kehti hai mar jana behtar hai", "suicide"),
        ("my wife says she wants to kill herself", "suicide"),
        ("my husband told me he doesnt want to be here anymore", "suicide"),
        ("she has been cutting herself", "self_harm"),
        ("my partner is hearing voices since the birth", "psychosis"),
    ],
)
def test_somebody_else_keeps_the_tier_and_is_named(text, cls):
    seen = screen(text)
    assert seen.tier_of(cls) == "now"
    assert seen.about(cls) == "other"


def test_she_and_i_together_is_about_the_writer_too():
    seen = screen("my sister killed herself and now i want to kill myself")
    assert seen.about("suicide") == "self"


@pytest.mark.parametrize(
    "text",
    [
        "I could kill for a sleep",
        "dying to meet you",
        "this teething is killing me",
        "do i shake the bottle first",
        "lost the baby weight",
        "he kicks me all night from inside",
        "my toddler hits me when i say no",
        "what do i do if my baby stops breathing",
        "my phone died",
        "is it normal for newborns to breathe fast",
    ],
)
def test_idioms_and_questions_are_left_alone(text):
    assert screen(text).tier == "none"


def test_unwanted_thoughts_are_gentle_and_nothing_else():
    seen = screen("i keep getting horrible images of dropping her down the stairs")
    assert (seen.tier, seen.classes) == ("gentle", ("unwanted_thoughts",))


def test_two_classes_are_both_seen_now_first():
    seen = screen("i lost my baby and i want to kill myself")
    assert seen.classes == ("suicide", "loss")


def test_evidence_holds_the_words_as_written():
    seen = screen("hello, i Wanna DIE tonight")
    assert any("Wanna DIE" in one.words for one in seen.evidence)


def test_a_control_word_inside_a_cry_is_a_cry():
    assert screen("delete me, end everything").tier == "now"


def test_a_crisis_inside_a_long_message_is_found():
    long = "we went to the park and he slept well after. " * 35
    assert screen(long + "i want to kill myself. " + long).tier_of("suicide") == "now"


LOADED = ["kill", "hurt", "baby", "i", "want to", "die", "not", "breathing", ".", "hit me", "if"]
YES = "Are you thinking of ending your life?"


@pytest.mark.parametrize("answer", ["yes", "Yeah", "i am", "sometimes", "haan", "tak", "kind of"])
def test_a_yes_after_our_question_is_now(answer):
    context = Context((Turn("us", YES, 20),))
    assert screen(answer, context=context).tier_of("suicide") == "now"


def test_a_yes_by_the_expected_key_is_now():
    assert screen("yes", context=Context(expected="ask.suicide")).tier == "now"


def test_a_no_to_are_you_safe_is_now():
    context = Context((Turn("us", "Are you safe right now?", 20),))
    assert screen("no", context=context).tier == "now"


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_yes_or_no_without_a_question_is_nothing(answer):
    assert screen(answer).tier == "none"
    context = Context((Turn("us", "Would you like to hear more about sleep?", 20),))
    assert screen(answer, context=context).tier == "none"


def test_a_cry_in_three_messages_within_a_minute_is_found():
    context = Context((Turn("parent", "i just", 40), Turn("parent", "want to", 20)))
    assert screen("die", context=context).tier_of("suicide") == "now"
    assert screen("die").tier != "now"


def test_pieces_hours_apart_are_not_put_together():
    context = Context((Turn("parent", "i want to", 4000),))
    assert screen("die in the sims lol", context=context).tier != "now"


def test_what_was_said_before_is_not_reported_again():
    context = Context((Turn("parent", "i want to kill myself", 10),))
    assert screen("how do i settle him", context=context).tier == "none"


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("میں مرنا چاہتی ہوں", "suicide"),
        ("mujhe marna hai", "suicide"),
        ("menu mar jaan da dil karda", "suicide"),
        ("chcę się zabić", "suicide"),
        ("میرا شوہر مجھے مارتا ہے", "domestic_abuse"),
        ("mera shohar mujhe marta hai", "domestic_abuse"),
        ("mąż mnie bije", "domestic_abuse"),
        ("میرا بچہ سانس نہیں لے رہا", "baby_unwell"),
        ("bacha saah nahi le riha", "baby_unwell"),
        ("dziecko nie oddycha", "baby_unwell"),
        ("potrząsnęłam dzieckiem", "baby_hurt"),
        ("maine bache ko mara", "baby_hurt"),
    ],
)
def test_explicit_forms_in_other_languages_are_now(text, cls):
    assert screen(text).tier_of(cls) == "now"


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_screen(text):
    assert screen(text).tier in ("now", "gentle", "none")


@given(st.lists(st.sampled_from(LOADED)))
@settings(max_examples=150, deadline=None)
def test_no_row_of_loaded_words_breaks_the_screen(words):
    screen(" ".join(words) * 3)


def test_the_same_text_gives_the_same_verdict():
    text = "i cant go on, he hits me and the baby wont wake"
    assert screen(text) == screen(text)
