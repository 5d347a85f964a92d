"""Makes a text plain for the rules: one spelling per word, and where it stood; it judges nothing.

Full-width and decorated letters, look-alikes from other alphabets, invisible characters, digits
for letters, drawn-out and spaced-out words, missing spaces, text-speak and slips of the finger
all end in the spelling that the rules use. The cost grows with the length of the text alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f\U0001f3fb-\U0001f3ff]"
)
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_CHUNK = re.compile(r"\S+")
#: Inside a chunk: decimal numbers, words with apostrophes or masks, ends of sentences.
_PART = re.compile(
    r"\d+[.,:]\d+|[^\W_]+(?:[\u0300-\u036f'\u2018\u2019\u02bc`\u00b4*@$!|+_]+[^\W_]+)*[\u0300-\u036f]*"
    r"|[.!?\u06d4\u061f]+|[^\w\s]|_"
)
_LONE = re.compile(r"(?<![^\W_])(?:[^\W\d_][.\-_* ]{1,2}){3,60}[^\W\d_](?![^\W_])")
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
_URDU_ONE_FORM = str.maketrans(
    "\u064a\u0649\u0643\u0629\u0647\u06c1\u06c3\u0623\u0625\u0624\u06d2",
    "\u06cc\u06cc\u06a9\u06c1\u06c1\u06c1\u06c1\u0627\u0627\u0648\u06cc",
)
_LONGEST_WORD, _LONGEST_RUN, _REMEMBER = 14, 48, 20_000


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
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _LONGEST_WORD), end):
                before = best[start]
                if before and word[start:end] in self.joined:
                    better = best[end]
                    if better is None or before[0] + 1 < better[0]:
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


def letters(word: str) -> str:
    """A word in the bare letters that rules are written in: no accents, one form per letter."""
    if word.isascii():
        return word
    word = _ARABIC_MARKS.sub("", word).translate(_URDU_ONE_FORM)
    marked = unicodedata.normalize("NFD", word.translate(_LATIN_LOOKALIKES))
    return "".join(c for c in marked if not unicodedata.combining(c))


def _same_length(lower: str) -> str:
    """One form for letters that have several in Urdu and Arabic writing, place by place."""
    if _ARABIC_MARKS.search(lower):
        lower = _ARABIC_MARKS.sub("*", lower)
    return lower.translate(_URDU_ONE_FORM)
