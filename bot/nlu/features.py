"""Words and letters as sparse vectors of length one (tf-idf); it knows no labels."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_WORD = re.compile(r"\b\w[\w']*\b")


def word_grams(text: str) -> list[str]:
    """Words and pairs of neighbours."""
    words = _WORD.findall(text)
    return words + [f"{a} {b}" for a, b in zip(words, words[1:], strict=False)]


def letter_grams(text: str) -> list[str]:
    """Runs of two to five letters inside each word, its edges marked by blanks."""
    grams = []
    for word in text.split():
        edged = f" {word} "
        for n in range(2, 6):
            if len(edged) <= n:
                grams.append(edged)
                break
            grams += [edged[i : i + n] for i in range(len(edged) - n + 1)]
    return grams


class TfIdf:
    """A vocabulary with weights; one text becomes (column numbers, values), of length one.

    Args:
        grams: `word_grams` or `letter_grams`.
        columns: gram -> column number.
        idf: weight of each column.
    """

    def __init__(
        self, grams: Callable[[str], list[str]], columns: dict[str, int], idf: Array
    ) -> None:
        self.grams, self.columns, self.idf = grams, columns, idf

    @classmethod
    def fitted(
        cls, grams: Callable[[str], list[str]], texts: Sequence[str], at_least: int
    ) -> TfIdf:
        """The vocabulary of `texts`: grams that stand in at least so many of them."""
        seen = Counter(gram for text in texts for gram in set(grams(text)))
        kept = sorted(gram for gram, count in seen.items() if count >= at_least)
        idf = [math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in kept]
        return cls(grams, {gram: i for i, gram in enumerate(kept)}, np.array(idf, np.float32))

    def vector(self, text: str) -> tuple[Array, Array]:
        """Columns and values of one text; both empty when nothing in it is known."""
        columns = self.columns
        counts = Counter(i for gram in self.grams(text) if (i := columns.get(gram)) is not None)
        if not counts:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        where = np.fromiter(counts, np.int64, len(counts))
        values = np.log(np.fromiter(counts.values(), np.float32, len(counts))) + 1
        values *= self.idf[where]
        return where, values / np.linalg.norm(values)

    def matrix(self, texts: Sequence[str]) -> Any:
        """All texts as one sparse matrix, a row each."""
        from scipy.sparse import csr_matrix

        rows = [self.vector(text) for text in texts]
        starts = np.cumsum([0, *(len(where) for where, _ in rows)])
        where = np.concatenate([w for w, _ in rows])
        values = np.concatenate([v for _, v in rows])
        return csr_matrix((values, where, starts), shape=(len(texts), len(self.columns)))
