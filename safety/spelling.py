"""Spells one word as the rules do: bare letters, text-speak, slips and missing spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
URDU_ONE_FORM = str.maketrans(
    "\u064a\u0649\u0643\u0629\u0647\u06c1\u06c3\u0623\u0625\u0624\u06d2",
    "\u06cc\u06cc\u06a9\u06c1\u06c1\u06c1\u06c1\u0627\u0627\u0648\u06cc",
)
_NUMBER_AND_UNIT = re.compile(
    r"(\d{1,3})((?:[a-z]|wk|yr|mth|day|hr|min|week|month|year|hour|mg)[a-z]{0,6})"
)
_THRICE = re.compile(r"(.)\1\1+")
_TWICE = re.compile(r"(.)\1+")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_LATIN_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb\u043a\u043c\u0442\u043d\u0432"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5\u03c7\u03b5\u03b7\u0131\u0142\u00f8\u0111\u00df\u00e6\u0251\u0261\u026a",
    "aeopcyxijsdqwhkmthbaopviktuxenilodsaagi",
)
_DIGITS = str.maketrans("013457@$!|+", "oleastasilt")
_DIGITS_AS_I = str.maketrans("013457@$!|+", "oieastasiit")
_LONGEST_WORD, _LONGEST_RUN, _REMEMBER = 14, 48, 20_000


@dataclass
class Speller:
    """Turns one word as written into the words that the rules know.

    ``known`` are words never to be corrected, ``fuzzy`` those that slips may be corrected to,
    ``expand`` is text-speak and short forms.
    """

    known: frozenset[str]
    fuzzy: frozenset[str]
    expand: Mapping[str, str]
    emoji: Mapping[str, str]
    joined: frozenset[str]
    masked: tuple[str, ...]
    before_to: frozenset[str]
    after_will: frozenset[str]
    _memory: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _deletes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for word in sorted(self.fuzzy):
            for form in (word, *_without_one(word)):
                self._deletes.setdefault(form, word)

    def spell(self, word: str) -> tuple[str, ...]:
        """The rules' words for one written word, lower case."""
        found = self._memory.get(word)
        if found is None:
            found = tuple(self._work_out(word).split())
            if len(self._memory) < _REMEMBER:
                self._memory[word] = found
        return found

    def _work_out(self, word: str) -> str:
        exact = self._exact(word)
        if exact is not None:
            return exact
        unit = _NUMBER_AND_UNIT.fullmatch(word)
        if unit:
            return f"{unit[1]} {self._exact(unit[2]) or unit[2]}"
        for form in self._forms(word):
            exact = self._exact(form)
            if exact is not None:
                return exact
        if "*" in word and len(word) <= _LONGEST_WORD:
            return self._unmask(word) or word
        if not word.isalpha() or len(word) > _LONGEST_RUN:
            return word
        return self._apart(word) or self._slip(word) or word

    def _exact(self, word: str) -> str | None:
        if word in self.expand:
            return self.expand[word]
        return word if word in self.known else None

    def _forms(self, word: str) -> list[str]:
        """Other ways to read a word, the likeliest first."""
        forms = []
        bare = "".join(
            c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)
        )
        bare = _APOSTROPHES.sub("", bare.translate(_LATIN_LOOKALIKES))
        forms.append(bare)
        if _APOSTROPHES.sub("'", word).endswith("'s"):
            forms.append(bare[:-1])
        if not bare.isalpha() and not bare.isdigit():
            forms += [bare.translate(_DIGITS), bare.translate(_DIGITS_AS_I)]
            forms.append(re.sub(r"[*_]", "", bare))
        for form in tuple(forms):
            if _TWICE.search(form):
                forms += [_THRICE.sub(r"\1\1", form), _THRICE.sub(r"\1", form)]
                forms += [_TWICE.sub(r"\1", form)] if _THRICE.search(form) else []
        if bare.endswith("in"):
            forms.append(bare + "g")
        return [form for form in forms if form != word]

    def _unmask(self, word: str) -> str | None:
        """The word behind stars (k*ll), if it is one of those that people hide."""
        shape = re.compile(re.escape(word).replace(r"\*", "."))
        return next((one for one in self.masked if shape.fullmatch(one)), None)

    def _slip(self, word: str) -> str | None:
        """The word meant, if one letter is missing, doubled, wrong, or two changed places."""
        if len(word) < 5 or len(word) > _LONGEST_WORD:
            return None
        for form in (word, *_without_one(word)):
            meant = self._deletes.get(form)
            if meant and abs(len(meant) - len(word)) <= 1 and meant[0] == word[0]:
                return meant
        return None

    def _apart(self, word: str) -> str | None:
        """A run of at least two known words with the spaces left out, or None."""
        if len(word) < 7:
            return None
        best: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(word)
        for start in range(len(word)):
            before = best[start]
            if before is None:
                continue
            for end in range(start + 1, min(start + _LONGEST_WORD, len(word)) + 1):
                better = best[end]
                if word[start:end] in self.joined and (
                    better is None or before[0] + 1 < better[0]
                ):
                    best[end] = (before[0] + 1, start)
        if best[-1] is None or best[-1][0] > len(word) // 3 + 1:
            return None
        parts, end = [], len(word)
        while end:
            step = best[end]
            assert step is not None  # noqa: S101  (reached only along the path just built)
            parts.append(word[step[1] : end])
            end = step[1]
        return " ".join(self.expand.get(part, part) for part in reversed(parts))


def _without_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def letters(word: str) -> str:
    """A word in the bare letters that rules are written in: no accents, one form per letter."""
    if word.isascii():
        return word
    word = ARABIC_MARKS.sub("", word).translate(URDU_ONE_FORM)
    marked = unicodedata.normalize("NFD", word.translate(_LATIN_LOOKALIKES))
    return "".join(c for c in marked if not unicodedata.combining(c))
