"""The fixed texts: which are chosen, and what they may and must say."""

import re
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from common import deployment as deployments
from content.loader import load_messages
from conversations import private
from conversations.model import Reply
from conversations.private import AGAIN, QUIET
from conversations.render import Words
from safety import course
from safety.model import Evidence, Verdict, verdict
from safety.replies import KEYS, MOST_TEXTS, reply_keys
from safety.screen import screen

ROOT = Path(__file__).parents[3]
MESSAGES = load_messages(ROOT, "en")
CHANNELS = ("web_chat", "sms", "telegram")
AREAS = deployments.available(ROOT / "deployments")
CARE = (*course.KEYS, *private.KEYS)


@lru_cache
def words_of(area: str) -> Words:
    variables = deployments.load(ROOT / "deployments", area).variables()
    return Words({"en": MESSAGES}, {}, variables, demo=False)


def rendered(key: str, channel: str, area: str = "bradford"):
    return words_of(area).render(Reply(key), channel=channel, language="en", stage=None)


def seen(*classes: str, tier: str = "now") -> Verdict:
    return verdict([Evidence(cls, f"{cls}.test", "words", tier) for cls in classes])


def numbers(text: str) -> set[str]:
    return {re.sub(r"\s", "", found) for found in re.findall(r"\d[\d ]+\d", text)}


def test_nothing_seen_gets_no_text():
    assert reply_keys(screen("what time are you open"), repeated=False) == ()


def test_every_verdict_gets_keys_that_have_words():
    assert set(KEYS) <= set(MESSAGES)


def test_every_safety_text_is_one_that_can_be_chosen():
    written = {key for key in MESSAGES if key.startswith(("crisis.", "gentle."))}
    assert written == set(KEYS)


@pytest.mark.parametrize("tier", ["now", "gentle"])
def test_each_class_has_a_text_at_each_tier(tier):
    from safety.model import CLASSES

    for cls in CLASSES:
        assert set(reply_keys(seen(cls, tier=tier), repeated=False)) <= set(KEYS)


def test_at_most_two_texts_now_before_gentle():
    mixed = verdict(
        [
            Evidence("loss", "loss.a", "x", "gentle"),
            Evidence("suicide", "suicide.a", "x", "now"),
            Evidence("young_person", "young_person.a", "x", "gentle"),
        ]
    )
    assert reply_keys(mixed, repeated=False) == ("crisis.suicide", "gentle.loss")
    assert (
        len(reply_keys(seen("suicide", "psychosis", "domestic_abuse"), repeated=False))
        == MOST_TEXTS
    )


def test_a_repeat_gets_the_short_text():
    assert reply_keys(seen("suicide"), repeated=True) == ("crisis.short",)
    assert reply_keys(seen("loss", tier="gentle"), repeated=True) == ("gentle.short",)


def test_a_text_that_says_it_all_is_not_said_twice():
    assert reply_keys(seen("suicide", "self_harm"), repeated=False) == ("crisis.suicide",)


def test_somebody_else_gets_their_own_wording():
    keys = reply_keys(screen("my wife says she wants to kill herself"), repeated=False)
    assert keys == ("crisis.suicide_other",)
    assert "are you" not in rendered(keys[0], "web_chat").text.lower()


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("key", KEYS)
def test_every_text_renders_on_every_channel_in_every_area(key, channel, area):
    text = rendered(key, channel, area).text
    assert text
    assert "{{" not in text


@pytest.mark.parametrize("key", [key for key in KEYS if "domestic_abuse" not in key])
def test_the_same_numbers_stand_on_every_channel(key):
    web, sms, telegram = (numbers(rendered(key, channel).text) for channel in CHANNELS)
    assert web == sms == telegram


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith("crisis.")])
def test_every_crisis_text_names_the_emergency_number(key):
    for channel in CHANNELS:
        assert "999" in rendered(key, channel).text


@pytest.mark.parametrize("key", [key for key in KEYS if "domestic_abuse" in key])
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_abuse_is_not_named_where_somebody_may_read_along(key, channel):
    text = rendered(key, channel).text.lower()
    assert not re.search(
        r"abuse|violen|refuge|helpline|partner|husband|women|0808|safe from", text
    )
    assert "999" in text
    assert "55" in text
    assert not rendered(key, channel).choices


@pytest.mark.parametrize("key", [AGAIN, QUIET])
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_a_closed_chat_names_nobody_and_tells_nothing(key, channel):
    text = rendered(key, channel).text.lower()
    assert not re.search(
        r"abuse|violen|refuge|helpline|partner|husband|women|0808|safe from|robot|family|nhs",
        text,
    )
    assert "999" in text
    assert "55" in text
    assert not rendered(key, channel).choices


@pytest.mark.parametrize("key", [key for key in course.KEYS if key.startswith("care.line_")])
def test_a_line_of_help_is_one_short_line_with_a_number(key):
    for channel in CHANNELS:
        text = rendered(key, channel).text
        assert "\n" not in text
        assert re.search(r"\d{3}", text)
        assert rendered(key, channel).choices == ()
    assert rendered(key, "sms").segments == 1


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("key", CARE)
def test_every_text_of_the_course_renders_on_every_channel_in_every_area(key, area):
    for channel in CHANNELS:
        text = rendered(key, channel, area).text
        assert text
        assert "{{" not in text
    assert rendered(key, "sms", area).text.isascii()


def test_every_text_of_the_course_can_be_chosen():
    assert {key for key in MESSAGES if key.startswith("care.")} == set(CARE)


@pytest.mark.parametrize("key", [*KEYS, *CARE])
def test_no_text_promises_a_reader_or_invites_a_swallowed_word(key):
    for channel in CHANNELS:
        text = rendered(key, channel).text
        assert not re.search(
            r"(we|someone|a person|staff|our team) (will|is going to) (read|call|reply|be in)",
            text,
            re.IGNORECASE,
        )
        assert not re.search(r"\b(STOP|CANCEL|END|QUIT|HELP|START)\b", text)


def test_unwanted_thoughts_never_speak_of_risk_or_social_services():
    for channel in CHANNELS:
        text = rendered("gentle.unwanted_thoughts", channel).text.lower()
        assert not re.search(r"\brisk|social|safeguard|report", text)


def test_loss_has_no_cheerful_word_and_offers_bereavement_support():
    for channel in CHANNELS:
        text = rendered("gentle.loss", channel).text
        assert not re.search(
            r"!|happy|glad|great|wonderful|at least|congrat|hope ", text, re.IGNORECASE
        )
        assert "Sands" in text


@pytest.mark.parametrize("key", KEYS)
def test_no_emoji_and_plain_letters_in_text_messages(key):
    assert rendered(key, "sms").text.isascii()


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith("gentle.")])
def test_gentle_texts_fit_two_segments_with_their_choices(key):
    made = rendered(key, "sms")
    assert made.segments <= 2
    assert len(made.choices) == len(MESSAGES[key].choices)


@pytest.mark.parametrize("key", KEYS)
def test_every_text_is_a_draft_with_a_review_date_until_a_clinician_approves(key):
    assert MESSAGES[key].status in ("draft", "approved")
    assert MESSAGES[key].review_date > date(2026, 11, 25)


@pytest.mark.parametrize("key", [key for key in KEYS if key.endswith("_professional")])
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_professional_is_sent_to_her_own_procedure_and_told_nothing_of_herself(key, channel):
    text = rendered(key, channel).text
    assert "999" in text
    assert "safeguarding" in text
    assert re.search(r"\blead\b", text)
    assert not re.search(r"you matter|glad you|alone with this|Samaritans", text)
    assert len(text) <= 600
    assert not rendered(key, channel).choices


def test_the_urgent_line_for_professionals_is_named_where_there_is_one():
    variables = deployments.load(ROOT / "deployments", "bradford").variables()
    line = "the duty desk on 07700 900555"
    words = Words({"en": MESSAGES}, {}, {**variables, "professional_line": line}, demo=False)
    for channel in CHANNELS:
        made = words.render(
            Reply("crisis.suicide_professional"), channel=channel, language="en", stage=None
        )
        assert line in made.text
        assert variables["urgent_line"] not in made.text
        assert variables["urgent_line"] in rendered("crisis.suicide_professional", channel).text
