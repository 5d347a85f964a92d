"""What tests share: databases of both kinds, keys, a clock that stands still."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import migrate
from common.clock import SetClock
from common.crypto import Keyring
from common.db import Sessions, engine_for, sessions_for
from tests.postgres import Cluster, find_server

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring({1: secrets.token_bytes(32)}, index_key=secrets.token_bytes(32))


@pytest.fixture
def clock() -> SetClock:
    """Monday 2 March 2026, ten in the morning."""
    return SetClock(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate.upgrade(ROOT, f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A temporary PostgreSQL cluster with a migrated template database."""
    server = find_server()
    if server is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Debian's postgresql package: .ci/run installs it")
        pytest.skip("no PostgreSQL server here: apt-get install postgresql to run these too")
    with Cluster(server, tmp_path_factory.mktemp("pg")) as cluster:
        migrate.upgrade(ROOT, cluster.create("template_first1001"))
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh, migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "first1001.db"
        shutil.copy(template, path)
        return f"sqlite:///{path}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.create(f"t_{secrets.token_hex(6)}", template="template_first1001")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = engine_for(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return sessions_for(engine)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True)
        return str(shutil.which("chromium"))
    pytest.fail("no Chromium here: run 'sudo apt-get install chromium'")
