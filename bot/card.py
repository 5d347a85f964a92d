"""The card beside a model: what it is, what made it, how well it did; it loads no model."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

MODELS = Path("var/models")


class BadModel(RuntimeError):
    """A model file that must not be loaded; the message says what to do."""


def sha256(path: Path) -> str:
    """The hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def card_path(model: Path) -> Path:
    """`assistant.tar.gz` has its card in `assistant.json`."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def write(model: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Writes the card of `model`: its name and hash, then `facts`."""
    card = {"model": model.name, "sha256": sha256(model), **facts}
    card_path(model).write_text(json.dumps(card, indent=2, sort_keys=False) + "\n")
    return card


def checked(model: Path) -> Path:
    """`model`, when it is the file that its card (or FIRST1001_MODEL_SHA256) describes.

    A Rasa model runs code when it is loaded, so only files that training here has made are taken.

    Raises:
        BadModel: there is none, it lies elsewhere, or its hash is another.
    """
    if not model.exists():
        raise BadModel(f"There is no model at {model}: run 'make model'.")
    if model.resolve().parent != MODELS.resolve():
        raise BadModel(f"{model} is not in {MODELS}: only models trained here are loaded.")
    expected = os.environ.get("FIRST1001_MODEL_SHA256") or _card_hash(model)
    if sha256(model) != expected:
        raise BadModel(f"{model} is not the file that was trained: run 'make model' again.")
    return model


def _card_hash(model: Path) -> str:
    try:
        return str(json.loads(card_path(model).read_text())["sha256"])
    except (OSError, ValueError, KeyError):
        raise BadModel(f"{card_path(model)} is missing or broken: run 'make model'.") from None
