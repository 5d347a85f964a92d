"""Wrong and retired numbers stay out of every file."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deployment import available, load
from signposting.numbers import BlockedNumbers, plain
from tests.unit.places.sample import DEPLOYMENTS, ROOT

BLOCKED = [number for name in available(DEPLOYMENTS) for number in load(DEPLOYMENTS, name).blocked]
# The lists themselves, and tests that feed one in to see it refused.
MAY_NAME_THEM = {"deployments/blocked_numbers.yml", "deployments/bradford/lines.yml"}
SUFFIXES = {".md", ".yml", ".yaml", ".json", ".py", ".html", ".jinja", ".toml", ".txt"}


def test_the_lists_hold_what_was_found_wrong() -> None:
    assert len(set(BLOCKED)) == 9


def test_no_file_of_the_repository_holds_a_blocked_number() -> None:
    numbers = BlockedNumbers(BLOCKED)
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    wrong = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if name in MAY_NAME_THEM or name.startswith("tests/") or path.suffix not in SUFFIXES:
            continue
        if path.is_file():
            wrong += [(name, found) for found in numbers.found(path.read_text("utf-8"))]
    assert wrong == []


@pytest.mark.parametrize(
    "written",
    ["08451 228 669", "08451228669", "+44 8451 228669", "0044 8451 228 669", "(08451) 228-669"],
)
def test_a_blocked_number_is_known_however_it_is_written(written: str) -> None:
    found = BlockedNumbers(["08451 228 669"]).found(f"Call {written} now")
    assert [plain(number) for number in found] == ["08451228669"]


@given(st.sampled_from(BLOCKED), st.data())
def test_spaces_anywhere_do_not_hide_a_blocked_number(number: str, data: st.DataObject) -> None:
    digits = plain(number)
    gaps = [data.draw(st.sampled_from(["", " "])) for _ in digits]
    written = "".join(digit + gap for digit, gap in zip(digits, gaps, strict=True)).strip()
    assert BlockedNumbers(BLOCKED).found(f"text {written}.")


@pytest.mark.parametrize("text", ["0800 448 0737", "116 123", "188858", "Room 8, 885 8th Street"])
def test_other_numbers_are_let_be(text: str) -> None:
    assert BlockedNumbers(BLOCKED).found(text) == ()


def test_a_blocked_number_is_taken_out_of_a_record_and_the_rest_stays() -> None:
    record = {"name": "A", "phones": [{"number": "88858"}, {"number": 88858}], "age": 3}
    cleaned = BlockedNumbers(BLOCKED).without(record)
    assert cleaned == {"name": "A", "phones": [{"number": ""}, {"number": None}], "age": 3}
