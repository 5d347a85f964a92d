"""Starts a temporary PostgreSQL cluster from Debian's package, for one run of the tests."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import create_engine, text


def find_server() -> Path | None:
    """The folder of the newest installed server's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Cluster:
    """A cluster in a folder of its own, on a free loopback port, gone at the end.

    The server refuses to run as root: then it runs as Debian's user `postgres`.
    """

    def __init__(self, programs: Path, _folder: Path) -> None:
        self._programs = programs
        # pytest's folders are closed to other users, and a socket's path must be short.
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
        self._user = "postgres" if os.geteuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._owner = self._user or pwd.getpwuid(os.geteuid()).pw_name

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(
            command,
            check=True,
            cwd="/",
            user=self._user,
            group=self._user,
            stdout=subprocess.DEVNULL,
            extra_groups=[] if self._user else None,
        )

    def __enter__(self) -> Self:
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        data = str(self._folder / "data")
        self._run(
            "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync", "-U", self._owner
        )
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off "
            "-c wal_level=minimal -c max_wal_senders=0 -c max_connections=300 "
            "-c shared_buffers=64MB"
        )
        self._run("pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{self._folder}/log", "start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The URL of a database of this cluster."""
        return f"postgresql://{self._owner}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """Make a database and return its URL."""
        admin = create_engine(
            self.url("postgres").replace("postgresql", "postgresql+psycopg", 1),
            isolation_level="AUTOCOMMIT",
        )
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'))
        admin.dispose()
        return self.url(database)
