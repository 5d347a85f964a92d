"""The words after a loss: none speaks of a living baby, and none is cheerful."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from content.loader import load_messages
from conversations.bereaved import INSTEAD, fit
from conversations.model import Reply
from conversations.tables import Conversation

MESSAGES = load_messages(Path(__file__).parents[3], "en")
OURS = [key for key in MESSAGES if key.startswith("loss.")]
BABY = re.compile(r"\b(?:baby|babies|bump|pregnan\w*|expecting)\b", re.IGNORECASE)
# Said before a loss can have been told, by staff, or by nobody yet; or it answers what she asks.
MAY_SPEAK_OF_A_BABY = (
    "utter_ask_social_services",
    "utter_out_of_hours",
    "utter_medical",
    "utter_ask_need",
    "signpost.why.stage_",  # only where a stage is known
    "utter_referral_",  # of the form that asks for a baby: after a loss it is never begun
    "utter_ask_ref_",
    "crisis.",
    "gentle.",
    "care.",
    "loss.",
)


def words_of(key: str) -> str:
    message = MESSAGES[key]
    labels = [choice.label for choice in message.choices]
    return " ".join(filter(None, [message.web, message.sms, message.telegram, *labels]))


def test_every_text_that_is_put_in_place_of_another_exists() -> None:
    assert set(INSTEAD) <= set(MESSAGES)
    assert set(INSTEAD.values()) | {"loss.form_ended"} == set(OURS)


def test_no_text_that_speaks_of_a_baby_is_said_after_a_loss() -> None:
    speaks = {
        key
        for key in MESSAGES
        if BABY.search(words_of(key)) and not key.startswith(MAY_SPEAK_OF_A_BABY)
    }
    assert speaks - set(INSTEAD) == set()


@pytest.mark.parametrize("key", OURS)
def test_the_words_after_a_loss_are_quiet(key: str) -> None:
    words = words_of(key)
    assert not BABY.search(words)
    assert not re.search(r"!|glad|happy|great|lovely|congrat|welcome|hope you", words, re.I)
    assert words.isascii()


def told(*, surviving: bool) -> Conversation:
    return Conversation(loss_at=datetime(2026, 3, 2, tzinfo=UTC), loss_surviving=surviving)


def test_a_topic_loses_the_stage_that_a_turn_gave_it() -> None:
    reply = Reply("topic", {"topic": "loss-baby", "stage": "newborn"})
    assert fit(told(surviving=False), [reply]) == [Reply("topic", {"topic": "loss-baby"})]
    assert fit(told(surviving=True), [reply]) == [reply]
    assert fit(Conversation(), [reply]) == [reply]
