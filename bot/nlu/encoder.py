"""Turns a text into a vector with frozen weights (all-MiniLM-L6-v2, int8); it learns nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.nlu.features import Array

FOLDER = Path("var/models/encoders/minilm")
GRAPH, PIECES = "encoder.onnx", "tokenizer.json"
LONGEST = 256  # word pieces; the weights were trained on that many


class EncoderMissing(RuntimeError):
    """The encoder's files are not there; the message says how to make them."""


class Encoder(Protocol):
    """What the classifier needs of an encoder: `name` tells one set of weights from another."""

    name: str

    def __call__(self, text: str) -> Array:
        """The vector of one text, of length one; empty where there are no vectors."""
        ...


class NoEncoder:
    """The fast profile: no vectors at all."""

    name = "none"

    def __call__(self, text: str) -> Array:  # noqa: ARG002 (the profile ignores it)
        """An empty vector."""
        return np.empty(0, np.float32)


class SentenceEncoder:
    """The accurate profile: MiniLM by ONNX Runtime on one thread, 1-2 ms a text.

    Raises:
        EncoderMissing: `folder` lacks a file.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        for file in (GRAPH, PIECES):
            if not (folder / file).is_file():
                raise EncoderMissing(
                    f"{folder / file} is missing: run 'make encoder', or train and serve "
                    "with FIRST1001_NLU_PROFILE=fast"
                )
        import onnxruntime
        from tokenizers import Tokenizer

        self.name = hashlib.sha256((folder / GRAPH).read_bytes()).hexdigest()
        self._pieces = Tokenizer.from_file(str(folder / PIECES))
        self._pieces.no_padding()
        self._pieces.enable_truncation(LONGEST)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The pool of buffers only grows, by the longest text ever seen.
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, text: str) -> Array:
        """The vector of one text: 384 numbers, of length one."""
        ids = np.array(self._pieces.encode(text).ids, np.int64)
        vector: Array = self._session.run(None, {"ids": ids})[0]
        vector /= np.linalg.norm(vector)
        return vector


def encoder(profile: str) -> Encoder:
    """The encoder of a profile: `accurate` or `fast`.

    Raises:
        ValueError: there is no such profile.
        EncoderMissing: its files are not there.
    """
    if profile == "accurate":
        return SentenceEncoder()
    if profile == "fast":
        return NoEncoder()
    raise ValueError(f"FIRST1001_NLU_PROFILE is 'accurate' or 'fast', not '{profile}'")


def encode_all(encode: Encoder, texts: Sequence[str]) -> Array:
    """A row per text; no columns where there are no vectors."""
    return np.stack([encode(text) for text in texts])
