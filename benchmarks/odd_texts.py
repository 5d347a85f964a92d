"""Texts that nobody would write and somebody may send: made by chance from a seed, for fuzzing."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

DATA = Path(__file__).parents[1] / "tests" / "data"
_SETS = ("safety_build_positive.jsonl", "safety_build_negative.jsonl")
_ODD = (
    "\u200b\u200c\u200d\ufeff\u202e\u202a\u0301\u0336\u20e3\ufe0f\u00ad\u0000\t\n\r"
    "😭🔪👶🏽❤️🏴ｋｉｌｌ𝓭𝓲𝓮①②ßﬁŁżčșțپچکگںےহয়"
)
_MARKS = "!?.,;:*_-~'\"()[]{}<>/\\|@#$%^&+=`"


def odd_texts(count: int, *, seed: int) -> Iterator[str]:
    """So many texts, of 0 to a few thousand characters; the same for the same seed."""
    chance = random.Random(seed)
    sentences = [
        json.loads(line)["text"]
        for name in _SETS
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
    ]
    words = sorted({word for text in sentences for word in text.split()})
    makers: tuple[Callable[[], str], ...] = (
        lambda: _spoilt(chance, chance.choice(sentences)),
        lambda: " ".join(chance.choices(words, k=chance.randint(1, 60))),
        lambda: "".join(chance.choices(words, k=chance.randint(1, 12))),
        lambda: "".join(chance.choices(_ODD + _MARKS, k=chance.randint(0, 200))),
        lambda: chance.choice(words) * chance.randint(1, 200),
        lambda: "".join(chr(chance.randrange(1, 0x2FFF)) for _ in range(chance.randint(1, 300))),
        lambda: " ".join(_spoilt(chance, chance.choice(sentences)) for _ in range(8)),
    )
    for _ in range(count):
        yield chance.choice(makers)()


def _spoilt(chance: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(chance.randint(1, 1 + len(letters) // 6)):
        at = chance.randrange(len(letters) + 1)
        match chance.randrange(4):
            case 0:
                letters[at:at] = [chance.choice(_ODD + _MARKS + " ")]
            case 1:
                del letters[at : at + 1]
            case 2:
                letters[at : at + 1] *= chance.randint(2, 9)
            case _:
                letters[at : at + 2] = reversed(letters[at : at + 2])
    return "".join(letters)
