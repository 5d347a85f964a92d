"""Trains a model and writes its card: `python -m bot.train [name]`; nothing goes into service."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import card, launch

DATA = ("config.yml", "domain.yml", "bot/data", "bot/domain", "bot/nlu", "content/topics")
MESSAGES = "content/messages/en.yml"


def data_hash() -> str:
    """SHA-256 over the names and contents of everything that training reads."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> list[Path]:
    roots = [Path(name) for name in (*DATA, MESSAGES)]
    found = [p for root in roots for p in ([root] if root.is_file() else root.rglob("*"))]
    return sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts)


def train(name: str) -> dict[str, Any]:
    """Trains `var/models/<name>.tar.gz` and returns its card.

    Raises:
        SystemExit: Rasa made no model; it has said why.
    """
    os.environ["TQDM_DISABLE"] = "1"  # Rasa's bars take a millisecond each and fill the screen
    launch.prepare()
    from rasa.model_training import train as rasa_train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)

    started = time.monotonic()
    card.MODELS.mkdir(parents=True, exist_ok=True)
    figures = tempfile.NamedTemporaryFile(suffix=".json")  # noqa: SIM115 (lives as long as training)
    os.environ["FIRST1001_TRAINING_FIGURES"] = figures.name
    result = rasa_train(
        "domain.yml",
        "config.yml",
        ["bot/data"],
        output=str(card.MODELS),
        fixed_model_name=name,
        force_training=True,
    )
    if result.code or not result.model:
        raise SystemExit("Training made no model; what is wrong stands above.")
    written = Path(figures.name).read_text()
    return card.write(
        Path(result.model),
        {
            "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "training_data_sha256": data_hash(),
            "seconds": round(time.monotonic() - started, 1),
            "figures": json.loads(written) if written else {},
        },
    )


def main() -> int:
    """Trains at low priority and says what came out."""
    parser = argparse.ArgumentParser(prog="python -m bot.train", description=__doc__)
    parser.add_argument("name", nargs="?", default="assistant", help="the model file's name")
    name = parser.parse_args().name
    os.nice(10)  # a server beside it goes first
    made = train(name)
    sys.stdout.write(
        f"{card.MODELS / made['model']} in {made['seconds']} s, sha256 {made['sha256']}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
