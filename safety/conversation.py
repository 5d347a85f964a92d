"""Reads a message together with those before it: answers to our questions, and a cry in pieces."""

from __future__ import annotations

from safety.model import Context, Evidence
from safety.normalise import Plain, plain
from safety.rulebook import Answer, Book, Pattern

#: Messages that close together are read as one. Source: issue "Safety in front of the machine".
TOGETHER_S = 60.0
_MOST_TOGETHER, _LONGEST_ANSWER, _MOST_CHARACTERS = 5, 8, 4_000


def just_said(context: Context) -> str:
    """What the parent wrote within the last minute, in one text; empty if nothing."""
    pieces = [
        turn.text
        for turn in context.recent
        if turn.who == "parent" and 0 <= turn.seconds_ago <= TOGETHER_S
    ]
    return "\n".join(pieces[-_MOST_TOGETHER:])[-_MOST_CHARACTERS:]


def answered(made: Plain, context: Context, rules: Book) -> list[Evidence]:
    """Evidence in a bare yes or no to a question that we asked last."""
    if not made.words or len(made.words) > _LONGEST_ANSWER:
        return []
    word = _yes_or_no(made, rules)
    if word is None:
        return []
    question = _question(context, rules)
    if question is None or word not in question.on:
        return []
    cls, tier = question.on[word]
    return [Evidence(cls, f"{cls}.answer_{question.id}", made.clean.strip(), tier)]


def _yes_or_no(made: Plain, rules: Book) -> str | None:
    for word, patterns in (("no", rules.no), ("yes", rules.yes)):
        if any(pattern.regex.match(made.line, 1) for pattern in patterns):
            return word
    return None


def _question(context: Context, rules: Book) -> Answer | None:
    if context.expected:
        for question in rules.answers:
            if context.expected in question.keys:
                return question
    ours = next((turn.text for turn in reversed(context.recent) if turn.who == "us"), None)
    if ours is None:
        return None
    asked = plain(ours, rules.speller)
    for question in rules.answers:
        if any(_holds(pattern, asked) for pattern in question.asked):
            return question
    return None


def _holds(pattern: Pattern, made: Plain) -> bool:
    return pattern.regex.search(made.line) is not None
