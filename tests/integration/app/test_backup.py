"""The drill: back up, lose the database, bring it back, and nothing is missing."""

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app import backup as backups
from app import backup_postgres, backup_sqlite, tables
from common.clock import SetClock
from common.crypto import Keyring
from common.db import engine_for
from common.errors import InvalidInput, SettingsError
from tests.fakes.console import House, house_on

TABLES = tables.metadata().tables
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    made = house_on(engine, keyring, clock)
    made.staff()
    for number in range(3):
        row = made.parent_writes(f"my baby cries, number {number}")
        made.signed_in(made.staff()).post(f"/conversations/{row.conversation_id}/take-over")
    made.referral()
    return made


@pytest.fixture
def settings(database_url: str) -> Any:
    return SimpleNamespace(database_url=database_url, root=ROOT)


def rows_of(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, as the database has it."""
    with engine.connect() as connection:
        found = {name: connection.execute(select(table)) for name, table in TABLES.items()}
        return {name: sorted(repr(tuple(row)) for row in rows) for name, rows in found.items()}


def lose(engine: Engine, url: str) -> None:
    """Nothing is left of the database but its name."""
    engine.dispose()
    if url.startswith("sqlite"):
        for path in backup_sqlite.file_of(url).parent.glob("first1001.db*"):
            path.unlink()
    else:
        backup_postgres._execute(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def test_what_was_lost_comes_back_row_by_row(
    house: House, engine: Engine, settings: Any, tmp_path: Path
) -> None:
    before = rows_of(engine)
    assert all(before[name] for name in ("inbound", "referrals", "staff", "audit_entries"))
    target = tmp_path / "one.backup"
    written = backups.backup(settings, target)
    lose(engine, settings.database_url)

    told = backups.restore(settings, target)

    assert told.split(", ", 1)[1] == written.split(" bytes, ", 1)[1]
    assert rows_of(engine) == before
    house.parent_writes("and life goes on")
    with pytest.raises(Exception, match="(?i)audit"), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entries"))


def test_a_backup_while_somebody_writes_is_whole(
    house: House, engine: Engine, settings: Any, tmp_path: Path
) -> None:
    with house.sessions.begin() as db:
        db.execute(text("UPDATE staff SET name = 'Half Written'"))
        db.flush()
        backups.backup(settings, tmp_path / "one.backup")
    lose(engine, settings.database_url)
    backups.restore(settings, tmp_path / "one.backup")
    with engine.connect() as connection:
        names = set(connection.scalars(text("SELECT name FROM staff")))
    assert names == {"Amina Khan"}


def test_a_backup_is_its_owners_alone_and_holds_no_word_in_the_clear(
    house: House, settings: Any, tmp_path: Path
) -> None:
    target = tmp_path / "one.backup"
    backups.backup(settings, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert b"my baby cries" not in target.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["one.backup"]


def test_a_file_is_replaced_only_by_force(house: House, settings: Any, tmp_path: Path) -> None:
    target = tmp_path / "one.backup"
    target.write_bytes(b"the last one")
    with pytest.raises(InvalidInput, match="is there already"):
        backups.backup(settings, target)
    assert target.read_bytes() == b"the last one"
    backups.backup(settings, target, force=True)
    assert target.stat().st_size > 1000


def test_a_database_that_holds_people_is_replaced_only_by_force(
    house: House, engine: Engine, settings: Any, tmp_path: Path
) -> None:
    target = tmp_path / "one.backup"
    backups.backup(settings, target)
    before = rows_of(engine)
    house.parent_writes("written after the backup")
    engine.dispose()
    with pytest.raises(InvalidInput, match="--force"):
        backups.restore(settings, target)
    backups.restore(settings, target, force=True)
    assert rows_of(engine) == before


def test_a_database_in_use_is_left_alone(
    house: House, engine: Engine, settings: Any, tmp_path: Path
) -> None:
    target = tmp_path / "one.backup"
    backups.backup(settings, target)
    engine.dispose()
    other = engine_for(settings.database_url)
    with other.connect() as connection:
        connection.execute(text("SELECT count(*) FROM staff"))
        with pytest.raises(InvalidInput, match="in use"):
            backups.restore(settings, target, force=True)
    other.dispose()


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1000], ids=["empty", "rubbish"])
def test_what_is_no_backup_changes_nothing(
    house: House, engine: Engine, settings: Any, tmp_path: Path, content: bytes
) -> None:
    before = rows_of(engine)
    engine.dispose()
    (tmp_path / "one.backup").write_bytes(content)
    with pytest.raises(InvalidInput, match="is no backup"):
        backups.restore(settings, tmp_path / "one.backup", force=True)
    assert rows_of(engine) == before


def test_a_damaged_backup_changes_nothing(
    house: House, engine: Engine, settings: Any, tmp_path: Path
) -> None:
    target = tmp_path / "one.backup"
    backups.backup(settings, target)
    whole = target.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    before = rows_of(engine)
    engine.dispose()
    with pytest.raises((InvalidInput, SettingsError)):
        backups.restore(settings, target, force=True)
    assert rows_of(engine) == before


def test_no_folder_is_said(house: House, settings: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        backups.backup(settings, tmp_path / "nowhere" / "one.backup")


def test_the_password_is_in_no_argument() -> None:
    given = backup_postgres._environment("postgresql://mara:se%40cret@db.example:5433/first")
    assert given["PGPASSWORD"] == "se@cret"
    assert (given["PGHOST"], given["PGPORT"], given["PGUSER"]) == ("db.example", "5433", "mara")
