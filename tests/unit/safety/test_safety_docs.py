"""The safety documents name tests that exist and claim nothing that they must not."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "clinical-safety"
LOG = (FOLDER / "hazard-log.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", LOG)))


def hazards() -> list[str]:
    return re.split(r"^## ", LOG, flags=re.MULTILINE)[1:]


def test_the_log_names_tests():
    assert len(NAMED) >= 30


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_named_by_a_control_exists(file, name):
    path = ROOT / file
    assert path.is_file()
    assert re.search(rf"^\s*(?:async )?def {name}\(", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("hazard", hazards(), ids=lambda text: text.split()[0])
def test_each_hazard_has_cause_effect_ratings_and_a_control_with_its_test(hazard):
    for part in ("- Cause:", "- Effect:", "- Before: S", "- After: S", "- Control:"):
        assert part in hazard
    controls = [line for line in hazard.splitlines() if line.startswith("- Control:")]
    assert all("::test_" in line for line in controls)


@pytest.mark.parametrize("hazard", hazards(), ids=lambda text: text.split()[0])
def test_risk_never_grows_by_its_controls(hazard):
    before, after = re.findall(r"R(\d)", hazard)[:2]
    assert int(after) <= int(before)


def test_the_intended_purpose_says_what_it_does_not_do():
    text = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    assert "does not assess risk, score, diagnose, predict, triage, treat or monitor" in text


def test_the_safety_case_says_what_is_missing():
    text = (FOLDER / "safety-case.md").read_text(encoding="utf-8")
    assert "do not make" in text
    assert "gap" in text
