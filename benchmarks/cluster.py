"""A PostgreSQL cluster of its own for one round, as durable as Debian's default makes it.

The tests' cluster does not wait for the disk; a measurement of a durable path must.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.children import free_ports

OPTIONS = "-c listen_addresses=127.0.0.1 -c max_connections=100"


def programs() -> Path | None:
    """The folder of the newest installed server's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Cluster:
    """In a folder under /tmp and on a free loopback port; gone at the end.

    The server refuses to run as root: then it runs as Debian's user `postgres`.
    """

    def __init__(self, found: Path) -> None:
        self._programs = found
        self._user = "postgres" if os.geteuid() == 0 else None
        self._owner = self._user or pwd.getpwuid(os.geteuid()).pw_name
        # Other users must be able to enter it, and a socket's path must be short.
        self._folder = Path(tempfile.mkdtemp(prefix="pgbench", dir="/tmp"))  # noqa: S108
        self._data = self._folder / "data"
        (self._port,) = free_ports(1)

    def __enter__(self) -> Self:
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        data, owner = str(self._data), self._owner
        self._run("initdb", "-D", data, "-A", "trust", "-E", "UTF8", "-U", owner)
        options = f"-p {self._port} -k {self._folder} {OPTIONS}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-w", "-o", options, "-l", log, "start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """The URL of its one database."""
        return f"postgresql://{self._owner}@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """The process id of the server, whose children are all the others."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            cwd="/",
            user=self._user,
            group=self._user,
            stdout=subprocess.DEVNULL,
            extra_groups=[] if self._user else None,
        )
