"""How understanding is counted: shares with their intervals, F1, calibration, noise."""

import hashlib
import math
import random
from pathlib import Path

import pytest

from benchmarks.nlu import figures, report
from benchmarks.nlu.figures import OUTSIDE, Share
from benchmarks.nlu.noise import NOISES

SET = Path(__file__).resolve().parents[2] / "data" / "understanding_test.jsonl"
DIGEST = "b718569ba4277b7645318dac02ba287ffc7a12bbb1444577ea71e9dbb232ad62"
TEXT = "He wakes every two hours, and I am so tired. Is that normal?"


def one(label: str, found: str, *, sure: float = 0.9, accepted: bool = True, **more: object):
    row = {"intent": label, "style": "plain", "language": "en", "voice": "mother"} | more
    intent = figures.intent_of(found) if accepted else "nlu_fallback"
    parse = {"intent": intent, "confidence": sure, "ms": 1.0}
    return figures.read(row, parse | {"ranking": [intent, figures.intent_of(found)]})


def test_the_held_set_is_the_one_that_was_fixed():
    assert hashlib.sha256(SET.read_bytes()).hexdigest() == DIGEST


def test_a_label_has_the_name_that_the_model_uses():
    assert figures.intent_of("topic:sleep-normal") == "topic_sleep_normal"
    assert figures.intent_of("greet") == "greet"


def test_each_share_counts_what_it_says():
    reads = [
        one("greet", "greet"),
        one("greet", "greet", accepted=False),
        one("greet", "deny"),
        one("deny", "greet", also=["greet"]),
        one(OUTSIDE, "greet"),
        one(OUTSIDE, "greet", accepted=False),
    ]
    assert figures.accuracy(reads) == Share(3, 4)
    assert figures.answered_right(reads) == Share(2, 4)
    assert figures.answered_wrong(reads) == Share(1, 4)
    assert figures.caught(reads) == Share(1, 2)
    assert figures.confusions(reads) == {("greet", "deny"): 1}


def test_f1_counts_each_intent_alike_and_false_finds_against_them():
    reads = [one("greet", "greet")] * 9 + [one("deny", "greet")]
    assert figures.macro_f1(reads) == pytest.approx((18 / 19 + 0) / 2)
    assert figures.macro_f1([one("deny", "greet", also=["greet"])]) == 1


def test_an_interval_holds_its_share_and_narrows():
    few, many = Share(9, 10), Share(900, 1000)
    for share in (few, many):
        low, high = share.interval
        assert 0 <= low < share.value < high <= 1
    assert few.interval[0] == pytest.approx(0.5958, abs=1e-3), "Wilson's own example"
    assert many.interval[0] > few.interval[0]
    assert math.isnan(Share(0, 0).value)
    assert str(Share(0, 0)) == "-"


def test_who_is_as_sure_as_right_has_no_calibration_error():
    fair = [one("greet", "greet" if n < 8 else "deny", sure=0.8) for n in range(10)]
    assert figures.calibration(fair)[0] == pytest.approx(0)
    assert figures.calibration([one("greet", "deny", sure=1.0)])[0] == pytest.approx(1)


@pytest.mark.parametrize("name", NOISES)
def test_noise_changes_a_text_in_the_same_way_each_time(name: str):
    first, again = (NOISES[name](TEXT, random.Random(3)) for _ in range(2))
    assert first == again != TEXT
    assert 0.8 * len(TEXT) < len(first) < 1.2 * len(TEXT)


def test_the_page_has_every_figure_and_no_text_of_the_set():
    reads = [one("greet", "greet", text="a secret hello"), one(OUTSIDE, "greet", accepted=False)]
    facts = {
        "command": "c",
        "date": "d",
        "machine": "m",
        "set": "s",
        "sha256": "h",
        "rows": 2,
        "topics": 9,
    }
    curve = [(4, 40, 0.5), (None, 90, 0.8)]
    more = {"trained": {"Ours": 1.0, "Rasa": None}, "loaded": {"Ours": 1.0, "Rasa": 2.0}}
    seen = {"Ours": {"": reads, "emoji": reads}, "Rasa": {"": reads, "emoji": reads}}
    page = report.page(facts | more | {"curve": curve}, seen)
    assert "| likeliest intent is right | 1.000 (0.207-1.000) | 1.000 (0.207-1.000) |" in page
    assert "| emoji | 1.000" in page
    assert "| all | 90 | 0.800 |" in page
    assert "secret" not in page
