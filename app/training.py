"""Runs the assistant's own trainer and evaluator as processes in its own environment."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from common.errors import SettingsError
from common.settings import PREFIX, Settings

LOG = Path("var/log/train.log")
#: What a training takes on two cores, to draw a bar by; a machine may be slower or faster.
_USUAL_S = 60.0
_LOOK_S = 0.2
_TOLD_ON_FAILURE = 30


def train(settings: Settings) -> int:
    """Train a model into var/models; returns the exit code.

    Rasa says hundreds of lines on the way: they go to var/log/train.log, and here only what came
    out, or the last lines where it failed.
    """
    log = settings.root / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        training = _start(settings, "bot.train", output=output)
        _wait(training)
    lines = log.read_text("utf-8", "replace").rstrip().splitlines()
    if training.returncode:
        told = [*lines[-_TOLD_ON_FAILURE:], f"first1001: training failed; its log is {LOG}"]
        sys.stderr.write("\n".join(told) + "\n")
    elif lines:
        sys.stdout.write(lines[-1] + "\n")
    return training.returncode


def evaluate(settings: Settings, test: Path) -> int:
    """Print how the trained model does on a labelled set; returns the exit code."""
    if not test.is_file():
        raise SettingsError(f"{test} is not there")
    return _start(settings, "bot.evaluate", str(test.resolve())).wait()


def _start(
    settings: Settings, module: str, *arguments: str, output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    python = settings.root / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise SettingsError("the assistant's environment is missing: run 'make bot-env'")
    environment = dict(os.environ) | {PREFIX + "NLU_PROFILE": settings.nlu_profile}
    command = [str(python), "-m", module, *arguments]
    return subprocess.Popen(
        command,
        cwd=settings.root,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        preexec_fn=_yield_to_others,
    )


def _wait(training: subprocess.Popen[bytes]) -> None:
    """A bar that fills as usual and waits at its end; a plain line where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        sys.stderr.write("Training the assistant (about a minute)\n")
        training.wait()
        return
    columns = (TextColumn("Training the assistant"), BarColumn(), TimeElapsedColumn())
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("", total=_USUAL_S)
        while training.poll() is None:
            bars.update(bar, completed=min(time.monotonic() - started, _USUAL_S * 0.98))
            time.sleep(_LOOK_S)


def _yield_to_others() -> None:
    os.nice(10)
