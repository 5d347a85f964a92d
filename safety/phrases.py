"""The phrase language of the rule files, made into regular expressions that cannot run away.

A phrase is a row of words. ``a|b`` is either word, ``{name}`` a group of words, ``word?`` may be
left out, ``..3`` stands for at most three words that do not turn the sense round (not, never),
``++3`` for at most three words of any kind, ``^`` and ``$`` for the edges of the message. A gap
never crosses the end of a sentence and is never longer than nine words, so matching costs a
constant at each word however long the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from safety.spelling import letters

#: Words too frequent to look a rule up by.
# fmt: off
_FREQUENT = frozenset({
    "i", "me", "my", "you", "he", "she", "him", "her", "it", "they", "them", "we", "us", "the",
    "a", "an", "to", "of", "and", "or", "but", "in", "on", "at", "for", "with", "is", "am",
    "are", "was", "were", "be", "been", "not", "no", "do", "did", "does", "have", "has", "had",
    "will", "would", "can", "could", "should", "that", "this", "so", "just", "all", "if",
    "what", "when", "how", "about", "from", "out", "up", "off", "down", "get", "got", "go",
    "going", "want", "know", "think", "feel", "like", "baby", "now", "any", "more", "than",
    "there", "as", "by", "his", "our", "your", "their", "too", "very", "really", "again",
    "over", "one",
})
# fmt: on
_FREQUENT_COST, _ORDINARY_COST, _NEVER = 60, 1, 10_000
MOST_WORDS = 9


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a compiled phrase: pattern, words to look it up by, their cost, most words."""

    pattern: str
    anchors: frozenset[str]
    cost: int
    most: int = 1


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written, its pattern, words one of which must stand there, most words."""

    text: str
    pattern: str
    anchors: frozenset[str]
    most: int


class PhraseError(ValueError):
    """A phrase of a rule file cannot be read; the message says which and why."""


class Grammar:
    """Compiles phrases with a set of named groups."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._groups = {name: tuple(alternatives) for name, alternatives in groups.items()}
        self._made: dict[str, Piece] = {}
        self.words: set[str] = set()

    def phrase(self, text: str) -> Phrase:
        """Compile one phrase.

        Raises:
            PhraseError: unknown group, a gap that is too long, or no word to look it up by.
        """
        made = self._row(text)
        if not made.anchors:
            raise PhraseError(f"no word to find it by in phrase: {text!r}")
        return Phrase(text, "(?<= )" + made.pattern, made.anchors, made.most)

    def _row(self, text: str) -> Piece:
        pieces = [self._piece(word, text) for word in text.split()]
        if not pieces:
            raise PhraseError("an empty phrase")
        best = min(pieces, key=lambda piece: piece.cost)
        return Piece(
            "".join(piece.pattern for piece in pieces),
            best.anchors,
            best.cost,
            sum(piece.most for piece in pieces),
        )

    def _piece(self, word: str, phrase: str) -> Piece:
        if word == "^":
            return Piece(r"(?<=\A )", frozenset(), _NEVER)
        if word == "$":
            return Piece(r"(?:\. )?\Z", frozenset(), _NEVER)
        if word[:2] in ("..", "++"):
            return _gap(word, phrase)
        if word.startswith("re:"):
            return Piece(f"(?:{word[3:]}) ", frozenset(), _NEVER)
        if word.endswith("?"):
            inner = self._piece(word[:-1], phrase)
            return Piece(f"(?:{inner.pattern})?", frozenset(), _NEVER, inner.most)
        if "{" in word:
            return self._choice(word, phrase) if "|" in word else self._group(word, phrase)
        return self._literal(word)

    def _literal(self, word: str) -> Piece:
        words = [letters(one) for one in word.split("|")]
        self.words.update(words)
        cost = sum(_FREQUENT_COST if one in _FREQUENT else _ORDINARY_COST for one in words)
        pattern = "(?:" + "|".join(re.escape(one) for one in words) + ") "
        return Piece(pattern, frozenset(words), cost)

    def _choice(self, word: str, phrase: str) -> Piece:
        pieces = [self._piece(one, phrase) for one in word.split("|")]
        return Piece(
            "(?:" + "|".join(piece.pattern for piece in pieces) + ")",
            frozenset().union(*(piece.anchors for piece in pieces)),
            sum(piece.cost for piece in pieces),
            max(piece.most for piece in pieces),
        )

    def _group(self, word: str, phrase: str) -> Piece:
        name = word.strip("{}")
        if name not in self._groups:
            raise PhraseError(f"unknown group {word} in phrase: {phrase!r}")
        if name not in self._made:
            rows = [self._row(one) for one in self._groups[name]]
            hopeless = any(not row.anchors for row in rows)
            self._made[name] = Piece(
                "(?:" + "|".join(row.pattern for row in rows) + ")",
                frozenset() if hopeless else frozenset().union(*(row.anchors for row in rows)),
                _NEVER if hopeless else sum(row.cost for row in rows),
                max(row.most for row in rows),
            )
        return self._made[name]


def _gap(word: str, phrase: str) -> Piece:
    most = int(word[2:] or 3)
    if not 0 < most <= MOST_WORDS:
        raise PhraseError(f"a gap of {most} words in phrase: {phrase!r}")
    stop = r"(?!\. |not |never |nor |no )" if word[0] == "." else r"(?!\. )"
    return Piece(f"(?:{stop}\\S+ ){{0,{most}}}?", frozenset(), _NEVER, most)
