"""Writes multilingual-e5-small for bot/nlu/multilingual.py; run once, by bot/encoder_setup.py.

`python multilingual_graph.py WEIGHTS.bin FOLDER`. It reads a file of 4-bit weights (blocks of 32
numbers: a half-precision scale and 16 bytes, low halves first) with the pieces of words and their
scores, and writes the encoder (int8 ONNX), the pieces (tokenizer.json) and the vectors of the
pieces, still in 4 bits, for memory-mapping. It runs no code of the package that brings the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from encoder_graph import WIDTH, Array, build, write  # type: ignore[import-not-found]

HEADER, HALF = 8, 16
BLOCK = HALF + 2  # bytes of 32 numbers
PIECES, ENCODER, WORDS = "tokenizer.json", "encoder.onnx", "words.npy"
# Ours, as BERT names them, and the file's.
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


class WeightFile:
    """Reads the file from its start: sizes, pieces, a table of characters, a table of tensors."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, mode="r")
        self._at = HEADER
        self.width, self.layers, _, self.inner, self.words, _, _ = self._take(np.int32, 7).tolist()
        self._take(np.float32, 1)
        self._take(np.int32, 1)
        self.count, self.begin, self.end, _, self.unknown = self._take(np.int32, 5).tolist()
        length = int(self._take(np.uint64, 1)[0])
        starts = self._take(np.uint32, self.count + 1).tolist()
        self.scores = self._take(np.float32, self.count).tolist()
        letters = self._take(np.uint8, length).tobytes()
        self.pieces = [
            letters[a:b].decode("utf-8", "replace")
            for a, b in zip(starts, starts[1:], strict=False)
        ]
        self._take(np.int32, 1)
        self._take(np.uint8, int(self._take(np.uint32, 1)[0]))  # characters: NFKC does as well
        self._tensors = dict(self._tensor() for _ in range(int(self._take(np.int32, 1)[0])))

    def _take(self, kind: Any, many: int) -> Array:
        size = np.dtype(kind).itemsize * many
        self._at += size
        return np.frombuffer(self._bytes[self._at - size : self._at].tobytes(), kind)

    def _tensor(self) -> tuple[str, tuple[int, int]]:
        name = self._take(np.uint8, int(self._take(np.uint16, 1)[0])).tobytes().decode()
        self._take(np.uint8, 1)
        self._take(np.int32, 1)
        start, length = self._take(np.uint64, 2).tolist()
        return name, (start, length)

    def _raw(self, name: str) -> Array:
        start, length = self._tensors[name]
        return self._bytes[start : start + length]

    def floats(self, name: str) -> Array:
        """A tensor that is kept in full."""
        return np.frombuffer(self._raw(name).tobytes(), np.float32)

    def blocks(self, name: str, rows: int) -> Array:
        """A tensor in 4 bits: a row of blocks a row."""
        raw = self._raw(name)
        return np.asarray(raw[: rows * (len(raw) // rows)]).reshape(rows, -1)

    def matrix(self, name: str, rows: int) -> Array:
        """A tensor in 4 bits, unpacked."""
        return unpacked(self.blocks(name, rows))


def unpacked(blocks: Array) -> Array:
    """Numbers of rows of 4-bit blocks."""
    parts = np.ascontiguousarray(blocks).reshape(len(blocks), -1, BLOCK)
    scale = parts[:, :, :2].copy().view(np.float16).astype(np.float32)
    low, high = parts[:, :, 2:] & 15, parts[:, :, 2:] >> 4
    numbers = np.concatenate([low, high], axis=2).astype(np.float32) - 8
    made: Array = (numbers * scale).reshape(len(blocks), -1)
    return made


def weights_of(file: WeightFile) -> dict[str, Array]:
    """The weights under the names that BERT's have."""
    made = {
        "embeddings.position_embeddings.weight": file.floats("emb.pos").reshape(-1, WIDTH),
        "embeddings.token_type_embeddings.weight": file.floats("emb.type").reshape(-1, WIDTH),
        "embeddings.LayerNorm.weight": file.floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.floats("emb.ln.b"),
    }
    for layer in range(file.layers):
        for ours, theirs in _LAYER.items():
            name = f"encoder.layer.{layer}.{ours}"
            made[f"{name}.bias"] = file.floats(f"l{layer}.{theirs}.b")
            made[f"{name}.weight"] = (
                file.floats(f"l{layer}.{theirs}.w")
                if ours.endswith("LayerNorm")
                else file.matrix(f"l{layer}.{theirs}.w", len(made[f"{name}.bias"]))
            )
    return made


def tokenizer(file: WeightFile) -> dict[str, Any]:
    """The pieces as the `tokenizers` library reads them."""
    return {
        "version": "1.0",
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {
            "type": "Metaspace",
            "replacement": "\u2581",
            "prepend_scheme": "always",
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [],
            "special_tokens": {
                "<s>": {"id": "<s>", "ids": [file.begin], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [file.end], "tokens": ["</s>"]},
            },
        },
        "model": {
            "type": "Unigram",
            "unk_id": file.unknown,
            "vocab": list(map(list, zip(file.pieces, file.scores, strict=True))),
        },
    }


def main(weights: Path, folder: Path) -> None:
    """Writes the three files."""
    file = WeightFile(weights)
    (folder / PIECES).write_text(json.dumps(tokenizer(file), ensure_ascii=False))
    np.save(folder / WORDS, file.blocks("emb.word", file.words))
    write(build(weights_of(file), layers=file.layers, words_inside=False), folder / ENCODER)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
