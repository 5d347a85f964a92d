"""The app and the assistant talk to nobody but each other: no telemetry, no crash reports.

Every connection and every name that Python looks up is written down by an audit hook which the
interpreter itself calls. What an event loop written in C does goes around it, so the kernel's own
list of each process's connections is read all the while as well.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Self

import psutil
import pytest

from app import processes
from common.settings import load
from tests.processes.house import House, until
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents

HOOK = """
import json, os, sys

WATCHED = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}

def note(event, args):
    if event not in WATCHED:
        return
    where = args[0] if event.startswith("socket.get") else args[1]
    host = where[0] if isinstance(where, tuple) else where
    write(event, host.decode("utf-8", "replace") if isinstance(host, bytes) else host)

def write(event, host):
    line = json.dumps({"pid": os.getpid(), "event": event, "host": host}) + "\\n"
    file = os.open(os.environ["TRAP_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)

write("watched", None)
sys.addaudithook(note)
"""


class Trap:
    """The hook, for every Python process that is started with its environment."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "seen.jsonl"
        (folder / "sitecustomize.py").write_text(HOOK)
        self.environment = {"PYTHONPATH": str(folder), "TRAP_FILE": str(self._file)}

    def seen(self) -> list[dict[str, object]]:
        text = self._file.read_text() if self._file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def strangers(self) -> list[dict[str, object]]:
        """All that was not this machine talking to itself."""
        return [one for one in self.seen() if not is_home(one["host"])]


class Watcher:
    """Reads which connections some processes hold, again and again, until it is stopped."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.strangers: set[tuple[int, str]] = set()
        self.looks = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for pid in self._pids:
                for one in psutil.Process(pid).net_connections("inet"):
                    ends = [end.ip for end in (one.laddr, one.raddr) if end]
                    self.strangers |= {(pid, ip) for ip in ends if not is_home(ip)}
            self.looks += 1


def is_home(host: object) -> bool:
    if host in {None, "", "localhost"} or str(host).startswith(("/", "\x00")):
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Watched:
    """What was seen while parents talked; `pids` by role."""

    trap: Trap
    watcher: Watcher
    pids: Mapping[str, int]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Web, worker and assistant under the hook, after conversations on each channel."""
    folder = tmp_path_factory.mktemp("trap")
    trap = Trap(folder)
    with House(folder / "var") as house:
        house.start_doubles()
        house.prepare()
        for role in ("web", "worker"):
            house.start(role, **trap.environment)
        assistant = _assistant(house, trap)
        assistant.start()
        try:
            house.await_ready()
            pids = {
                "web": house.running("web").pid,
                "worker": house.running("worker").pid,
                "assistant": assistant.pid or 0,
            }
            with Watcher(list(pids.values())) as watcher:
                _talk(house)
            yield Watched(trap, watcher, pids)
        finally:
            assistant.end()


def _assistant(house: House, trap: Trap) -> processes.Kept:
    # `first1001 assistant` hands its child no PYTHONPATH, so its child is started from here with
    # the same command and environment, and the hook beside.
    given = {k: v for k, v in house.environment().items() if k.startswith("FIRST1001_")}
    kept = processes.assistant(load(given, demo=True), port=house.ports["ASSISTANT"])
    assert kept.environment["RASA_TELEMETRY_ENABLED"] == "false"
    kept.environment = {**kept.environment, **trap.environment}
    return kept


def _talk(house: House) -> None:
    texts = ("hello", "my baby wont stop crying", "help near BD5 8HL", "i want to end my life")
    with Ledger.of(house) as ledger, Parents(house, ledger) as parents:
        for phone in (parents.browser(), parents.sms(), parents.telegram()):
            for text in texts:
                phone.ask(text)


def test_every_process_was_watched(watched: Watched):
    seen = {one["pid"] for one in watched.trap.seen()}
    assert {role for role, pid in watched.pids.items() if pid in seen} == set(watched.pids)
    assert watched.watcher.looks > 3


def test_nothing_but_this_machine_was_ever_spoken_to(watched: Watched):
    assert watched.trap.strangers() == []


def test_no_process_ever_held_a_connection_to_elsewhere(watched: Watched):
    assert watched.watcher.strangers == set()


def test_the_hook_sees_a_stranger(tmp_path: Path):
    trap = Trap(tmp_path)
    # An address that is kept for documentation and leads nowhere.
    asking = (
        "import socket; s = socket.socket(); s.settimeout(0.01); s.connect_ex(('192.0.2.1', 9))"
    )
    subprocess.run(
        [sys.executable, "-c", asking], env={**os.environ, **trap.environment}, check=True
    )
    found = until(trap.strangers, "the stranger is seen")
    assert [one["host"] for one in found] == ["192.0.2.1"]
