"""Writes a sentence encoder as an int8 ONNX file; run once, by bot/encoder_setup.py.

`python encoder_graph.py WEIGHTS.safetensors OUT.onnx` does it for all-MiniLM-L6-v2. The graph
takes the word-piece ids of one text, or their vectors where the table of words stays outside, and
gives one vector of 384 numbers, the mean over the pieces. It reads weights, never code.
Source of the arithmetic: the models' config.json: BERT, 12 heads of 32, GELU, norm 1e-12; MiniLM
has 6 layers, multilingual-e5-small 12.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

Array = np.ndarray[Any, Any]
HEADS, HEAD_SIZE, WIDTH = 12, 32, 384
MINILM_LAYERS = 6


def read_safetensors(path: Path) -> dict[str, Array]:
    """Tensor name -> array. Source: the safetensors format (8 bytes of length, JSON, raw data)."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    start = 8 + length
    kinds = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    tensors = {}
    for name, entry in json.loads(raw[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            data = np.frombuffer(raw[start + begin : start + end], kinds[entry["dtype"]])
            tensors[name] = data.reshape(entry["shape"])
    return tensors


class Graph:
    """Collects nodes and constants; each method returns the name of its result."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, array: Array) -> str:
        """A constant of the graph."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def number(self, value: float) -> str:
        """A constant of one number."""
        return self.constant(np.array(value, np.float32))

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """One operator of opset 17."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, key: str) -> str:
        """A dense layer."""
        product = self.op("MatMul", x, self.constant(self.weights[f"{key}.weight"].T))
        return self.op("Add", product, self.constant(self.weights[f"{key}.bias"]))

    def layer_norm(self, x: str, key: str) -> str:
        """A layer norm."""
        scale = self.constant(self.weights[f"{key}.weight"])
        bias = self.constant(self.weights[f"{key}.bias"])
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)

    def heads(self, x: str, key: str, order: list[int]) -> str:
        """A dense layer cut into heads, its axes in `order`."""
        shape = self.constant(np.array([-1, HEADS, HEAD_SIZE], np.int64))
        return self.op("Transpose", self.op("Reshape", self.linear(x, key), shape), perm=order)

    def gelu(self, x: str) -> str:
        """The exact GELU."""
        erf = self.op("Erf", self.op("Mul", x, self.number(2**-0.5)))
        return self.op(
            "Mul", self.op("Mul", x, self.op("Add", erf, self.number(1))), self.number(0.5)
        )


def _embeddings(g: Graph, *, words_inside: bool) -> str:
    w = g.weights
    positions = (
        w["embeddings.position_embeddings.weight"]
        + w["embeddings.token_type_embeddings.weight"][0]
    )
    zero, one = (g.constant(np.array([n], np.int64)) for n in (0, 1))
    if words_inside:
        words = g.op("Gather", g.constant(w["embeddings.word_embeddings.weight"]), "ids")
        length = g.op("Shape", "ids")
    else:
        words, length = "words", g.op("Slice", g.op("Shape", "words"), zero, one)
    places = g.op("Slice", g.constant(positions), zero, length, zero)
    return g.layer_norm(g.op("Add", words, places), "embeddings.LayerNorm")


def _layer(g: Graph, x: str, key: str) -> str:
    attention = f"{key}.attention.self"
    query = g.heads(x, f"{attention}.query", [1, 0, 2])
    keys = g.heads(x, f"{attention}.key", [1, 2, 0])
    values = g.heads(x, f"{attention}.value", [1, 0, 2])
    scores = g.op("Mul", g.op("MatMul", query, keys), g.number(HEAD_SIZE**-0.5))
    mixed = g.op("MatMul", g.op("Softmax", scores, axis=-1), values)
    flat = g.constant(np.array([-1, WIDTH], np.int64))
    joined = g.op("Reshape", g.op("Transpose", mixed, perm=[1, 0, 2]), flat)
    seen = g.op("Add", x, g.linear(joined, f"{key}.attention.output.dense"))
    seen = g.layer_norm(seen, f"{key}.attention.output.LayerNorm")
    wide = g.gelu(g.linear(seen, f"{key}.intermediate.dense"))
    thought = g.op("Add", seen, g.linear(wide, f"{key}.output.dense"))
    return g.layer_norm(thought, f"{key}.output.LayerNorm")


def build(
    weights: dict[str, Array], *, layers: int, words_inside: bool = True, head: str | None = None
) -> onnx.ModelProto:
    """The whole encoder, in the weights' own precision.

    Args:
        weights: by the names that BERT's weights have.
        layers: how many there are.
        words_inside: whether the graph takes `ids`, or else `words`, a vector a piece.
        head: the key of a dense layer; the graph then gives its `scores` instead of the `vector`.
    """
    g = Graph(weights)
    x = _embeddings(g, words_inside=words_inside)
    for i in range(layers):
        x = _layer(g, x, f"encoder.layer.{i}")
    given, width = g.op("ReduceMean", x, axes=[0], keepdims=0), WIDTH
    if head is not None:
        given, width = g.linear(given, head), weights[f"{head}.bias"].size
    name = "vector" if head is None else "scores"
    g.nodes.append(helper.make_node("Identity", [given], [name]))
    graph = helper.make_graph(
        g.nodes,
        "sentence-encoder",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])
            if words_inside
            else helper.make_tensor_value_info("words", TensorProto.FLOAT, ["n", WIDTH])
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [width])],
        g.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def write(model: onnx.ModelProto, out: Path) -> None:
    """Writes a graph with int8 weights."""
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        onnx.save(model, full)
        quantize_dynamic(full, out, weight_type=QuantType.QInt8, per_channel=True)


def main(weights: Path, out: Path) -> None:
    """Builds MiniLM and writes it."""
    write(build(read_safetensors(weights), layers=MINILM_LAYERS), out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
