"""The locked set is what it was when it was fixed: nobody tunes on it, nobody changes it."""

import hashlib
import json
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
FIXED = {
    "safety_locked_positive.jsonl": "b0a946efef41907af183c6499c19a260"
    "7aab561fd19e23549b18bfa064feeda3",
    "safety_locked_negative.jsonl": "b806e76cd49136d1c65767dde74d5990"
    "0a4cf1702fc686eff688850d994a60c7",
}


@pytest.mark.parametrize(("name", "digest"), FIXED.items())
def test_the_locked_set_is_the_one_that_was_fixed(name: str, digest: str) -> None:
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest


def test_building_sets_hold_none_of_the_locked_cries_and_few_of_the_ordinary_questions() -> None:
    cries, rest = (texts(DATA / name) for name in FIXED)
    built = {text for path in DATA.glob("safety_build_*.jsonl") for text in texts(path)}
    assert len(cries) == 801
    assert len(rest) == 700
    assert {text for text in cries & built if len(text.split()) > 4} == set()
    # Two people may well ask the same short question; they did not copy.
    assert len(rest & built) < 0.02 * len(rest)


def texts(path: Path) -> set[str]:
    lines = path.read_text("utf-8").splitlines()
    return {json.loads(line)["text"].strip().casefold() for line in lines}
