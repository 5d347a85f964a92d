"""How long a crisis stays open and which line ends an answer meanwhile."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.loader import load_messages
from safety.course import CLOSES_AFTER, KEYS, goes_on, is_open, line_of
from safety.model import CLASSES, Evidence, verdict

ROOT = Path(__file__).resolve().parents[3]
AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("tier", ["now", "gentle"])
def test_it_runs_until_its_time_is_over(tier):
    last = CLOSES_AFTER[tier]
    assert is_open(tier, AT, AT)
    assert is_open(tier, AT, AT + last - timedelta(seconds=1))
    assert not is_open(tier, AT, AT + last)


@pytest.mark.parametrize(("tier", "at"), [(None, AT), ("none", AT), ("now", None)])
def test_without_a_cry_nothing_runs(tier, at):
    assert not is_open(tier, at, AT)


@pytest.mark.parametrize(
    ("heard", "before", "expected"),
    [
        ("now", None, True),
        ("now", "gentle", True),
        ("now", "now", True),
        ("gentle", None, True),
        ("gentle", "gentle", True),
        ("gentle", "now", False),
    ],
)
def test_a_gentle_word_never_takes_the_place_of_a_cry(heard, before, expected):
    seen = verdict([Evidence("suicide", "suicide.x", "words", heard)])
    assert goes_on(seen, of=before) is expected


def test_every_class_has_a_line_with_words():
    written = load_messages(ROOT, "en")
    assert {line_of(cls) for cls in CLASSES} <= set(KEYS) <= set(written)
    assert line_of(None) == line_of("suicide")
    assert line_of("baby_unwell") != line_of("suicide") != line_of("loss")
