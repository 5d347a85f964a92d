import pytest

from conversations.choices import control_word, picked, says_yes
from conversations.model import Choice

OFFER = (
    Choice("Sleep", "/choose_topic{}"),
    Choice("Find help near me", "/find_support"),
    Choice("Talk to a person", "/ask_human"),
)


@pytest.mark.parametrize(
    ("text", "channel", "expected"),
    [
        ("STOP", "sms", "stop"),
        (" stop. ", "sms", "stop"),
        ("cancel", "sms", "stop"),
        ("cancel", "web_chat", None),
        ("stop", "web_chat", "stop"),
        ("help", "sms", "help"),
        ("help", "web_chat", None),
        ("START", "sms", "start"),
        ("/start", "telegram", "start"),
        ("/stop@some_bot", "telegram", "stop"),
        ("/help", "telegram", "help"),
        ("/start", "sms", None),
        ("stop crying please", "sms", None),
        ("delete me, end everything", "sms", None),
        ("please help", "sms", None),
        ("", "sms", None),
    ],
)
def test_a_control_word_counts_only_as_the_whole_message(text, channel, expected):
    assert control_word(text, channel=channel) == expected


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("2", 1),
        ("two", 1),
        ("Two!", 1),
        ("option 2", 1),
        ("2.", 1),
        ("２", 1),
        ("find help near me", 1),
        ("FIND HELP NEAR ME.", 1),
        ("first", 0),
        ("3", 2),
    ],
)
def test_number_word_and_label_all_pick(text, index):
    assert picked(text, OFFER) == OFFER[index]


@pytest.mark.parametrize("text", ["0", "4", "22", "2 weeks", "find help", "", "   ", "two babies"])
def test_what_is_no_pick_is_left_to_the_assistant(text):
    assert picked(text, OFFER) is None


def test_nothing_is_picked_where_nothing_is_offered():
    assert picked("1", ()) is None


@pytest.mark.parametrize("text", ["yes", "Yes please", "ok", "haan", "yes pls ring me", "sure 🙏"])
def test_takes_up_an_offer(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize("text", ["thanks", "no", "", "yes but not today", "yesterday", "okra"])
def test_takes_up_no_offer(text: str) -> None:
    assert not says_yes(text)
