import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.sms_text import is_gsm7, segments, septets, to_gsm7

EXTENSION = "^{}\\[~]|€"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It\u2019s \u201cnormal\u201d \u2013 really\u2026", 'It\'s "normal" - really...'),
        ("Zażółć gęślą jaźń", "Zazolc gesla jazn"),
        ("ŁÓDŹ, Łódź", "LODZ, Lodz"),
        ("Dobrý deň, ľúbim ťa, môj syn", "Dobry den, lubim ta, moj syn"),
        ("Bună ziua, ești însărcinată? ț ș ă â î", "Buna ziua, esti insarcinata? t s a a i"),
        ("Schön, où, à, Ñ, ß, Ø", "Schön, où, à, Ñ, ß, Ø"),
        ("38\u00b0C", "38C"),
        ("Well done \U0001f389", "Well done"),
        ("a \U0001f476\U0001f3fd b", "a b"),
        ("1\ufe0f\u20e3 Yes", "1 Yes"),
        ("caf\u0065\u0301", "café"),
        ("\u2022 rest\n\u2022 eat", "- rest\n- eat"),
    ],
)
def test_text_becomes_plain_without_losing_a_word(text: str, plain: str) -> None:
    assert to_gsm7(text) == plain
    assert is_gsm7(plain)


@pytest.mark.parametrize(
    "text", ["شکریہ", "ধন্যবাদ", "Дякую", "hello \u2019 ਧੰਨਵਾਦ", "\U0001f389", "谢谢 ok"]
)
def test_other_scripts_and_lone_emoji_stay_as_they_were(text: str) -> None:
    assert to_gsm7(text) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 7, 2),
        # An escape does not end a segment: 152 + pair + 152 needs a third.
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ш" * 70, 1),
        ("ш" * 71, 2),
        ("ш" * 134, 2),
        ("ш" * 135, 3),
        ("\U0001f389" * 35, 1),
        ("\U0001f389" * 36, 2),
        ("\U0001f389" * 67, 3),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, count: int) -> None:
    assert segments(text) == count


def test_extension_characters_cost_two_septets() -> None:
    assert is_gsm7(EXTENSION)
    assert septets(EXTENSION) == 2 * len(EXTENSION)


@given(st.text(max_size=300))
def test_plain_text_never_needs_more_segments_and_is_stable(text: str) -> None:
    plain = to_gsm7(text)
    assert to_gsm7(plain) == plain
    assert segments(plain) >= 1


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Lo"]), max_size=60))
def test_letters_are_never_dropped(text: str) -> None:
    plain = to_gsm7(text)
    assert sum(c.isalpha() for c in plain) >= sum(c.isalpha() for c in plain if c in text)
    if text:
        assert plain
