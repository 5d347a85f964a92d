"""The plain Rasa peer's environment, project and model, made once and kept under var/bench."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "bench"
LOCK = ROOT / "benchmarks" / "rasa_default.lock"
TRAIN_S = 3 * 3600
# Quiet where it only says that it found no graphics card; nothing else of Rasa is changed.
ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2"}


@dataclass(frozen=True)
class Rasa:
    """A trained plain Rasa.

    Attributes:
        facts: `trained_s`, `intents`, `examples`, `pipeline`, `policies`, `rasa`, `tensorflow`.
    """

    python: Path
    project: Path
    facts: dict[str, Any]

    @property
    def model(self) -> Path:
        """The model file."""
        return self.project / "models" / "peer.tar.gz"

    @property
    def command(self) -> list[str]:
        """How Rasa's command line is called."""
        return [str(self.python), "-W", "ignore", "-m", "rasa"]

    @property
    def environment(self) -> dict[str, str]:
        """What is added to the plain environment."""
        return ENVIRONMENT


def ready(*, any_model: bool = False) -> Rasa:
    """The peer, after making what is missing: about a minute and a training the first time.

    Args:
        any_model: take the newest model there is, even if words or examples have changed since.

    Raises:
        subprocess.CalledProcessError: a step failed; its output says why.
    """
    python = _environment()
    trained = sorted(KEPT.glob("peer-*/facts.json"), key=lambda path: path.stat().st_mtime)
    if any_model and trained:
        return _read(python, trained[-1].parent)
    fresh = KEPT / "export"
    shutil.rmtree(fresh, ignore_errors=True)
    counts = json.loads(_export(fresh))
    project = KEPT / f"peer-{_hash_of(fresh)}"
    if not (project / "facts.json").is_file():
        shutil.rmtree(project, ignore_errors=True)
        fresh.rename(project)
        took = _train(python, project)
        facts = _facts(python) | counts | {"trained_s": took}
        (project / "facts.json").write_text(json.dumps(facts))
        for old in trained:
            shutil.rmtree(old.parent)
    return _read(python, project)


def exported() -> tuple[Path, Path]:
    """The peer's Python, and a folder with our examples of today as Rasa takes them."""
    python = _environment()
    fresh = KEPT / "export"
    shutil.rmtree(fresh, ignore_errors=True)
    _export(fresh)
    project = KEPT / f"examples-{_hash_of(fresh)}"
    if project.is_dir():
        shutil.rmtree(fresh)
    else:
        fresh.rename(project)
    return python, project


def _read(python: Path, project: Path) -> Rasa:
    return Rasa(python, project, json.loads((project / "facts.json").read_text()))


def _environment() -> Path:
    """The environment with TensorFlow, of the very versions in the lock."""
    folder = KEPT / "env"
    stamp = folder / ".synced"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        print("Making the peer's environment (Rasa with TensorFlow, 2.4 GB)", flush=True)
        uv = str(ROOT / ".tools" / "bin" / "uv")
        python = str((ROOT / ".venv" / "bin" / "python").resolve())
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([uv, "venv", "--quiet", "--python", python, str(folder)], check=True)
        subprocess.run(
            [uv, "pip", "sync", "--quiet", "--require-hashes", str(LOCK)],
            check=True,
            env=os.environ | {"VIRTUAL_ENV": str(folder)},
        )
        stamp.write_text(wanted)
    return folder / "bin" / "python"


def _export(folder: Path) -> str:
    bot = ROOT / "bot" / ".venv" / "bin" / "python"
    command = [str(bot), "-m", "benchmarks.export", str(folder)]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().splitlines()[-1]


def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256(LOCK.read_bytes())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _train(python: Path, project: Path) -> float:
    print("Training the peer (DIET, TED, UnexpecTED: some minutes)", flush=True)
    started = time.monotonic()
    with (project / "train.log").open("wb") as output:
        subprocess.run(
            [str(python), "-W", "ignore", "-m", "rasa", "train", "--quiet"]
            + ["--fixed-model-name", "peer", "--out", "models"],
            check=True,
            cwd=project,
            env=os.environ | ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=TRAIN_S,
        )
    return round(time.monotonic() - started, 1)


_ASK = """
import json, pathlib, importlib.metadata as m, rasa, yaml
d = yaml.safe_load((pathlib.Path(rasa.__file__).parent
    / "engine/recipes/config_files/default_config.yml").read_text())
print(json.dumps({"pipeline": [c["name"] for c in d["pipeline"]],
    "policies": [c["name"] for c in d["policies"]],
    "rasa": m.version("rasa"), "tensorflow": m.version("tensorflow")}))
"""


def _facts(python: Path) -> dict[str, Any]:
    command = [str(python), "-W", "ignore", "-c", _ASK]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
