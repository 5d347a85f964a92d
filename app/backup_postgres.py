"""Backup of a PostgreSQL database by pg_dump and pg_restore, in the custom format."""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from app import migrate
from common.errors import InvalidInput, SettingsError

_DEBIAN = Path("/usr/lib/postgresql")
_TOLD = 500
_BEFORE = "before_the_restore"
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def dump(url: str, target: Path) -> None:
    """Write what the database held when the dump began.

    Raises:
        SettingsError: pg_dump is missing or failed; says what it said.
    """
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def check(backup: Path) -> None:
    """See that a backup can be read and is ours.

    Raises:
        InvalidInput: it is none.
    """
    try:
        listed = _run("pg_restore", None, "--list", str(backup))
    except SettingsError as e:
        raise InvalidInput(f"{backup} is no backup of a PostgreSQL database of First1001") from e
    if "TABLE DATA public alembic_version" not in listed:
        raise InvalidInput(f"{backup} is no backup of a PostgreSQL database of First1001")


def is_in_use(url: str) -> bool:
    """Whether anybody else is connected."""
    engine = migrate.engine_of(url)
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(_OTHERS))
    finally:
        engine.dispose()


def bring_back(url: str, backup: Path) -> None:
    """Replace every table by those of the backup; what was there stays until all of it is in.

    Raises:
        SettingsError: pg_restore is missing or failed; says what it said. The database is then as
            it was.
    """
    _execute(url, f"ALTER SCHEMA public RENAME TO {_BEFORE}", "CREATE SCHEMA public")
    try:
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        name = make_url(url).database or ""
        _run("pg_restore", url, *options, "--schema=public", f"--dbname={name}", str(backup))
    except SettingsError:
        back = f"ALTER SCHEMA {_BEFORE} RENAME TO public"
        _execute(url, "DROP SCHEMA public CASCADE", back)
        raise
    _execute(url, f"DROP SCHEMA {_BEFORE} CASCADE")


def _execute(url: str, *statements: str) -> None:
    """Run statements in one transaction."""
    engine = migrate.engine_of(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def _run(program: str, url: str | None, *arguments: str) -> str:
    command = [_find(program), *arguments]
    done = subprocess.run(command, env=_environment(url), capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip()[-_TOLD:]
        raise SettingsError(f"{program} failed: {said}")
    return done.stdout


def _find(program: str) -> str:
    """The newest that Debian has, since its wrapper picks by cluster; else the one on PATH."""
    found = sorted(_DEBIAN.glob(f"*/bin/{program}"), key=lambda path: float(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(program)
    if path is None:
        raise SettingsError(f"{program} is missing: apt-get install postgresql-client")
    return path


def _environment(url: str | None) -> dict[str, str]:
    """Where the database is, and the password: arguments are seen by every user of a machine."""
    plain = {"PATH": os.defpath, "LC_ALL": "C"}
    if url is None:
        return plain
    parsed = make_url(url)
    given = {
        "PGHOST": parsed.host or parsed.query.get("host"),
        "PGPORT": str(parsed.port) if parsed.port else None,
        "PGUSER": parsed.username,
        "PGPASSWORD": parsed.password,
        "PGDATABASE": parsed.database,
    }
    return plain | {k: str(v) for k, v in given.items() if v is not None}
