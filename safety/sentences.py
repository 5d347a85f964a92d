"""The third part of the screen: what a stretch of English words means, by a small trained encoder.

Three layers of a sentence encoder (all-MiniLM-L6-v2, Apache-2.0), fine-tuned by
``benchmarks.safety_sentences`` on the building sets, int8. It runs inside the process, on one
thread. Where its file is missing the other two parts stand alone.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

LEARNED = Path(__file__).with_name("learned")
GRAPH, PIECES = "sentences.onnx", "tokenizer.json"
LONGEST = 96  # word pieces; a stretch of 32 words has some 40


class Reader:
    """The encoder with its head.

    Args:
        folder: where its two files are.
    """

    def __init__(self, folder: Path) -> None:
        import numpy
        import onnxruntime
        from tokenizers import Tokenizer

        self._array, self._whole = numpy.array, numpy.int64
        self._pieces = Tokenizer.from_file(str(folder / PIECES))
        self._pieces.no_padding()
        self._pieces.enable_truncation(LONGEST)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )

    def shares(self, words: list[str]) -> list[float]:
        """A share of probability for each class and, last, for ordinary talk."""
        ids = self._pieces.encode(" ".join(words)).ids
        [scores] = self._session.run(None, {"ids": self._array(ids, self._whole)})
        top = max(scores)
        grown = [math.exp(score - top) for score in scores]
        whole = sum(grown)
        return [one / whole for one in grown]


@lru_cache(maxsize=1)
def reader() -> Reader | None:
    """The encoder, read once; None where it is not there."""
    if not (LEARNED / GRAPH).is_file():
        return None
    return Reader(LEARNED)
