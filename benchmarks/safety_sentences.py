"""Fine-tunes three layers of MiniLM to tell cries from ordinary talk; run by safety_train.

`python -m benchmarks.safety_sentences FOLDER MODEL`, in a throw-away environment of its own
(safety_sentences.lock): FOLDER holds `examples.jsonl` ({"words", "label", "fold"}), MODEL the
frozen weights and their pieces. Left in FOLDER: `held_out.npy` (a row of shares for each example,
by weights that have not seen its fold), and the graph and pieces that safety/sentences.py reads.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from tokenizers import Tokenizer

from bot.encoder_graph import HEAD_SIZE, HEADS, WIDTH, build, read_safetensors, write
from safety.sentences import GRAPH, LONGEST, PIECES

NONE = "none"
#: Every second layer; on a hand held out, six found 1.5 % more cries and took twice the time.
LAYERS = (0, 2, 4)
EPOCHS, BATCH, RATE, DROPPED, SMOOTHED = 3, 32, 1.5e-4, 0.1, 0.05
#: The commonest pieces are kept with those of the examples: rarer words are spelt in pieces.
COMMONEST = 14_000
LENGTHS = (12, 16, 24, 32, 48, 64, LONGEST)
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "o": "attention.output.dense",
    "n1": "attention.output.LayerNorm",
    "i": "intermediate.dense",
    "d": "output.dense",
    "n2": "output.LayerNorm",
}

Tree = dict[str, Any]
Array = Any


def weights_of(path: Path, pieces: list[int], classes: int) -> Tree:
    """The frozen weights as a tree, with only some pieces and layers, and a new head."""
    raw = read_safetensors(path)
    layers = [
        {
            name + end: raw[f"encoder.layer.{number}.{key}.{kind}"]
            for name, key in _PARTS.items()
            for end, kind in (("", "weight"), ("_", "bias"))
        }
        for number in LAYERS
    ]
    head = np.random.default_rng(1).normal(size=(WIDTH, classes)) * 0.02
    return {
        "words": raw["embeddings.word_embeddings.weight"][pieces],
        "places": raw["embeddings.position_embeddings.weight"][:LONGEST]
        + raw["embeddings.token_type_embeddings.weight"][0],
        "n": raw["embeddings.LayerNorm.weight"],
        "n_": raw["embeddings.LayerNorm.bias"],
        "layers": layers,
        "head": head.astype(np.float32),
        "head_": np.zeros(classes, np.float32),
    }


def _norm(x: Array, scale: Array, bias: Array) -> Array:
    away = x - x.mean(-1, keepdims=True)
    return away / jnp.sqrt((away**2).mean(-1, keepdims=True) + 1e-12) * scale + bias


def _drop(x: Array, key: Array) -> Array:
    if key is None:
        return x
    return x * jax.random.bernoulli(key, 1 - DROPPED, x.shape) / (1 - DROPPED)


def _layer(x: Array, w: Tree, mask: Array, keys: tuple[Array, Array]) -> Array:
    def split(name: str) -> Array:
        return (x @ w[name].T + w[name + "_"]).reshape(*x.shape[:2], HEADS, HEAD_SIZE)

    near = jnp.einsum("bihd,bjhd->bhij", split("q"), split("k")) * HEAD_SIZE**-0.5
    near = near + jnp.where(mask, 0, -1e9)[:, None, None, :]
    mixed = jnp.einsum("bhij,bjhd->bihd", jax.nn.softmax(near), split("v")).reshape(x.shape)
    x = _norm(x + _drop(mixed @ w["o"].T + w["o_"], keys[0]), w["n1"], w["n1_"])
    wide = jax.nn.gelu(x @ w["i"].T + w["i_"], approximate=False)
    return _norm(x + _drop(wide @ w["d"].T + w["d_"], keys[1]), w["n2"], w["n2_"])


def scores(w: Tree, ids: Array, mask: Array, key: Array = None) -> Array:
    """Scores of the classes for a batch of texts."""
    count = 2 * len(w["layers"]) + 1
    keys = [None] * count if key is None else list(jax.random.split(key, count))
    x = _norm(w["words"][ids] + w["places"][: ids.shape[1]], w["n"], w["n_"])
    for at, layer in enumerate(w["layers"]):
        x = _layer(x, layer, mask, (keys[2 * at], keys[2 * at + 1]))
    mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    # Times four: the head learns as fast as the rest.
    return _drop(mean, keys[-1]) @ w["head"] * 4 + w["head_"]


def batch(texts: list[list[int]]) -> tuple[Array, Array]:
    """Ids and a mask, padded to one of a few lengths, since each is compiled once."""
    longest = max(map(len, texts))
    length = next(one for one in LENGTHS if one >= longest)
    ids = np.zeros((BATCH, length), np.int32)
    mask = np.zeros((BATCH, length), np.float32)
    mask[len(texts) :, 0] = 1
    for at, text in enumerate(texts):
        ids[at, : len(text)], mask[at, : len(text)] = text, 1
    return ids, mask


def batches(rows: Array, texts: list[list[int]], luck: np.random.Generator) -> Iterator[Array]:
    """Rows in batches of like length, in a random order."""
    near = sorted(luck.permutation(rows), key=lambda row: len(texts[row]) + luck.normal() * 4)
    cut = [np.array(near[at : at + BATCH]) for at in range(0, len(near) - BATCH + 1, BATCH)]
    yield from (cut[at] for at in luck.permutation(len(cut)))


def fit(start: Tree, texts: list[list[int]], labels: Array, rows: Array, name: str) -> Tree:
    """Weights fitted to some rows."""
    steps = EPOCHS * (len(rows) // BATCH)
    pace = optax.warmup_cosine_decay_schedule(0.0, RATE, steps // 10, steps)
    rule = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(pace, weight_decay=0.01))
    w: Tree = jax.tree.map(jnp.asarray, start)
    state = rule.init(w)
    classes = start["head"].shape[1]

    def loss(w: Tree, ids: Array, mask: Array, right: Array, key: Array) -> Array:
        wanted = jax.nn.one_hot(right, classes) * (1 - SMOOTHED) + SMOOTHED / classes
        return optax.softmax_cross_entropy(scores(w, ids, mask, key), wanted).mean()

    def step(w: Tree, state: Any, *given: Array) -> tuple[Tree, Any]:
        change, state = rule.update(jax.grad(loss)(w, *given), state, w)
        return optax.apply_updates(w, change), state

    quick = jax.jit(step)
    luck, key, done = np.random.default_rng(1), jax.random.PRNGKey(1), 0
    for _ in range(EPOCHS):
        for own in batches(rows, texts, luck):
            key, now = jax.random.split(key)
            w, state = quick(w, state, *batch([texts[row] for row in own]), labels[own], now)
            done += 1
            if done % 100 == 0:
                print(f"{name}: {done} of {steps}", file=sys.stderr, flush=True)
    return w


def shares(w: Tree, texts: list[list[int]]) -> Array:
    """A row of shares for each text."""
    ask: Callable[..., Array] = jax.jit(lambda *x: jax.nn.softmax(scores(w, *x)))
    found = np.zeros((len(texts), w["head"].shape[1]))
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for at in range(0, len(order), BATCH):
        rows = order[at : at + BATCH]
        found[rows] = np.asarray(ask(*batch([texts[row] for row in rows])))[: len(rows)]
    return found


def pieces_kept(tokenizer: Tokenizer, texts: list[str]) -> list[int]:
    """The ids that are kept, in order: marks, what the texts have, and the commonest."""
    seen = {number for one in tokenizer.encode_batch(texts) for number in one.ids}
    names = sorted((number, piece) for piece, number in tokenizer.get_vocab().items())
    return [
        number
        for number, piece in names
        if number in seen
        or piece in {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
        or (number < COMMONEST and piece.removeprefix("##").isascii() and piece[0] != "[")
        or (len(piece.removeprefix("##")) == 1 and piece.isascii())
    ]


def narrowed(path: Path, kept: list[int]) -> Tokenizer:
    """The tokenizer with only those pieces, counted anew."""
    data = json.loads(path.read_text("utf-8"))
    names = {number: piece for piece, number in data["model"]["vocab"].items()}
    new = {names[old]: at for at, old in enumerate(kept)}
    data["model"]["vocab"] = new
    for mark in data["added_tokens"]:
        mark["id"] = new[mark["content"]]
    for mark in data["post_processor"].get("special_tokens", {}).values():
        mark["ids"] = [new[token] for token in mark["tokens"]]
    data["padding"] = None
    data["truncation"] = None
    made = Tokenizer.from_str(json.dumps(data))
    made.enable_truncation(LONGEST)
    return made


def graph(w: Tree) -> Any:
    """The weights as an ONNX graph of `ids` that gives `scores`."""
    named = {
        "embeddings.word_embeddings.weight": w["words"],
        "embeddings.position_embeddings.weight": w["places"],
        "embeddings.token_type_embeddings.weight": np.zeros((2, WIDTH), np.float32),
        "embeddings.LayerNorm.weight": w["n"],
        "embeddings.LayerNorm.bias": w["n_"],
        "head.weight": (w["head"] * 4).T,
        "head.bias": w["head_"],
    }
    for number, layer in enumerate(w["layers"]):
        for name, key in _PARTS.items():
            named[f"encoder.layer.{number}.{key}.weight"] = layer[name]
            named[f"encoder.layer.{number}.{key}.bias"] = layer[name + "_"]
    arrays = {key: np.asarray(value, np.float32) for key, value in named.items()}
    return build(arrays, layers=len(w["layers"]), head="head")


def main(folder: Path, model: Path) -> None:
    """Fit without each fold, then with everything."""
    rows = [
        json.loads(line) for line in (folder / "examples.jsonl").read_text("utf-8").splitlines()
    ]
    words = [row["words"] for row in rows]
    classes = [*sorted({row["label"] for row in rows} - {NONE}), NONE]
    labels = np.array([classes.index(row["label"]) for row in rows])
    folds = np.array([row["fold"] for row in rows])
    whole = Tokenizer.from_file(str(model / PIECES))
    whole.no_padding()
    kept = pieces_kept(whole, words)
    tokenizer = narrowed(model / PIECES, kept)
    texts = [one.ids for one in tokenizer.encode_batch(words)]
    start = weights_of(model / "model.safetensors", kept, len(classes))
    found = np.zeros((len(rows), len(classes)))
    for fold in sorted(set(folds)):
        own = np.flatnonzero(folds == fold)
        w = fit(start, texts, labels, np.flatnonzero(folds != fold), f"without fold {fold + 1}")
        found[own] = shares(w, [texts[row] for row in own])
        np.save(folder / "held_out.npy", found)
    w = fit(start, texts, labels, np.arange(len(rows)), "with all")
    write(graph(w), folder / GRAPH)
    tokenizer.save(str(folder / PIECES))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
