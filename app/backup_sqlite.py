"""Backup of a SQLite file by its own online copy: readers and writers go on meanwhile."""

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url

from common.errors import InvalidInput

_PAGES_AT_A_TIME = 2_000
_BESIDE = ("-wal", "-shm", "-journal")


def file_of(url: str) -> Path:
    """The database's file.

    Raises:
        InvalidInput: it is in memory only.
    """
    name = make_url(url).database
    if not name or name == ":memory:":
        raise InvalidInput("a database in memory cannot be backed up")
    return Path(name)


def dump(url: str, target: Path) -> None:
    """Copy the database as it is at the end of the copy."""
    source = file_of(url)
    if not source.is_file():
        raise InvalidInput(f"there is no database at {source}")
    with _opened(source) as here, _opened(target) as there:
        here.backup(there, pages=_PAGES_AT_A_TIME)
        # One file that needs nothing beside it.
        there.execute("PRAGMA journal_mode = DELETE")


def check(backup: Path) -> None:
    """See that a backup is whole.

    Raises:
        InvalidInput: it is no SQLite database of ours, or it is damaged.
    """
    try:
        with _opened(backup) as connection:
            [said] = connection.execute("PRAGMA integrity_check").fetchone()
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as e:
        raise InvalidInput(f"{backup} is no backup of a SQLite database of First1001") from e
    if said != "ok":
        raise InvalidInput(f"{backup} is damaged: {said}")


def is_in_use(url: str) -> bool:
    """Whether another process has the database open."""
    path = file_of(url)
    if not path.is_file():
        return False
    with _opened(path) as connection:
        try:
            # Leaving write-ahead mode needs the file for itself.
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError:
            return True
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
    return False


def bring_back(url: str, backup: Path) -> None:
    """Put a copy of the backup in the database's place."""
    path = file_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    try:
        with _opened(backup) as here, _opened(new) as there:
            here.backup(there, pages=_PAGES_AT_A_TIME)
        new.chmod(0o600)
        for ending in _BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _opened(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, timeout=1.0, isolation_level=None))
