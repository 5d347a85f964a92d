"""Backs the database up into one file while everything runs, and brings it back.

The file holds what the database holds: sealed words and hashes, and no key. Deleted people stay in
the backups that were made before, so a backup must not outlive the time in docs/operations.md.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.engine import make_url

from app import backup_postgres, backup_sqlite, migrate, tables
from common.db import reading, sessions_for
from common.errors import InvalidInput
from common.settings import Settings

# Set-up fills these tables by itself: they say nothing about whether anybody was here.
_DIRECTORY = "directory_"
# What an operator compares before and after.
_TOLD = ("conversations", "inbound", "outbound", "referrals", "flags", "staff", "audit_entries")


@dataclass(frozen=True)
class Contents:
    """What a database holds.

    Attributes:
        revision: of its tables.
        rows: how many, by table.
    """

    revision: str | None
    rows: Mapping[str, int]

    def __str__(self) -> str:
        told = ", ".join(f"{self.rows[name]} {name.replace('_', ' ')}" for name in _TOLD)
        return f"revision {self.revision}: {told}"


def backup(settings: Settings, path: Path, *, force: bool = False) -> str:
    """Write a backup; returns a sentence for the operator.

    It is written beside its place and moved there when it is whole and was checked, so that a
    broken-off run leaves the last backup as it was.

    Raises:
        InvalidInput: there is a file already, or no such folder.
        SettingsError: the database's own tool is missing or refused.
    """
    if path.exists() and not force:
        raise InvalidInput(f"{path} is there already: choose another name, or add --force")
    if not path.parent.is_dir():
        raise InvalidInput(f"there is no folder {path.parent}")
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        tool = _tool(settings.database_url)
        tool.dump(settings.database_url, new)
        tool.check(new)
        _to_disk(new)
        new.replace(path)
        _to_disk(path.parent)
    finally:
        new.unlink(missing_ok=True)
    return f"{path}: {path.stat().st_size:,} bytes, {_of(settings.database_url)}"


def restore(settings: Settings, path: Path, *, force: bool = False) -> str:
    """Make the database what a backup holds; returns a sentence for the operator.

    Raises:
        InvalidInput: no whole backup of this kind of database, somebody is using the database, or
            it holds people and `force` was not given.
        SettingsError: the database's own tool is missing or refused, or the backup was made by a
            newer version.
    """
    if not path.is_file():
        raise InvalidInput(f"there is no file {path}")
    url = settings.database_url
    tool = _tool(url)
    tool.check(path)
    if tool.is_in_use(url):
        raise InvalidInput("the database is in use: end every process of First1001 first")
    if not force and any(_of(url).rows.values()):
        raise InvalidInput("the database is not empty: add --force to put the backup in its place")
    tool.bring_back(url, path)
    # Also says where the backup comes from a newer version.
    migrate.upgrade(settings.root, url)
    return f"brought back from {path}, {_of(url)}"


@dataclass(frozen=True)
class _Tool:
    """What differs between the two databases."""

    dump: Callable[[str, Path], None]
    check: Callable[[Path], None]
    is_in_use: Callable[[str], bool]
    bring_back: Callable[[str, Path], None]


def _tool(url: str) -> _Tool:
    if make_url(url).get_backend_name() == "sqlite":
        one = backup_sqlite
        return _Tool(one.dump, one.check, one.is_in_use, one.bring_back)
    other = backup_postgres
    return _Tool(other.dump, other.check, other.is_in_use, other.bring_back)


def _of(url: str) -> Contents:
    engine = migrate.engine_of(url)
    try:
        return contents(engine)
    finally:
        engine.dispose()


def contents(engine: Engine) -> Contents:
    """What a database holds; a table that is not there counts as empty."""
    with reading(sessions_for(engine)) as session:
        connection = session.connection()
        there = set(inspect(connection).get_table_names())
        rows = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            if name in there
            else 0
            for name, table in tables.metadata().tables.items()
            if not name.startswith(_DIRECTORY)
        }
        revision = MigrationContext.configure(connection).get_current_revision()
    return Contents(revision, rows)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
