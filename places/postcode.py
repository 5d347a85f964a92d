"""UK postcodes as people write them: any case, spacing, O for 0 and I for 1; pure, knows no data.

It proposes readings, cheapest first; whether a postcode exists is for places.store to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

_OUTWARD_SHAPES = ("A9", "A99", "AA9", "AA99", "A9A", "AA9A")
_INWARD_SHAPE = "9AA"
# Letters that the second half never has. Source: Royal Mail's published format (PAF guide).
_NOT_INWARD = frozenset("CIKMOV")
# What is taken for what by eye and by thumb: the key is written, the values may be meant.
_AS_LETTER = {"0": "O", "1": "IL", "5": "S"}
_AS_DIGIT = {"O": "0", "I": "1", "L": "1", "S": "5"}
_NOISE = re.compile(r"[^0-9A-Z]+")
_IN_SENTENCE = re.compile(
    r"(?<![0-9A-Za-z])([A-Za-z01]{1,2}[0-9OIl][0-9A-Za-z]?)[ .\-]{0,2}([0-9OIl][A-Za-z]{2})"
    r"(?![0-9A-Za-z])"
)
_TOKEN = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{1,2}[0-9][0-9A-Za-z]?(?![0-9A-Za-z])")

INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
INWARD_COUNT = 10 * len(INWARD_LETTERS) ** 2


@dataclass(frozen=True)
class Reading:
    """One way to read what was written; `inward` is None for the first half only."""

    outward: str
    inward: str | None = None

    @property
    def text(self) -> str:
        """The canonical form, one space."""
        return f"{self.outward} {self.inward}" if self.inward else self.outward

    @property
    def area(self) -> str:
        """The leading letters ("BD")."""
        return self.outward[:2] if self.outward[1].isalpha() else self.outward[0]


def readings(text: str) -> Iterator[Reading]:
    """Ways to read a text that is a postcode and nothing else, likeliest first.

    A sector ("BD5 8") and an unfinished second half are read as the outward code.
    """
    parts = _NOISE.sub(" ", text.upper()).split()
    whole = "".join(parts)
    if not 2 <= len(whole) <= 7:
        return
    if len(parts) == 2 and len(parts[1]) < 3 and any(c.isdigit() for c in parts[0]):
        yield from (Reading(outward) for outward in _outwards(parts[0]))
    if len(whole) >= 5:
        inwards = _inwards(whole[-3:])
        for outward, inward in product(_outwards(whole[:-3]), inwards):
            yield Reading(outward, inward)
    if len(whole) <= 4:
        yield from (Reading(outward) for outward in _outwards(whole))
    if 3 <= len(whole) <= 5 and whole[-1].isdigit():
        yield from (Reading(outward) for outward in _outwards(whole[:-1]))


def readings_within(text: str) -> Iterator[Reading]:
    """Postcodes, then outward codes, that stand somewhere in a sentence."""
    for match in _IN_SENTENCE.finditer(text):
        yield from readings(f"{match[1]} {match[2]}")
    for match in _TOKEN.finditer(text):
        yield Reading(match[0].upper())


def inward_number(inward: str) -> int | None:
    """A number from 0 to INWARD_COUNT - 1 for a second half; None where it is not one."""
    if len(inward) != 3 or not inward[0].isdigit():
        return None
    first, second = INWARD_LETTERS.find(inward[1]), INWARD_LETTERS.find(inward[2])
    if first < 0 or second < 0:
        return None
    size = len(INWARD_LETTERS)
    return (int(inward[0]) * size + first) * size + second


def _outwards(written: str) -> list[str]:
    found: dict[str, int] = {}
    for shape in _OUTWARD_SHAPES:
        for cost, text in _fitted(written, shape):
            found[text] = min(cost, found.get(text, cost))
    return sorted(found, key=lambda text: found[text])


def _inwards(written: str) -> list[str]:
    fitted = [
        (cost, text)
        for cost, text in _fitted(written, _INWARD_SHAPE)
        if not _NOT_INWARD & set(text[1:])
    ]
    return [text for _, text in sorted(fitted)]


def _fitted(written: str, shape: str) -> Iterator[tuple[int, str]]:
    if len(written) != len(shape):
        return
    choices: list[tuple[tuple[int, str], ...]] = []
    for character, wanted in zip(written, shape, strict=True):
        if wanted == "A":
            right, swaps = character.isalpha(), _AS_LETTER.get(character, "")
        else:
            right, swaps = character.isdigit(), _AS_DIGIT.get(character, "")
        choices.append(((0, character),) if right else tuple((1, swap) for swap in swaps))
    for combination in product(*choices):
        yield sum(cost for cost, _ in combination), "".join(text for _, text in combination)
