"""The rule files can be reviewed and cannot run away."""

import re
from pathlib import Path

import pytest
import yaml

from safety.model import CLASSES
from safety.phrases import Grammar, PhraseError
from safety.rulebook import RULES, RuleError, book, read
from safety.screen import by_rules

RULE_FILES = [path for path in sorted(RULES.glob("*.yml")) if path.name[0] != "_"]


def test_every_class_has_rules():
    assert {rule.cls for rule in book().rules} == set(CLASSES)


@pytest.mark.parametrize("rule", book().rules, ids=lambda rule: rule.id)
def test_the_example_of_a_rule_is_found_in_its_class(rule):
    seen = by_rules(rule.example)
    assert rule.cls in seen.classes


@pytest.mark.parametrize("rule", book().rules, ids=lambda rule: rule.id)
def test_a_rule_says_why_and_where_from(rule):
    assert rule.reason
    assert rule.source


def test_unwanted_thoughts_loss_and_age_are_never_now():
    gentle = {"unwanted_thoughts", "loss", "young_person"}
    assert all(rule.tier == "gentle" for rule in book().rules if rule.cls in gentle)


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.name)
def test_rule_files_hold_no_field_that_nobody_reads(path):
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {"id", "class", "tier", "example", "reason", "source", "policy"}
    known |= {"say", "other", "not", "near"}
    assert all(set(rule) <= known for rule in data["rules"])


def test_no_pattern_repeats_without_bound():
    for entry in book().entries:
        inner = re.sub(r"\\.|\[[^\]]*\]", "x", entry.pattern.phrase.pattern)
        inner = inner.replace("(?", "(").replace("S+ ", "")
        assert "*" not in inner
        assert not re.search(r"\)\+", inner)


def test_a_gap_is_bounded_and_ends_with_the_sentence():
    phrase = Grammar({}).phrase("kill ..3 myself")
    found = re.compile(phrase.pattern)
    assert found.search(" kill a b c myself ")
    assert not found.search(" kill a b c d myself ")
    assert not found.search(" kill a . myself ")
    assert not found.search(" kill not myself ")


@pytest.mark.parametrize("text", ["", "..3", "kill ..99 myself", "{nobody} kill", "word?"])
def test_a_phrase_that_cannot_work_is_refused(text):
    with pytest.raises(PhraseError):
        Grammar({}).phrase(text)


def copied(tmp_path: Path) -> Path:
    for path in RULES.glob("_*"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("class: suicide\nrules:\n  - {id: a, example: x, say: [kill]}\n", "reason"),
        (
            "class: nothing\ntier: now\nrules:\n  - {id: a, example: x, reason: y, say: [kill]}\n",
            "class",
        ),
        (
            (
                "class: suicide\ntier: now\npolicy: {past: shrug}\nrules:\n"
                "  - {id: a, example: x, reason: y, say: [kill]}\n"
            ),
            "policy",
        ),
        ("class: suicide\ntier: now\nrules:\n  - {id: a, example: x, reason: y}\n", "no phrase"),
        (
            (
                "class: suicide\ntier: now\nrules:\n"
                "  - {id: a, example: x, reason: y, say: [kill]}\n"
                "  - {id: a, example: x, reason: y, say: [die]}\n"
            ),
            "twice",
        ),
    ],
)
def test_a_broken_rule_file_is_refused_with_its_fault(tmp_path, text, says):
    folder = copied(tmp_path)
    (folder / "broken.yml").write_text(text)
    with pytest.raises(RuleError, match=says):
        read(folder)


def test_work_grows_with_the_length_and_no_faster():
    """Counts steps: pattern matches tried and characters they may look at, not time."""
    unit = "i want to kill hurt baby not breathing die tablets voices bleeding moved hit me "
    small, large = looked_at(unit * 20), looked_at(unit * 320)
    assert large <= small * 16 * 1.5


def looked_at(text: str) -> int:
    from safety import screen as module
    from safety.normalise import plain

    rules = book()
    made = plain(text, rules.speller)
    steps = len(text)
    for entry in rules.entries:
        hits = [at for at, word in enumerate(made.words) if word in entry.pattern.phrase.anchors]
        windows = module._windows(hits, entry.pattern.phrase.most, len(made.words))
        steps += sum(high - low for low, high in windows)
    return steps
