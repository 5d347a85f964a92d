"""Turns a text of any language into a vector (multilingual-e5-small, 4 and 8 bits).

It learns nothing and is loaded when the first text that is not English comes: who is only written
to in English pays nothing for it.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.encoder import EncoderMissing
from bot.nlu.features import Array

FOLDER = Path("var/models/encoders/multilingual")
GRAPH, PIECES, WORDS = "encoder.onnx", "tokenizer.json", "words.npy"
LONGEST = 256  # pieces of words
# The weights were trained with this before every question.
# Source: the model's page, https://huggingface.co/intfloat/multilingual-e5-small
ASKED = "query: "
_BLOCK = 18  # bytes of 32 numbers: a half-precision scale and 16 bytes, low halves first


class MultilingualEncoder:
    """Vectors of 384 numbers, of length one, on one thread; 4-5 ms a text.

    Raises:
        EncoderMissing: `folder` lacks a file.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        for file in (GRAPH, PIECES, WORDS):
            if not (folder / file).is_file():
                raise EncoderMissing(f"{folder / file} is missing: run 'make encoder'")
        self._folder = folder
        self.name = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()

    @cached_property
    def _parts(self) -> tuple[Any, Array, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        pieces = Tokenizer.from_file(str(self._folder / PIECES))
        pieces.enable_truncation(LONGEST)
        words = np.load(self._folder / WORDS, mmap_mode="r")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(
            str(self._folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        return pieces, words, session

    def __call__(self, text: str) -> Array:
        """The vector of one text."""
        pieces, words, session = self._parts
        ids = pieces.encode(ASKED + " ".join(text.split())).ids
        vector: Array = session.run(None, {"words": _unpacked(words[ids])})[0]
        vector /= np.linalg.norm(vector)
        return vector


def _unpacked(rows: Array) -> Array:
    """Numbers of rows of 4-bit blocks."""
    parts = np.ascontiguousarray(rows).reshape(len(rows), -1, _BLOCK)
    scale = parts[:, :, :2].copy().view(np.float16).astype(np.float32)
    low, high = parts[:, :, 2:] & 15, parts[:, :, 2:] >> 4
    numbers = np.concatenate([low, high], axis=2).astype(np.float32) - 8
    unpacked: Array = (numbers * scale).reshape(len(rows), -1)
    return unpacked
