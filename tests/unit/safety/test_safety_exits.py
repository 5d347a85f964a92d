"""Ways out of a crisis, and bare answers to a safety check: whole messages only."""

import pytest

from safety.exits import answer_of, asks_to_clear, asks_to_resume, exit_of


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thx", "thanks"),
        ("ok ta x", "thanks"),
        ("thank you so much", "thanks"),
        ("shukriya", "thanks"),
        ("lol jk", "joking"),
        ("was joking", "joking"),
        ("it was a joke", "joking"),
        ("i didnt mean it", "joking"),
        ("😂 only kidding soz", "joking"),
        ("sorry i was being dramatic", "joking"),
        ("im ok now", "fine"),
        ("im fine sorry", "fine"),
        ("dont worry im alrite", "fine"),
        ("I feel better now, thank you", "fine"),
        ("ignore me", "fine"),
    ],
)
def test_a_whole_message_is_a_way_out(text, said):
    assert exit_of(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "yes",
        "❤️",
        "im ok now how do i settle him",
        "thanks but i still want to die",
        "im not ok",
        "not joking",
        "i wasnt joking",
        "im not fine",
        "thanks to you he hit me",
        "it was not a joke",
        "fine " * 400,
    ],
)
def test_what_says_more_or_says_no_is_no_way_out(text):
    assert exit_of(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yes", "safe"),
        ("yh its safe", "safe"),
        ("yes he's out", "safe"),
        ("haan", "safe"),
        ("only i see it", "safe"),
        ("no", "not_safe"),
        ("no its not safe", "not_safe"),
        ("not really", "not_safe"),
        ("not sure", "not_safe"),
        ("he checks my phone", "not_safe"),
        ("yes but he checks my phone", "not_safe"),
        ("nah hes here", "not_safe"),
        ("ok", None),
        ("maybe", None),
        ("how do i settle him", None),
        ("yes he hit me again", None),
        ("yes i want to leave", None),
    ],
)
def test_an_answer_to_the_safety_check(text, said):
    assert answer_of(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "how do i delete this chat?",
        "How to clear this chat",
        "delete these messages please",
        "how can i get rid of this",
    ],
)
def test_asks_how_to_clear_the_chat(text):
    assert asks_to_clear(text)


@pytest.mark.parametrize(
    "text",
    [
        "delete me, end everything",
        "how do i clear his nose",
        "how do i delete an app",
        "i want out",
    ],
)
def test_does_not_ask_to_clear_the_chat(text):
    assert not asks_to_clear(text)


@pytest.mark.parametrize("text", ["carry on", "ok carry on with the form", "finish the form pls"])
def test_asks_to_go_on(text):
    assert asks_to_resume(text)


@pytest.mark.parametrize("text", ["i cant carry on", "i cant go on", "he carries on crying", "no"])
def test_does_not_ask_to_go_on(text):
    assert not asks_to_resume(text)
