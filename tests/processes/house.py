"""Starts the real processes of First1001 in a folder of their own, kills them, reads their logs.

The doubles of the providers are processes beside them, so that they outlive a killed house.
"""

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import httpx

from app.set_up import set_up
from common.crypto import Keyring
from common.settings import load

ROOT = Path(__file__).resolve().parents[2]
# Long, since the machine may be busy; nothing waits longer than it must.
PATIENCE_S = 150.0
NUMBER = "+447700900001"
SID, TOKEN = "AC" + "1001" * 8, "a-token-of-the-sms-double"
BOT_TOKEN, BOT_SECRET = "1001:a-token-of-the-telegram-double", "a-secret-of-the-webhook"
CRASHED = 137
PORTS = (
    "PUBLIC",
    "CONSOLE",
    "ACTION",
    "ASSISTANT",
    "SMS_SIMULATOR",
    "TELEGRAM_SIMULATOR",
    "METRICS",
)
# Short, so that what a dead process held is soon taken up by the next.
SHORT = {
    "FIRST1001_ACTION_TIMEOUT_S": "2",
    "FIRST1001_TURN_TIMEOUT_S": "3",
    "FIRST1001_LEASE_S": "3.5",
    "FIRST1001_WORKER_THREADS": "4",
    "FIRST1001_LOG_JSON": "yes",
    "FIRST1001_LOG_LEVEL": "DEBUG",
}

T = TypeVar("T")


def until(condition: Callable[[], T], what: str, *, patience_s: float = PATIENCE_S) -> T:
    """Wait for something to come true, and give it back."""
    ends = time.monotonic() + patience_s
    while not (found := condition()):
        if time.monotonic() > ends:
            raise AssertionError(f"waited {patience_s:g} s in vain: {what}")
        time.sleep(0.03)
    return found


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses, below those that the kernel gives to outgoing connections.

    A port is bound some seconds later, and again after a restart: nothing may take it meanwhile.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return found


class Process:
    """One process with its own log file; ended by its id and nothing else."""

    def __init__(self, name: str, command: list[str], *, log: Path, env: Mapping[str, str]):
        self.name = name
        self.log = log
        self._file: IO[bytes] = log.open("ab")
        self._run = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )

    @property
    def pid(self) -> int:
        return self._run.pid

    @property
    def code(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._run.poll()

    def kill(self) -> None:
        """Kill it as `kill -9` does."""
        self._run.kill()
        self._close()

    def ask_to_end(self) -> None:
        """Have it end in order; does not wait."""
        self._run.terminate()

    def end(self) -> None:
        """Ask it to end, and kill it where it does not."""
        self.ask_to_end()
        try:
            self._run.wait(20)
        except subprocess.TimeoutExpired:
            self._run.kill()
        self._close()

    def died(self, *, patience_s: float = PATIENCE_S) -> int:
        """Wait for it to die by itself; its exit code."""
        code = self._run.wait(patience_s)
        self._close()
        return code

    def _close(self) -> None:
        self._run.wait(30)
        self._file.close()


class House:
    """The processes of one deployment.

    `serve` runs everything; `web`, `worker` and `assistant` run apart. A settings argument wins
    over what stands here.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("places.db", "assets"):
            (folder / name).symlink_to(ROOT / "var" / name)
        self.database_url = database_url or f"sqlite:///{folder / 'first1001.db'}"
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.public = f"http://127.0.0.1:{self.ports['PUBLIC']}"
        self.console = f"http://127.0.0.1:{self.ports['CONSOLE']}"
        self.metrics = f"http://127.0.0.1:{self.ports['METRICS']}/metrics/"
        self.sms_double = f"http://127.0.0.1:{self.ports['SMS_SIMULATOR']}"
        self.telegram_double = f"http://127.0.0.1:{self.ports['TELEGRAM_SIMULATOR']}"
        self._settings = dict(settings or {})
        self._running: dict[str, Process] = {}
        self._doubles: Process | None = None

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process of this house, with nothing of the test's own settings."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("FIRST1001_")}
        return {
            **own,
            "FIRST1001_VAR": str(self.folder),
            "FIRST1001_MODEL": str(ROOT / "var" / "models" / "assistant.tar.gz"),
            "FIRST1001_DATABASE_URL": self.database_url,
            **{f"FIRST1001_{name}_PORT": str(port) for name, port in self.ports.items()},
            "FIRST1001_SIMULATORS": "no",
            "FIRST1001_TWILIO_SID": SID,
            "FIRST1001_TWILIO_TOKEN": TOKEN,
            "FIRST1001_TWILIO_NUMBER": NUMBER,
            "FIRST1001_TWILIO_API_BASE": self.sms_double,
            "FIRST1001_TELEGRAM_TOKEN": BOT_TOKEN,
            "FIRST1001_TELEGRAM_SECRET": BOT_SECRET,
            "FIRST1001_TELEGRAM_API_BASE": self.telegram_double,
            **SHORT,
            **self._settings,
            **more,
        }

    def keyring(self) -> Keyring:
        """The keys of this house, to read what it sealed."""
        return load({"FIRST1001_VAR": str(self.folder)}, demo=True).keyring()

    def start(self, role: str = "serve", *, crash: str | None = None, **more: str) -> Process:
        """Start a process; does not wait for it."""
        if crash:
            more["FIRST1001_CRASH_POINT"] = crash
        command = [str(ROOT / ".venv" / "bin" / "first1001"), role]
        command += ["--demo"] if role == "serve" else []
        process = Process(
            role, command, log=self.folder / f"{role}.log", env=self.environment(**more)
        )
        self._running[role] = process
        return process

    def prepare(self) -> None:
        """Tables and services, for processes that run apart; `serve` sees to them itself."""
        given = {k: v for k, v in self.environment().items() if k.startswith("FIRST1001_")}
        set_up(load(given, demo=True))

    def start_apart(self, *, assistant: bool = True) -> None:
        """Web, worker and assistant as processes of their own, ready for messages."""
        self.prepare()
        for role in ("web", "worker", "assistant")[: 3 if assistant else 2]:
            self.start(role)
        self.await_web()
        self.await_actions()
        if assistant:
            self.await_ready()

    def start_doubles(self, *, list_lag_s: float = 1.0) -> None:
        """Start the stand-ins of the providers."""
        command = [sys.executable, "-m", "channels.doubles", "--house", self.public]
        command += ["--sms-port", str(self.ports["SMS_SIMULATOR"])]
        command += ["--telegram-port", str(self.ports["TELEGRAM_SIMULATOR"])]
        command += ["--sid", SID, "--auth-token", TOKEN, "--number", NUMBER]
        command += ["--bot-token", BOT_TOKEN, "--list-lag", str(list_lag_s)]
        self._doubles = Process(
            "doubles", command, log=self.folder / "doubles.out", env=self.environment()
        )
        for double in (self.sms_double, self.telegram_double):
            until(lambda at=double: answers(f"{at}/_log"), "the doubles answer")

    def running(self, role: str) -> Process:
        """The process that was started last in this role."""
        return self._running[role]

    def await_web(self) -> None:
        """Wait until the public address answers."""
        until(lambda: self._lives() and answers(f"{self.public}/healthz"), "the web answers")

    def await_ready(self) -> None:
        """Wait until the database and the assistant are there."""
        ready = f"{self.public}/readyz"
        try:
            until(lambda: self._lives() and answers(ready), "the house is ready")
        except AssertionError as e:
            last = self.folder / "log" / "assistant.log"
            told = last.read_text()[-1000:] if last.exists() else ""
            said = httpx.get(ready, timeout=10, trust_env=False).text
            raise AssertionError(f"{e}; it says {said}; the assistant says {told}") from e

    def await_actions(self) -> None:
        """Wait until the worker's own port answers."""
        at = f"http://127.0.0.1:{self.ports['ACTION']}/"
        until(lambda: self._lives() and answers(at, any_status=True), "the worker is up")

    def _lives(self) -> bool:
        for process in self._running.values():
            if process.code is not None and process.code not in {CRASHED, -9}:
                raise AssertionError(f"{process.name} ended: {process.log.read_text()[-2000:]}")
        return True

    def sign_in(self) -> tuple[str, str]:
        """The demo worker's address and one-time password, as `serve` printed them last."""
        told = self.running("serve").log.read_text()
        email = re.findall(r"Sign in to the console as (\S+)", told)[-1]
        return email, re.findall(r"one-time password (\S+)", told)[-1]

    def logs(self) -> dict[Path, str]:
        """Every log of every process of ours, by file; the doubles' own are not among them."""
        files = [p.log for p in self._running.values()] + list(self.folder.glob("log/*.log"))
        return {file: file.read_text("utf-8", "replace") for file in set(files) if file.exists()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        alive = [p for p in (*self._running.values(), self._doubles) if p and p.code is None]
        for process in alive:
            process.ask_to_end()
        for process in alive:
            process.end()


def answers(url: str, *, any_status: bool = False) -> bool:
    """Whether something answers there, and well."""
    try:
        answer = httpx.get(url, timeout=5, trust_env=False)
    except httpx.HTTPError:
        return False
    return any_status or answer.is_success


@contextmanager
def client(base_url: str, **more: Any) -> Iterator[httpx.Client]:
    """An HTTP client that asks no proxy."""
    with httpx.Client(base_url=base_url, timeout=30, trust_env=False, **more) as http:
        yield http


def run(house: House, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of ours that must end by itself."""
    first1001 = str(ROOT / ".venv" / "bin" / "first1001")
    more = ["--demo"] if command == ("serve",) else []
    environment = house.environment(**settings)
    return subprocess.run(
        [first1001, *command, *more],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
