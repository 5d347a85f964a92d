"""Place names: exact, inside a sentence, or nearly right; holds names, knows no postcode file."""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any

from places.model import Place

_WORDS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_MOST_WORDS = 4
# Below this likeness two names of the same region are easily mixed up ("Heaton", "Seaton").
_LIKENESS = 0.86
_LONGEST_CLOSE = 30
# Names that are ordinary words: taken alone, never out of a sentence.
_ORDINARY = frozenset({"idle", "city", "toller", "royds", "settle", "harden"})


class Gazetteer:
    """Names of towns, neighbourhoods and wards.

    Args:
        entries: name -> what the deployment says of it.
        resolve: makes a Place of a name and its entry; None where the entry leads nowhere.
        wards: lower-case ward name -> Place; an entry of the same name wins.
    """

    def __init__(
        self,
        entries: Mapping[str, Any],
        resolve: Callable[[str, Any], Place | None],
        *,
        wards: Mapping[str, Place],
    ) -> None:
        self._places = dict(wards)
        for name, entry in entries.items():
            place = resolve(" ".join(word.capitalize() for word in name.split()), entry)
            if place is not None:
                self._places[name.casefold()] = place

    def __iter__(self) -> Any:
        return iter(sorted(self._places))

    def exact(self, text: str) -> Place | None:
        """A text that is a name and nothing else."""
        return self._places.get(" ".join(_words(text)))

    def within(self, text: str) -> Place | None:
        """The longest name that stands in a sentence as whole words; the last of equals."""
        words = _words(text)
        best: tuple[int, Place] | None = None
        for start in range(len(words)):
            for length in range(1, min(_MOST_WORDS, len(words) - start) + 1):
                name = " ".join(words[start : start + length])
                place = self._places.get(name)
                if place and name not in _ORDINARY and (best is None or length >= best[0]):
                    best = (length, place)
        return best[1] if best else None

    def close(self, text: str) -> Place | None:
        """A short text that is nearly one of the names ("maningham")."""
        name = " ".join(_words(text))
        if not 4 <= len(name) <= _LONGEST_CLOSE:
            return None
        likely = difflib.get_close_matches(name, self._places, n=1, cutoff=_LIKENESS)
        return self._places[likely[0]] if likely else None


def _words(text: str) -> list[str]:
    return [word.replace("\u2019", "'") for word in _WORDS.findall(text.casefold())]
