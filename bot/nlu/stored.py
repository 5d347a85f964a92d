"""Keeps an intent model in a folder: numbers in one file, names in another; no pickles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.features import TfIdf, letter_grams, word_grams
from bot.nlu.intent import IntentModel, Sureness

_ARRAYS, _NAMES = "arrays.npz", "names.json"


def write(folder: Path, model: IntentModel, **facts: Any) -> None:
    """Writes a model into a new folder, with facts that can be written as JSON."""
    folder.mkdir()
    np.savez(
        folder / _ARRAYS,
        weights=model.weights.astype(np.float16),
        examples=model.examples.astype(np.float16),
        pulls=model.pulls.astype(np.float16),
        mean=model.mean,
        words=model.words.idf,
        letters=model.letters.idf,
        sureness=np.append(model.sureness.weights, model.sureness.offset),
    )
    names = {
        **facts,
        "intents": model.intents,
        "in_scope": model.in_scope,
        "words": list(model.words.columns),
        "letters": list(model.letters.columns),
        "figures": model.figures,
    }
    (folder / _NAMES).write_text(json.dumps(names), encoding="utf-8")


def read(folder: Path) -> tuple[IntentModel, dict[str, Any]]:
    """The model and the facts that were written with it."""
    names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    with np.load(folder / _ARRAYS) as stored:
        arrays = {name: stored[name] for name in stored.files}
    model = IntentModel(
        intents=names.pop("intents"),
        words=_tfidf(word_grams, names.pop("words"), arrays["words"]),
        letters=_tfidf(letter_grams, names.pop("letters"), arrays["letters"]),
        weights=arrays["weights"].astype(np.float32),
        examples=arrays["examples"].astype(np.float32),
        pulls=arrays["pulls"].astype(np.float32),
        in_scope=names.pop("in_scope"),
        mean=arrays["mean"],
        sureness=Sureness(arrays["sureness"][:-1], float(arrays["sureness"][-1])),
        figures=names.pop("figures"),
    )
    return model, names


def _tfidf(grams: Any, columns: list[str], idf: Any) -> TfIdf:
    return TfIdf(grams, {gram: i for i, gram in enumerate(columns)}, idf)
