"""The three who read the same texts: ours, Rasa's default pipeline, Rasa's logistic regression.

The two peers are trained on the very examples of ours, in a throw-away environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import rasa_default

ROOT = Path(__file__).resolve().parents[2]
PARSE = Path(__file__).with_name("parse.py")
OURS = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "var" / "models" / "assistant.tar.gz"
# Source: https://rasa.com/docs/rasa/components/#logisticregressionclassifier, with the features of
# Rasa's default pipeline.
LOGISTIC = """\
recipe: default.v1
assistant_id: logistic
language: en
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
- name: LogisticRegressionClassifier
- {name: FallbackClassifier, threshold: 0.3, ambiguity_threshold: 0.1}
"""


@dataclass(frozen=True)
class Reader:
    """Somebody who reads texts: a trained model and the Python that can load it."""

    name: str
    python: Path
    model: Path
    folder: Path
    options: Sequence[str] = ()
    trained_s: float | None = None

    def read(self, texts: Sequence[str]) -> Mapping[str, Any]:
        """What `parse.py` says of the texts: `load_s` and `parses`, in their order."""
        with tempfile.TemporaryDirectory(prefix="nlu-") as made:
            asked, told = Path(made) / "texts.json", Path(made) / "out.json"
            asked.write_text(json.dumps(list(texts)))
            subprocess.run(
                [str(self.python), "-W", "ignore", str(PARSE), *self.options]
                + [str(self.model), str(asked), str(told)],
                check=True,
                cwd=self.folder,
                env=os.environ | rasa_default.ENVIRONMENT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            found: Mapping[str, Any] = json.loads(told.read_text())
            return found


def ours() -> Reader:
    """Our assistant as `make model` trained it."""
    card = json.loads(MODEL.with_name("assistant.json").read_text())
    return Reader("First1001", OURS, MODEL, ROOT, ["--ours"], card.get("seconds"))


def default(*, any_model: bool) -> Reader:
    """Rasa's default pipeline (DIET), trained where it is not there yet: half an hour."""
    peer = rasa_default.ready(any_model=any_model)
    trained = peer.facts["trained_s"]
    return Reader("Rasa default", peer.python, peer.model, peer.project, (), trained)


def untrained() -> Reader:
    """The peers' environment and our examples as Rasa takes them, with no default model."""
    python, project = rasa_default.exported()
    return Reader("Rasa", python, project / "models" / "peer.tar.gz", project)


def logistic(peer: Reader) -> Reader:
    """Rasa's built-in logistic regression, trained beside the default on the same examples."""
    model = peer.folder / "models" / "logistic.tar.gz"
    took = peer.folder / "logistic.json"
    if not model.is_file() or not took.is_file():
        (peer.folder / "logistic.yml").write_text(LOGISTIC)
        started = time.monotonic()
        subprocess.run(
            [str(peer.python), "-W", "ignore", "-m", "rasa", "train", "nlu", "--quiet"]
            + ["--config", "logistic.yml", "--fixed-model-name", "logistic", "--out", "models"],
            check=True,
            cwd=peer.folder,
            env=os.environ | rasa_default.ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        took.write_text(json.dumps(round(time.monotonic() - started, 1)))
    seconds = json.loads(took.read_text())
    return Reader("Rasa logistic", peer.python, model, peer.folder, (), seconds)
