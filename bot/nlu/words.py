"""The English words that spelling is corrected to, read from a file; it runs no package's code."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from bot.nlu.normalise import OURS

# Source: frequency_dictionary_en_82_765.txt of symspellpy 6.10, MIT.
_PACKAGE, _FILE = "symspellpy", "frequency_dictionary_en_82_765.txt"


def known_words(examples: Iterable[str]) -> dict[str, int]:
    """Words with how common they are; those of `examples` win over any other English word."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{_PACKAGE} is missing: run 'make bot-env'")
    words = {}
    for line in (Path(spec.origin).parent / _FILE).read_text("utf-8-sig").splitlines():
        word, _, count = line.partition(" ")
        words[word] = int(count)
    for word in examples:
        words[word] = words.get(word, 0) + OURS
    return words
