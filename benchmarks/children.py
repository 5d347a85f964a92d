"""Starts a peer's process on loopback, and ends it with all its children, by id."""

import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

END_S = 20


class Child:
    """A process whose output goes to a file."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """The end of its output."""
        return self.log.read_text(errors="replace")[-1500:]

    def end(self) -> None:
        """Ask it to end; kill what is left of it and its children after 20 s."""
        try:
            family = [*psutil.Process(self.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            family = []
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for left in family:
            try:
                left.kill()
            except psutil.NoSuchProcess:
                continue


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody uses now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
