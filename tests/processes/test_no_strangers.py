"""The app and the assistant talk to nobody but each other: no telemetry, no crash reports.

Every connection and every name that Python looks up is written down by an audit hook which the
interpreter itself calls; nothing in a process can go around it but another language.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

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
    host = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
    line = json.dumps({"pid": os.getpid(), "event": event, "host": host}) + "\\n"
    file = os.open(os.environ["TRAP_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)

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


def is_home(host: object) -> bool:
    if host in {None, "", "localhost"} or str(host).startswith(("/", "\x00")):
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Trap, dict]]:
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
            ledger = Ledger.of(house)
            parents = Parents(house, ledger)
            for phone in (parents.browser(), parents.sms(), parents.telegram()):
                phone.ask("hello")
                phone.ask("my baby wont stop crying")
                phone.ask("help near BD5 8HL")
                phone.ask("i want to end my life")
            parents.close()
            ledger.close()
            pids = {
                "web": house.running("web").pid,
                "worker": house.running("worker").pid,
                "assistant": assistant.pid or 0,
            }
            yield house, trap, pids
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


def test_every_process_was_watched(trapped: tuple[House, Trap, dict]):
    _, trap, pids = trapped
    watched = {one["pid"] for one in trap.seen()}
    assert {name for name, pid in pids.items() if pid in watched} == {"web", "worker", "assistant"}


def test_nothing_but_this_machine_was_ever_spoken_to(trapped: tuple[House, Trap, dict]):
    _, trap, _ = trapped
    assert trap.strangers() == []


def test_no_process_holds_a_connection_to_elsewhere(trapped: tuple[House, Trap, dict]):
    _, _, pids = trapped
    for name, pid in pids.items():
        for one in psutil.Process(pid).net_connections("inet"):
            assert is_home(one.laddr.ip), (name, one)
            assert not one.raddr or is_home(one.raddr.ip), (name, one)


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
