"""Reads what processes use: memory as PSS, CPU time; by role, children included."""

import platform
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MB = 1024 * 1024


@dataclass(frozen=True)
class Usage:
    """A reading.

    Attributes:
        pss_mb: by role; shared pages are divided among those that share them.
        cpu_s: user and system seconds by role since each process started.
        generator_s: CPU seconds of this process, which drives the peers.
        processes: how many there are by role.
    """

    pss_mb: Mapping[str, float]
    cpu_s: Mapping[str, float]
    generator_s: float
    processes: Mapping[str, int]

    def cpu_ms_since(self, before: "Usage", messages: int) -> dict[str, float]:
        """CPU milliseconds a message by role, and of the generator."""
        roles = {
            role: (seconds - before.cpu_s.get(role, 0.0)) * 1000 / messages
            for role, seconds in self.cpu_s.items()
        }
        spent = (self.generator_s - before.generator_s) * 1000 / messages
        return {**roles, "generator": spent}


def machine() -> str:
    """This machine in a few words, for a report."""
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    return f"{cores} cores of {_processor()}, {memory:.0f} GB, {platform.system()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def read(roots: Sequence[int]) -> Usage:
    """Read the processes with these ids and all their children."""
    pss: dict[str, float] = defaultdict(float)
    cpu: dict[str, float] = defaultdict(float)
    number: dict[str, int] = defaultdict(int)
    for process in _family(roots):
        try:
            role = _role(process)
            times = process.cpu_times()
            # A database's short-lived children leave their time with their parent.
            spent = times.user + times.system
            if role == "database":
                spent += times.children_user + times.children_system
            pss[role] += process.memory_full_info().pss / MB
        except psutil.NoSuchProcess:
            continue
        cpu[role] += spent
        number[role] += 1
    return Usage(dict(pss), dict(cpu), time.process_time(), dict(number))


def _family(roots: Sequence[int]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for root in roots:
        process = psutil.Process(root)
        for one in (process, *process.children(recursive=True)):
            found[one.pid] = one
    return list(found.values())


def _role(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    if "postgres" in command:
        return "database"
    if "bot.launch" in command:
        return "assistant"
    if "-m rasa" in command:
        return "rasa"
    return "app"
