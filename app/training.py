"""Runs the assistant's own trainer and evaluator as processes in its own environment."""

import os
import subprocess
import sys
from pathlib import Path

from common.errors import SettingsError
from common.settings import PREFIX, Settings


def train(settings: Settings) -> int:
    """Train a model into var/models; returns the exit code."""
    return _run(settings, "bot.train")


def evaluate(settings: Settings, test: Path) -> int:
    """Print how the trained model does on a labelled set; returns the exit code."""
    if not test.is_file():
        raise SettingsError(f"{test} is not there")
    return _run(settings, "bot.evaluate", str(test.resolve()))


def _run(settings: Settings, module: str, *arguments: str) -> int:
    python = settings.root / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise SettingsError("the assistant's environment is missing: run 'make bot-env'")
    environment = dict(os.environ) | {PREFIX + "NLU_PROFILE": settings.nlu_profile}
    if not sys.stderr.isatty():
        # In a log a progress bar is a thousand lines.
        environment["TQDM_DISABLE"] = "1"
    command = [str(python), "-m", module, *arguments]
    return subprocess.run(
        command, cwd=settings.root, env=environment, check=False, preexec_fn=_yield_to_others
    ).returncode


def _yield_to_others() -> None:
    os.nice(10)
