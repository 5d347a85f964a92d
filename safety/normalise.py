"""Makes a text plain for the rules: one spelling per word, and where it stood; it judges nothing.

Full-width and decorated letters, look-alikes from other alphabets, invisible characters, digits
for letters, drawn-out and spaced-out words, missing spaces, text-speak and slips of the finger
all end in the spelling that the rules use. The cost grows with the length of the text alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from safety.spelling import ARABIC_MARKS, URDU_ONE_FORM, Speller

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f\U0001f3fb-\U0001f3ff]"
)
_CHUNK = re.compile(r"\S+")
#: Inside a chunk: decimal numbers, words with apostrophes or masks, ends of sentences.
_PART = re.compile(
    r"\d+[.,:]\d+|[^\W_]+(?:[\u0300-\u036f'\u2018\u2019\u02bc`\u00b4*@$!|+_]+[^\W_]+)*[\u0300-\u036f]*"
    r"|[.!?\u06d4\u061f]+|[^\w\s]|_"
)
_LONE = re.compile(r"(?<![^\W_])(?:[^\W\d_][.\-_* ]{1,2}){3,60}[^\W\d_](?![^\W_])")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text made plain. ``words[i]`` stood at ``spans[i]`` of ``clean``.

    ``line`` is the words with one space before and after each; ``starts[i]`` is where word i
    begins in it. ``breaks`` holds the numbers of words with a comma, dash or line end before them.
    """

    clean: str
    words: list[str]
    spans: list[tuple[int, int]]
    line: str
    starts: list[int]
    breaks: frozenset[int]

    def written(self, first: int, last: int) -> str:
        """The words from first to last (included) as the parent wrote them."""
        return self.clean[self.spans[first][0] : self.spans[last][1]].strip()


def clean(text: str) -> str:
    """The text without width, decoration and invisible characters; letters keep their case."""
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text


def plain(text: str, speller: Speller) -> Plain:
    """Make a text plain."""
    cleaned = clean(text)
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    breaks: set[int] = set()
    for raw, start, end in _parts(cleaned):
        if raw in speller.emoji:
            new: tuple[str, ...] = tuple(speller.emoji[raw].split())
        elif not raw[0].isalnum():
            breaks.add(len(words))
            new = (".",) if raw in (".", "?", "!", "\u06d4", "\u061f") and words else ()
        else:
            new = speller.spell(raw)
        words += new
        spans += [(start, end)] * len(new)
    words, spans = _look_again(words, spans, breaks, speller)
    starts, at = [], 1
    for word in words:
        starts.append(at)
        at += len(word) + 1
    line = " " + " ".join(words) + " " if words else " "
    return Plain(cleaned, words, spans, line, starts, frozenset(breaks))


def _look_again(
    words: list[str], spans: list[tuple[int, int]], breaks: set[int], speller: Speller
) -> tuple[list[str], list[tuple[int, int]]]:
    """Read "2" as "to" and "ill" as "i will" where the words around say so."""
    if "2" not in words and "ill" not in words:
        return words, spans
    new: list[str] = []
    places: list[tuple[int, int]] = []
    moved = {}
    for at, word in enumerate(words):
        moved[at] = len(new)
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        if word == "2" and before in speller.before_to:
            more = ["to"]
        elif word == "ill" and after in speller.after_will:
            more = ["i", "will"]
        else:
            more = [word]
        new += more
        places += [spans[at]] * len(more)
    kept = {moved.get(at, len(new)) for at in breaks}
    breaks.clear()
    breaks |= kept
    return new, places


def _parts(cleaned: str) -> list[tuple[str, int, int]]:
    """Words and marks with their places; runs of spaced-out letters count as one word."""
    lower = cleaned.lower()
    if len(lower) != len(cleaned):  # a few letters grow when made small; keep the places right
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in cleaned)
    if not lower.isascii():
        lower = _same_length(lower)
    parts: list[tuple[str, int, int]] = []
    runs = {found.start(): found.end() for found in _LONE.finditer(lower) if _spaced(lower, found)}
    skip = 0
    for chunk in _CHUNK.finditer(lower):
        if chunk.end() <= skip:
            continue
        if chunk.start() in runs:
            skip = runs[chunk.start()]
            letters = "".join(c for c in lower[chunk.start() : skip] if c.isalpha())
            parts.append((letters, chunk.start(), skip))
            if chunk.end() <= skip:
                continue
        first = max(chunk.start(), skip)
        if lower[first : chunk.end()].isalnum():
            parts.append((lower[first : chunk.end()], first, chunk.end()))
        else:
            _split(lower, first, chunk.end(), parts)
        if lower[chunk.end() : chunk.end() + 1] in ("\n", "\r"):
            parts.append((",", chunk.end(), chunk.end() + 1))
    return parts


def _split(lower: str, first: int, last: int, parts: list[tuple[str, int, int]]) -> None:
    for found in _PART.finditer(lower, first, last):
        raw = found.group()
        if raw[0] in ".!?\u06d4\u061f":
            raw = raw[0] if len(set(raw)) > 1 or len(raw) == 1 or raw[0] != "." else ","
        parts.append((raw, found.start(), found.end()))


def _spaced(lower: str, found: re.Match[str]) -> bool:
    """Whether lone letters are a word spaced out: not the tail of a word, and not 'a i a'."""
    at = found.start()
    if at and lower[at - 1].isalnum():
        return False
    letters = [c for c in found.group() if c.isalpha()]
    return len(letters) >= 4 and len(set(letters)) > 2


def _same_length(lower: str) -> str:
    """One form for letters that have several in Urdu and Arabic writing, place by place."""
    if ARABIC_MARKS.search(lower):
        lower = ARABIC_MARKS.sub("*", lower)
    return lower.translate(URDU_ONE_FORM)
