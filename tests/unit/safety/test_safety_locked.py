"""The locked set is what it was when it was fixed: nobody tunes on it, nobody changes it."""

import hashlib
import json
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
FIXED = {
    "safety_locked_positive.jsonl": "18f732d3d01c309179b40c95a4bf965a"
    "c6c89baea14d0bec09475fa62110c78e",
    "safety_locked_negative.jsonl": "432e359ad4809150a6d2b0c6071b6fdb"
    "c8099f59d2e6bf6ac020373602c3f1e5",
}


@pytest.mark.parametrize(("name", "digest"), FIXED.items())
def test_the_locked_set_is_the_one_that_was_fixed(name: str, digest: str) -> None:
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest


def test_no_locked_text_stands_in_a_building_set() -> None:
    locked = {text for name in FIXED for text in texts(DATA / name)}
    built = {text for path in DATA.glob("safety_build_*.jsonl") for text in texts(path)}
    assert len(locked) > 1900
    assert {text for text in locked & built if len(text.split()) > 4} == set()


def texts(path: Path) -> set[str]:
    lines = path.read_text("utf-8").splitlines()
    return {json.loads(line)["text"].strip().casefold() for line in lines}
