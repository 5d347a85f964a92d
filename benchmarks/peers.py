"""The peers: First1001 on each database, and plain Rasa. Each knows how to start and how to end.

A peer is started as its operator would start it, with its own defaults.
"""

import os
import shutil
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path

from benchmarks import cluster
from benchmarks.children import Child, free_ports
from benchmarks.rasa_default import Rasa
from benchmarks.talkers import Account, Rest, Talker, Texts

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("models/assistant.tar.gz", "places.db", "assets")


class Missing(RuntimeError):
    """Something that the measurement needs is not there; says how to get it."""


class Peer(ABC):
    """A server under measurement; its data lasts from `prepare` to `clean`."""

    name: str

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Make what lasts over a restart: database, ports, talker."""

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, str], Path]:
        """What starts it: command, environment, folder."""

    @abstractmethod
    def talker(self) -> Talker:
        """How to speak to it."""

    def start(self, log: Path) -> Child:
        """Start it; it is not ready yet."""
        command, environment, folder = self.command()
        return Child(command, environment=environment, folder=folder, log=log)

    def roots(self, child: Child) -> list[int]:
        """The processes whose families make up the peer."""
        return [child.pid]

    def database_url(self) -> str | None:
        """Its ledger, where it has one."""
        return None

    @abstractmethod
    def clean(self) -> None:
        """Take away what `prepare` made."""


class First1001(Peer):
    """The whole durable path: app, assistant and database; SMS with a stand-in for Twilio."""

    def __init__(self, name: str, *, postgres: bool) -> None:
        self.name = name
        self._postgres = postgres
        self._held = ExitStack()
        self._cluster: cluster.Cluster | None = None
        self._account = Account()
        self._texts: Texts | None = None

    def prepare(self, folder: Path) -> None:
        """A `var` of its own beside the trained model, an empty database, five ports."""
        missing = [name for name in NEEDED if not (ROOT / "var" / name).exists()]
        if missing:
            raise Missing(f"var/{missing[0]} is missing: run 'make setup'")
        self._var = folder
        folder.mkdir(parents=True)
        for name in ("models", "places.db", "assets"):
            (folder / name).symlink_to(ROOT / "var" / name)
        self._ports = free_ports(4)
        public, _, _, assistant = (f"http://127.0.0.1:{port}" for port in self._ports)
        self._texts = Texts(public, self._account, assistant)
        if self._postgres:
            found = cluster.programs()
            if found is None:
                raise Missing("PostgreSQL is missing: run 'apt-get install postgresql'")
            self._cluster = self._held.enter_context(cluster.Cluster(found))

    def command(self) -> tuple[list[str], dict[str, str], Path]:
        """`first1001 serve --demo`, without simulators: the generator is the provider."""
        public, console, action, assistant = self._ports
        own = {
            "VAR": str(self._var),
            "DATABASE_URL": self.database_url(),
            "PUBLIC_PORT": str(public),
            "CONSOLE_PORT": str(console),
            "ACTION_PORT": str(action),
            "ASSISTANT_PORT": str(assistant),
            "SIMULATORS": "no",
            "TWILIO_SID": self._account.sid,
            "TWILIO_TOKEN": self._account.token,
            "TWILIO_NUMBER": self._account.number,
            "TWILIO_API_BASE": f"http://127.0.0.1:{self.talker().port}",
            "LOG_JSON": "yes",
        }
        environment = plain() | {f"FIRST1001_{name}": value for name, value in own.items()}
        return [str(ROOT / ".venv/bin/first1001"), "serve", "--demo"], environment, ROOT

    def talker(self) -> Texts:
        """The SMS path."""
        assert self._texts is not None
        return self._texts

    def roots(self, child: Child) -> list[int]:
        """The app with its children, and the database's own processes."""
        return [child.pid, *([self._cluster.pid] if self._cluster else [])]

    def database_url(self) -> str:
        """The database of this round."""
        return self._cluster.url if self._cluster else f"sqlite:///{self._var / 'first1001.db'}"

    def clean(self) -> None:
        """End the cluster, remove the folder."""
        self._held.close()
        shutil.rmtree(self._var, ignore_errors=True)


class PlainRasa(Peer):
    """Rasa of the default pipeline: nothing durable, no channel beside REST."""

    name = "Rasa default"

    def __init__(self, rasa: Rasa) -> None:
        self._rasa = rasa

    def prepare(self, folder: Path) -> None:
        """A port."""
        folder.mkdir(parents=True)
        self._folder = folder
        (self._port,) = free_ports(1)
        self._rest = Rest(f"http://127.0.0.1:{self._port}")

    def command(self) -> tuple[list[str], dict[str, str], Path]:
        """`rasa run` with the REST channel, trackers in memory."""
        command = [*self._rasa.command, "run", "--model", str(self._rasa.model)]
        command += ["--interface", "127.0.0.1", "--port", str(self._port)]
        command += ["--credentials", str(self._rasa.project / "credentials.yml")]
        return command, plain() | self._rasa.environment, self._folder

    def talker(self) -> Rest:
        """The REST channel."""
        return self._rest

    def clean(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def plain() -> dict[str, str]:
    """The environment that every peer gets, before its own settings."""
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
    return {name: os.environ[name] for name in keep if name in os.environ}
