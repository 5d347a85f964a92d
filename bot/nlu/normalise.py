"""Makes one spelling of many: text-speak, drawn-out letters, slips, emoji; no guess at sense."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

OURS = 10**12  # how common a word of our own examples counts, at the least: above any other
_HERE = Path(__file__).parent
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_PLURAL_OR_UNIT = re.compile(
    r"(?:\d|m(?:o?n?ths?|onth)|w(?:ee)?ks?|d(?:ays?)?$|h(?:ou)?rs?|min|y(?:ea)?rs?|am$|pm$|oz|ml|kids|children|babies|boys|girls|times)"
)
# Which postcode or number it is says nothing about what is asked.
_POSTCODE = re.compile(r"\b(?:[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|[a-z]{2}\d[a-z\d]?|[a-z]\d\d)\b")
_PHONE = re.compile(r"(?<!\d)(?:\+44|0)\s?\d(?:[\s-]?\d){8,9}(?!\d)")
SHORTEST_CORRECTED = 4  # letters; below that almost everything is one slip from something
SURE_OF = 5  # letters from which any English word will do; below it, only one of our own


class Normaliser:
    """Text in, plain lower-case words separated by blanks out; the same for training and serving.

    Args:
        known: words that are left alone, with how common they are: slips are corrected to the
            commonest of them.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known
        self._text_speak = _table(_HERE / "text_speak.tsv")
        self._emoji = _table(_HERE / "emoji.tsv")
        self._slip = lru_cache(maxsize=20_000)(self._corrected)

    def __call__(self, text: str) -> str:
        """`text` in plain words."""
        plain = _folded(text)
        plain = _PHONE.sub(" phone number ", plain)
        plain = _POSTCODE.sub(self._postcode, plain)
        tokens = _TOKEN.findall(plain)
        return " ".join(
            word
            for i, token in enumerate(tokens)
            if (word := self._word(token, tokens[i + 1] if i + 1 < len(tokens) else ""))
        )

    def known(self, text: str, *, corrected: bool = False) -> float:
        """The share of words that are English or text-speak, 1 without a word.

        Postcodes, numbers and words of one or two letters say nothing about the language.

        Args:
            text: what a parent wrote.
            corrected: whether a slip of the thumb away from English counts as well.
        """
        said = words_of(text)
        words = [word for word in said if len(word) > 2] or said
        known = sum(
            self._is_known(word) or (corrected and self._word(word, "") in self._known)
            for word in words
        )
        return known / len(words) if words else 1.0

    def _is_known(self, word: str) -> bool:
        return word in self._known or word in self._text_speak or word.split("'")[0] in self._known

    def _postcode(self, match: re.Match[str]) -> str:
        return match[0] if match[0] in self._text_speak else " postcode "

    def _word(self, said: str, following: str) -> str:
        if not said[0].isalnum():
            return self._emoji.get(said, said if said in "?!.," else "")
        # "2 talk" is "to talk", but "2 weeks" is two of them.
        if said in ("2", "4") and following.isalpha() and not _PLURAL_OR_UNIT.match(following):
            return "to" if said == "2" else "for"
        if said in self._text_speak:
            return self._text_speak[said]
        short = _DRAWN_OUT.sub(r"\1\1", said)
        if short != said:
            single = _DRAWN_OUT.sub(r"\1", said)
            said = short if short in self._known else single
            if said in self._text_speak:
                return self._text_speak[said]
        return self._slip(said)

    def _corrected(self, word: str) -> str:
        if len(word) < SHORTEST_CORRECTED or not (word.isascii() and word.isalpha()):
            return word
        if word in self._known:
            return word
        best = max(_one_slip_away(word), key=lambda w: self._known.get(w, 0))
        least = 1 if len(word) >= SURE_OF else OURS
        return best if self._known.get(best, 0) >= least else word


def words_of(text: str) -> list[str]:
    """The words of any language in small letters, without postcodes and numbers."""
    return _WORD.findall(_POSTCODE.sub(" ", _folded(text)))


def split(text: str) -> str:
    """The words of any language, separated by blanks: nothing is corrected."""
    return " ".join(_TOKEN.findall(_folded(text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).lower()


def _one_slip_away(word: str) -> set[str]:
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    dropped = {a + b[1:] for a, b in splits if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    changed = {a + c + b[1:] for a, b in splits if b for c in _LETTERS}
    added = {a + c + b for a, b in splits for c in _LETTERS}
    return dropped | swapped | changed | added


def _table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return dict(rows)
