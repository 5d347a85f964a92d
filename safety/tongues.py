"""Phrase rules for languages other than English: their explicit words, read in a plain spelling.

The English half knows text-speak and slips; here a text is only folded (letters without marks, one
letter for its look-alikes), and a phrase is a row of words with gaps. A phrase near a "not" of its
language is gentle instead of now. Pure; the files are in ``rules/languages``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from safety.model import CLASSES, About, Evidence, Tier, Verdict
from safety.rulebook import load

FOLDER = Path(__file__).with_name("rules") / "languages"
#: So many words before a match may name whom it speaks of.
_BEFORE = 5
#: Classes whose text differs when somebody else is meant.
_SAYS_WHO = frozenset({"suicide", "self_harm", "psychosis", "domestic_abuse"})
_WORD = re.compile(r"\w+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
#: One letter for those that are written for each other, after marks are taken off.
_ALIKE = str.maketrans(
    {
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ے": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ک": "ك",
        "ں": "ن",
        "ء": None,
        "ـ": None,
        "\u200c": None,
        "\u200d": None,
    }
)
_START = 3
#: Little words of English that mean nothing in the other languages: so many of them and a text is
#: English, where "suicide" or "baby fell" are for the other half to weigh.
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "i my of and you was she for with have not but this her him are just we they had has been"
        " what how can will when all from if an about get got like im dont cant it the is his your"
        " our after out up who because would should could did does where",
    )
)
_MOSTLY = 0.2
_SOME = 0.1
_SURE = 2


class TongueError(ValueError):
    """A language's file cannot be read; says which and why."""


@dataclass(frozen=True, slots=True)
class Token:
    """One place of a phrase: the words that may stand there, or a gap of so many words."""

    whole: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()
    bones: frozenset[str] = frozenset()
    gap: int = 0

    def fits(self, word: str) -> bool:
        """Whether a folded word may stand here."""
        if word in self.whole or (self.begins and word.startswith(self.begins)):
            return True
        return bool(self.bones) and skeleton(word) in self.bones


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase: what it is evidence for, and its places, the first of them a word."""

    language: str
    cls: str
    tier: Tier
    places: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Tongue:
    """What else is known of a language."""

    nots: frozenset[str]
    nots_follow: bool
    people: frozenset[str]
    me: frozenset[str]
    signs: frozenset[str]


@dataclass(frozen=True)
class Tongues:
    """Every phrase by how its first word may begin, and what is known of each language."""

    index: Mapping[str, tuple[Said, ...]]
    known: Mapping[str, Tongue]


def fold(text: str) -> str:
    """A text in small letters without marks, one letter for those written for each other."""
    if text.isascii():
        return _DRAWN_OUT.sub(r"\1", text.lower())
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in apart if unicodedata.category(c) != "Mn").translate(_ALIKE)
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    return _DRAWN_OUT.sub(r"\1", digits)


def skeleton(word: str) -> str:
    """The first letter and the consonants after it: one form for "bacha", "bachha" and "bcha"."""
    bones = word[:1]
    for letter in word[1:]:
        if letter not in "aeiouy" and letter != bones[-1]:
            bones += letter
    return bones


def spoken(text: str) -> list[Evidence]:
    """Evidence in the languages other than English; each class once, its strongest tier."""
    book = tongues()
    spots = list(_WORD.finditer(text))
    if mostly_english([spot.group().lower() for spot in spots]):
        return []
    words = [fold(spot.group()) for spot in spots]
    languages = _languages(book, words)
    best: dict[tuple[str, About], Evidence] = {}
    for at, word in enumerate(words if languages else ()):
        for said in book.index.get(word[:_START], ()):
            if said.language not in languages:
                continue
            last = _end(said.places, words, at)
            if last is None:
                continue
            one = _weigh(book, said, words, at, last, text[spots[at].start() : spots[last].end()])
            held = best.get((one.cls, one.about))
            if held is None or (held.tier == "gentle" and one.tier == "now"):
                best[one.cls, one.about] = one
    return list(best.values())


def language_of(verdict: Verdict) -> str | None:
    """The language other than English in which most of the evidence was said; None for English."""
    said = [one.rule.rpartition(".")[2] for one in verdict.evidence]
    known = [name for name in said if name in tongues().known]
    return max(known, key=known.count, default=None)


def some_english(words: list[str]) -> bool:
    """Whether a text may be English: of English cries 98 % are, of those in others 5 %."""
    return sum(word in _ENGLISH for word in words) > _SOME * len(words)


def mostly_english(words: list[str]) -> bool:
    """Whether so many of a text's small-letter words are English that it must be."""
    return sum(word in _ENGLISH for word in words) > _MOSTLY * len(words)


def _languages(book: Tongues, words: list[str]) -> set[str]:
    """The languages that a text may be in: their little words stand in it, or their letters tell.

    Of languages that look alike only those count that have half as many as the likeliest.
    """
    here = set(words)
    signs = {name: len(one.signs & here) for name, one in book.known.items() if one.signs}
    most = max(signs.values(), default=0)
    spoken_here = {name for name, number in signs.items() if 0 < number >= most / 2}
    return spoken_here | {name for name, one in book.known.items() if not one.signs}


def foreign(text: str) -> bool:
    """Whether a text is in another language: two of its little words, and little English."""
    words = [spot.group() for spot in _WORD.finditer(text)]
    if mostly_english([word.lower() for word in words]):
        return False
    here = {fold(word) for word in words}
    return any(len(one.signs & here) >= _SURE for one in tongues().known.values())


def _end(places: tuple[Token, ...], words: list[str], at: int) -> int | None:
    """The last word of a phrase that begins at a word; None where it does not hold there."""
    if not places[0].fits(words[at]):
        return None
    ends = {at}
    gap = 0
    for place in places[1:]:
        if place.gap:
            gap = place.gap
            continue
        ends = {
            there
            for end in ends
            for there in range(end + 1, min(end + 2 + gap, len(words)))
            if place.fits(words[there])
        }
        if not ends:
            return None
        gap = 0
    return min(ends)


def _weigh(
    book: Tongues, said: Said, words: list[str], first: int, last: int, shown: str
) -> Evidence:
    tongue = book.known[said.language]
    denied = first > 0 and words[first - 1] in tongue.nots
    if tongue.nots_follow:
        denied = denied or (last + 1 < len(words) and words[last + 1] in tongue.nots)
    denied = denied or any(
        word in tongue.nots and not any(place.fits(word) for place in said.places)
        for word in words[first : last + 1]
    )
    tier: Tier = "gentle" if denied else said.tier
    about = _about(tongue, said, words, first)
    return Evidence(said.cls, f"{said.cls}.{said.language}", shown, tier, about)


def _about(tongue: Tongue, said: Said, words: list[str], first: int) -> About:
    if said.cls not in _SAYS_WHO:
        return "self"
    for word in reversed(words[max(0, first - _BEFORE) : first]):
        if word in tongue.me:
            return "self"
        if word in tongue.people:
            return "other"
    return "self"


@lru_cache(maxsize=1)
def tongues() -> Tongues:
    """The languages of safety/rules/languages, read once."""
    return read(FOLDER)


def read(folder: Path) -> Tongues:
    """Read a folder of languages.

    Raises:
        TongueError: a file names a class, tier or group that is not known, or an empty phrase.
    """
    index: dict[str, list[Said]] = defaultdict(list)
    known: dict[str, Tongue] = {}
    for path in sorted(folder.glob("*.yml")):
        data = load(path)
        name = str(data["language"])
        known[name] = Tongue(
            _folded(data["not"]),
            bool(data.get("not_after", False)),
            _folded(data["people"]),
            _folded(data["me"]),
            _folded(str(data["signs"]).split("|") if "signs" in data else []),
        )
        for said in _phrases(path, name, data):
            for start in _starts(said.places[0]):
                index[start].append(said)
    return Tongues({start: tuple(found) for start, found in index.items()}, known)


def _folded(words: list[Any]) -> frozenset[str]:
    return frozenset(fold(str(word)) for word in words)


def _phrases(path: Path, language: str, data: Mapping[str, Any]) -> Iterator[Said]:
    groups = {name: str(row) for name, row in data.get("groups", {}).items()}
    for cls, tiers in data["classes"].items():
        for tier, rows in tiers.items():
            if cls not in CLASSES or tier not in ("now", "gentle"):
                raise TongueError(f"{path.name}: {cls} {tier} is no class and tier that we know")
            for row in rows:
                yield Said(language, cls, tier, _places(path, str(row), groups))


def _places(path: Path, row: str, groups: Mapping[str, str]) -> tuple[Token, ...]:
    try:
        filled = re.sub(r"\{(\w+)\}", lambda found: groups[found.group(1)], row)
    except KeyError as e:
        raise TongueError(f"{path.name}: {row!r} names the group {e} that is not there") from e
    places = tuple(_token(part) for part in filled.split())
    if not places or places[0].gap:
        raise TongueError(f"{path.name}: {row!r} does not begin with a word")
    while places[-1].gap:
        places = places[:-1]
    return places


def _token(part: str) -> Token:
    if part.startswith(".."):
        return Token(gap=int(part[2:]))
    words = part.split("|")
    if any(w[0] == "~" and len(skeleton(fold(w[1:]))) < _START for w in words):
        raise TongueError(f"{part!r} has too few consonants to be known by them")
    return Token(
        whole=frozenset(fold(w) for w in words if w[0] != "~" and w[-1] != "*"),
        begins=tuple(fold(w[:-1]) for w in words if w[-1] == "*"),
        bones=frozenset(skeleton(fold(w[1:])) for w in words if w[0] == "~"),
    )


def _starts(token: Token) -> set[str]:
    """How words that fit a place may begin, in the letters that the index has."""
    starts = {word[:_START] for word in token.whole}
    starts |= {begin[:_START] for begin in token.begins}
    return starts
