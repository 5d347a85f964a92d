"""The taxonomy of needs."""

from pathlib import Path

import pytest

from common.errors import SettingsError
from signposting import needs as taxonomy
from signposting.needs import Needs
from tests.unit.places.sample import DEPLOYMENTS, ROOT


@pytest.mark.parametrize(
    ("words", "need"),
    [
        ("my baby wont stop crying", "crying"),
        ("I feel so low", "low-mood"),
        ("he hits me", "domestic-abuse"),
        ("need a food bank", "food"),
        ("safer sleep", "safer-sleep"),
        ("Breastfeeding!", "breastfeeding"),
        ("can't afford nappies", "money"),
        ("what's the weather", None),
        ("", None),
    ],
)
def test_the_words_of_a_parent_name_a_need(needs: Needs, words: str, need: str | None) -> None:
    assert needs.named(words) == need


def test_every_need_names_itself(needs: Needs) -> None:
    for need in needs.by_id:
        assert needs.named(need) == need
        assert needs.named(need.replace("-", " ")) == need


def test_no_phrase_stands_for_two_needs(needs: Needs) -> None:
    phrases = [phrase for need in needs.by_id.values() for phrase in need.words]
    twice = {phrase for phrase in phrases if phrases.count(phrase) > 1}
    assert twice == set()


def test_what_is_near_is_never_the_need_itself(needs: Needs) -> None:
    for need in needs.by_id:
        assert need not in {*needs.near(need), *needs.far(need)}
        assert needs.near(need)
        assert not set(needs.near(need)) & set(needs.far(need))


def test_topics_speak_only_of_needs_that_exist(needs: Needs) -> None:
    for path in (ROOT / "content" / "topics").glob("*.md"):
        line = next(x for x in path.read_text("utf-8").splitlines() if x.startswith("needs:"))
        found = line.removeprefix("needs:").strip(" []").split(", ")
        assert set(filter(None, found)) <= set(needs.by_id), path.name


def test_topics_name_only_services_that_exist() -> None:
    known = (DEPLOYMENTS / "bradford" / "services.yml").read_text("utf-8")
    for path in (ROOT / "content" / "topics").glob("*.md"):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("services:"):
                found = line.removeprefix("services:").strip(" []").split(", ")
                missing = [slug for slug in found if slug and f"- id: {slug}\n" not in known]
                assert not missing, path.name


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: {near: [b], words: [x]}", "lies near 'b', which is not a need"),
        ("a: {near: [a]}", r"a\.words is missing"),
    ],
)
def test_a_wrong_taxonomy_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "needs.yml"
    head = "id: t\nname: T\ndescription: D\nversion: '1'\ngroups:\n"
    path.write_text(f"{head}  - id: g\n    name: G\n    needs:\n      {text}\n")
    with pytest.raises(SettingsError, match=problem):
        taxonomy.load(path)
