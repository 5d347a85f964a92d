"""Reads the rule files of safety/rules into one book of compiled rules; it holds no words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from safety.model import CLASSES, About, Tier
from safety.phrases import Grammar, Phrase
from safety.spelling import Speller

RULES = Path(__file__).with_name("rules")
#: What a circumstance does to a match: leave it, make it gentle, or take it away.
POLICIES = ("keep", "gentle", "drop")
CIRCUMSTANCES = ("negated", "past", "hypothetical", "laughing")


class RuleError(ValueError):
    """A rule file cannot be used; the message names the file and the rule."""


@dataclass(frozen=True)
class Pattern:
    """One phrase, compiled when it is first needed."""

    phrase: Phrase

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled form."""
        return re.compile(self.phrase.pattern)


@dataclass(frozen=True)
class Rule:
    """One rule: phrases that mean one thing, and what changes their meaning.

    ``cancels`` are near misses that take a match away where they overlap it, ``near`` those that
    do so from a few words off.
    """

    id: str
    cls: str
    tier: Tier
    example: str
    reason: str
    source: str
    policy: Mapping[str, str]
    say: tuple[str, ...]
    other: tuple[str, ...]
    cancels: tuple[Pattern, ...]
    near: tuple[Pattern, ...]


@dataclass(frozen=True)
class Entry:
    """A phrase of a rule, and whether it speaks of the writer or of somebody else."""

    rule: Rule
    about: About
    pattern: Pattern


@dataclass(frozen=True)
class Answer:
    """What a bare yes or no means after a question of ours; see rules/_answers.yml."""

    id: str
    asked: tuple[Pattern, ...]
    keys: frozenset[str]
    on: Mapping[str, tuple[str, Tier]]


@dataclass(frozen=True)
class Book:
    """All rules, with the index by which they are found."""

    rules: tuple[Rule, ...]
    entries: tuple[Entry, ...]
    index: Mapping[str, tuple[int, ...]]
    circumstances: Mapping[str, tuple[Pattern, ...]]
    circumstance_index: Mapping[str, frozenset[str]]
    lists: Mapping[str, frozenset[str]]
    groups: Mapping[str, str]
    yes: tuple[Pattern, ...]
    no: tuple[Pattern, ...]
    answers: tuple[Answer, ...]
    speller: Speller = field(repr=False)


@lru_cache(maxsize=1)
def book() -> Book:
    """The book of safety/rules, read once."""
    return read(RULES)


def read(folder: Path) -> Book:
    """Read a folder of rule files.

    Raises:
        RuleError: a file or rule is incomplete, doubled or unreadable.
    """
    words = load(folder / "_words.yml")
    modifiers = load(folder / "_modifiers.yml")
    answers = load(folder / "_answers.yml")
    spelling = load(folder / "_spelling.yml")
    grammar = Grammar({name: [str(one) for one in row] for name, row in words.items()})
    files = sorted(path for path in folder.glob("*.yml") if not path.name.startswith("_"))
    rules = [rule for path in files for rule in _rules(path, grammar)]
    _refuse_doubles(rules)
    entries = tuple(
        Entry(rule, about, Pattern(grammar.phrase(text)))
        for rule in rules
        for about, texts in _sides(rule)
        for text in texts
    )
    circumstances = {
        name: _patterns(grammar, phrases) for name, phrases in modifiers["phrases"].items()
    }
    return Book(
        rules=tuple(rules),
        entries=entries,
        index=_index(entry.pattern for entry in entries),
        circumstances=circumstances,
        circumstance_index={
            name: frozenset().union(*(one.phrase.anchors for one in patterns))
            for name, patterns in circumstances.items()
        },
        lists={name: frozenset(row.split()) for name, row in modifiers["lists"].items()},
        groups=_groups(modifiers["kinds"]),
        yes=_patterns(grammar, answers["yes"]),
        no=_patterns(grammar, answers["no"]),
        answers=tuple(_answer(row, grammar) for row in answers["questions"]),
        speller=_speller(spelling, grammar.words),
    )


def load(path: Path) -> Any:
    """A YAML file of rules."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=loader)  # noqa: S506  (a safe loader, in C where there is one)


def _groups(kinds: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, row in kinds.items() for word in row.split()}


def _words(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def _patterns(grammar: Grammar, phrases: Iterable[str]) -> tuple[Pattern, ...]:
    return tuple(Pattern(grammar.phrase(phrase)) for phrase in phrases)


def _rules(path: Path, grammar: Grammar) -> list[Rule]:
    data = load(path)
    for row in data["rules"]:
        for name in ("id", "example", "reason"):
            if not row.get(name):
                raise RuleError(f"{path.name}: rule {row.get('id')!r} lacks {name}")
    return [_rule(path, data, row, grammar) for row in data["rules"]]


def _rule(path: Path, data: Any, row: Any, grammar: Grammar) -> Rule:
    cls, name = row.get("class", data["class"]), row["id"]
    policy = {
        **dict.fromkeys(CIRCUMSTANCES, "keep"),
        **data.get("policy", {}),
        **row.get("policy", {}),
    }
    tier = row.get("tier", data.get("tier"))
    if cls not in CLASSES or tier not in ("now", "gentle"):
        raise RuleError(f"{path.name}: rule {name!r} has no class or tier that we know")
    if set(policy) != set(CIRCUMSTANCES) or not set(policy.values()) <= set(POLICIES):
        raise RuleError(f"{path.name}: rule {name!r} has a policy that we do not know")
    return Rule(
        id=f"{cls}.{name}",
        cls=cls,
        tier=tier,
        example=str(row["example"]),
        reason=str(row["reason"]),
        source=str(row.get("source", data.get("source", ""))),
        policy=policy,
        say=tuple(str(one) for one in row.get("say", ())),
        other=tuple(str(one) for one in row.get("other", ())),
        cancels=_patterns(grammar, [*row.get("not", ()), *data.get("not", ())]),
        near=_patterns(grammar, row.get("near", ())),
    )


def _sides(rule: Rule) -> tuple[tuple[About, tuple[str, ...]], ...]:
    return (("self", rule.say), ("other", rule.other))


def _refuse_doubles(rules: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"rule {rule.id!r} stands twice")
        if not rule.say and not rule.other:
            raise RuleError(f"rule {rule.id!r} has no phrase")
        seen.add(rule.id)


def _index(patterns: Iterable[Pattern]) -> dict[str, tuple[int, ...]]:
    index: dict[str, list[int]] = defaultdict(list)
    for at, pattern in enumerate(patterns):
        for word in pattern.phrase.anchors:
            index[word].append(at)
    return {word: tuple(numbers) for word, numbers in index.items()}


def _answer(row: Any, grammar: Grammar) -> Answer:
    return Answer(
        id=row["id"],
        asked=_patterns(grammar, row["asked"]),
        keys=frozenset(row.get("keys", ())),
        on={
            word: (row[word]["class"], row[word]["tier"]) for word in ("yes", "no") if word in row
        },
    )


def _speller(spelling: Any, rule_words: set[str]) -> Speller:
    real = frozenset(_words(RULES / "_real_words.txt"))
    ordinary = frozenset(spelling["ordinary_words"].split())
    expand = {str(short): str(long) for short, long in spelling["expand"].items()}
    letters = frozenset(word for word in rule_words if word.isalpha())
    english = frozenset(word for word in letters if word.isascii())
    return Speller(
        known=letters | ordinary | real,
        fuzzy=frozenset(spelling["slips"].split()),
        expand=expand,
        emoji={str(sign): str(word) for sign, word in spelling["emoji"].items()},
        joined=frozenset(
            word for word in english | ordinary | set(expand) if len(word) > 1 or word in "iau"
        )
        - frozenset(spelling["never_joined"].split()),
        masked=tuple(spelling["masked"].split()),
        before_to=frozenset(spelling["before_to"].split()),
        after_will=frozenset(spelling["after_will"].split()),
    )
