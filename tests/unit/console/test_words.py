"""How hostile and long texts, moments and codes are shown."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console import words
from conversations.states import Delivery, Kind, Origin, Outcome
from referrals.states import Event, State

LONDON = ZoneInfo("Europe/London")


def test_control_characters_are_not_shown_and_lines_stay() -> None:
    assert words.plain("a\x00b\x1b[31m\r\nc\td") == "a b [31m\nc\td"


def test_a_long_message_is_folded_and_nothing_is_lost() -> None:
    text = "x" * 100_000
    shown, rest = words.folded(text)
    assert len(shown) == words.SHOWN_AT_ONCE
    assert shown + rest == text


def test_a_message_of_many_lines_is_folded() -> None:
    text = "\n".join(["a"] * 1000)
    shown, rest = words.folded(text)
    assert shown.count("\n") < 40
    assert shown + rest == text


def test_a_message_just_over_the_limit_is_not_folded() -> None:
    assert words.folded("x" * (words.SHOWN_AT_ONCE + 10))[1] == ""


def test_moments_are_in_local_time() -> None:
    assert words.when(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), LONDON) == "1 Jul 2026, 1:05pm"


def test_lists_name_today_and_yesterday() -> None:
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert words.when_short(now, now, LONDON) == "today, 10:00am"
    assert words.when_short(now - timedelta(days=1), now, LONDON) == "yesterday, 10:00am"
    assert words.when_short(now - timedelta(days=2), now, LONDON) == "28 Feb 2026, 10:00am"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_ago_uses_the_largest_unit(passed: timedelta, said: str) -> None:
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert words.ago(now - passed, now) == said


def test_a_length_of_time_has_two_units() -> None:
    start = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert words.lasted(start, start + timedelta(minutes=12)) == "12 min"
    assert words.lasted(start, start + timedelta(minutes=125)) == "2 h 5 min"
    assert words.lasted(start, start + timedelta(hours=50)) == "2 d 2 h"


def test_every_state_and_kind_has_words() -> None:
    assert set(words.DELIVERY) == set(Delivery)
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(words.KINDS) == set(Kind)
    assert set(words.ORIGINS) == set(Origin)
    assert set(words.REFERRAL_STATES) == set(State)
    assert set(Event) <= set(words.REFERRAL_EVENTS)


def test_an_unknown_code_is_shown_with_spaces() -> None:
    assert words.label({}, "some_new_code") == "Some new code"
