"""Starts, watches and ends the processes beside ours: workers, assistant, simulators."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from common.errors import SettingsError
from common.log import logger
from common.settings import PREFIX, Settings

log = logger()

_LONGEST_WAIT_S = 30.0
# Source: Linux prctl(2).
_PR_SET_PDEATHSIG = 1


@dataclass
class Kept:
    """A child process that is started again when it dies, later each time, until it is ended.

    Attributes:
        log_file: where it writes; None lets it write where we do.
        files: descriptors of ours that it keeps.
        patience_s: how long it may take to end in order.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log_file: Path | None
    files: Sequence[int] = ()
    patience_s: float = 8
    _process: subprocess.Popen[bytes] | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start it, and a thread that keeps it running."""
        self._spawn()
        threading.Thread(target=self._keep, name=f"keep-{self.name}", daemon=True).start()

    def end(self) -> None:
        """Ask it to end, and kill it where it does not."""
        self._ended.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(self.patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def _spawn(self) -> None:
        with self._output() as output:
            self._process = subprocess.Popen(
                list(self.command),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=tuple(self.files),
                # Ctrl+C at the terminal is for us, who then end the child in order.
                process_group=0,
                preexec_fn=_end_with_parent,
            )

    def _output(self) -> AbstractContextManager[IO[bytes] | None]:
        if self.log_file is None:
            return nullcontext()
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        return self.log_file.open("ab")

    def _keep(self) -> None:
        wait = 0.5
        while not self._ended.is_set():
            started = time.monotonic()
            process = self._process
            if process is not None:
                process.wait()
            if self._ended.is_set():
                return
            wait = 0.5 if time.monotonic() - started > 60 else min(wait * 2, _LONGEST_WAIT_S)
            code = process.returncode if process is not None else None
            log.error("process.died", process=self.name, code=code, again_in_s=wait)
            if self._ended.wait(wait):
                return
            self._spawn()


def _end_with_parent() -> None:
    """On Linux, have the child killed when we die, so that nothing keeps its port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def assistant(settings: Settings, *, port: int, model: Path | None = None) -> Kept:
    """The assistant on a loopback port.

    Raises:
        SettingsError: its environment or its model is missing; says how to make it.
    """
    python = settings.root / "bot" / ".venv" / "bin" / "python"
    model = model or settings.model
    if not python.exists():
        raise SettingsError("the assistant's environment is missing: run 'make bot-env'")
    if not model.is_file():
        raise SettingsError(f"{model} is missing: run 'first1001 train' to train a model")
    environment = _plain_environment() | {
        PREFIX + "INTERNAL_SECRET": settings.internal_secret,
        PREFIX + "ACTIONS_URL": f"http://127.0.0.1:{settings.action_port}/webhook",
        PREFIX + "ACTION_TIMEOUT_S": f"{settings.action_timeout_s:g}",
        PREFIX + "NLU_PROFILE": settings.nlu_profile,
        PREFIX + "MODEL": str(model),
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [str(python), "-m", "bot.launch", "run", "--port", str(port)]
    return Kept(
        "assistant", command, environment, settings.root, settings.var / "log" / "assistant.log"
    )


def worker(settings: Settings, *, number: int, action_socket: int) -> Kept:
    """A worker of `serve`: turns, deliveries, and the assistant's actions.

    Args:
        settings: of the house; it reads the same from its environment.
        number: tells it from its siblings.
        action_socket: the descriptor at which all of them take the assistant's calls. It stays
            open while one of them is started again, so that a call waits instead of failing.
    """
    own = _settings_given() | {PREFIX + "MODE": "live" if settings.live else "demo"}
    command = [sys.executable, "-m", "app", "worker", "--action-socket", str(action_socket)]
    return Kept(
        f"worker-{number}",
        command,
        _plain_environment() | own,
        settings.root,
        log_file=None,
        files=[action_socket],
        patience_s=20,
    )


def simulators(settings: Settings, python: str) -> Kept:
    """The doubles of Twilio and Telegram, each with its phone to type on."""
    command = [
        python,
        "-m",
        "channels.doubles",
        "--sms-port",
        str(settings.sms_double_port),
        "--telegram-port",
        str(settings.telegram_double_port),
        "--house",
        settings.public_base_url,
    ]
    if settings.twilio is not None:
        command += ["--sid", settings.twilio.account_sid, "--number", settings.twilio.from_number]
        command += ["--auth-token", settings.twilio.auth_token]
    if settings.telegram is not None:
        command += ["--bot-token", settings.telegram.token]
    environment = _plain_environment() | _settings_given()
    return Kept(
        "simulators", command, environment, settings.root, settings.var / "log" / "simulators.log"
    )


def _settings_given() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k.startswith(PREFIX)}


def _plain_environment() -> dict[str, str]:
    # A child gets what it needs to run, none of our secrets by accident.
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE")
    return {k: os.environ[k] for k in keep if k in os.environ}
