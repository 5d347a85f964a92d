"""The same texts, written worse: slips, capitals, missing spaces, emoji. Seeded and pure."""

from __future__ import annotations

import random
from collections.abc import Callable

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEXT = {
    letter: row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
    for row in _ROWS
    for at, letter in enumerate(row)
}
_EMOJI = "\U0001f62d\U0001f622\U0001f64f\U0001f476\U0001f97a❤️\U0001f62b\U0001f605"
SLIP_EVERY, JOIN_EVERY = 14, 5


def slips(text: str, chance: random.Random) -> str:
    """About one slip of the thumb in 14 letters: a neighbour, a swap, a letter lost or doubled."""
    letters = list(text)
    for at, letter in enumerate(letters):
        if not letter.isalpha() or chance.randrange(SLIP_EVERY):
            continue
        kind = chance.randrange(4)
        if kind == 0:
            letters[at] = chance.choice(_NEXT.get(letter.lower(), "") or letter)
        elif kind == 1 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letter
        elif kind == 2:
            letters[at] = ""
        else:
            letters[at] = letter * 2
    return "".join(letters)


def shouted(text: str, _: random.Random) -> str:
    """All capitals."""
    return text.upper()


def bare(text: str, _: random.Random) -> str:
    """Small letters and no punctuation."""
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter.isspace())


def joined(text: str, chance: random.Random) -> str:
    """About one space in five is missing."""
    words = text.split(" ")
    made = words[0]
    for word in words[1:]:
        made += word if chance.randrange(JOIN_EVERY) == 0 else f" {word}"
    return made


def with_emoji(text: str, chance: random.Random) -> str:
    """One to three emoji at the end."""
    return text + " " + "".join(chance.choice(_EMOJI) for _ in range(chance.randint(1, 3)))


NOISES: dict[str, Callable[[str, random.Random], str]] = {
    "slips of the thumb": slips,
    "all capitals": shouted,
    "no capitals, no punctuation": bare,
    "missing spaces": joined,
    "emoji": with_emoji,
}
