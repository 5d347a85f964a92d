"""Brings a database to today's tables, and says whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from common.db import engine_for
from common.errors import SettingsError


def _config(root: Path, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(root / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(root: Path, url: str) -> None:
    """Apply every migration that the database lacks; doing it twice changes nothing.

    Raises:
        SettingsError: the database has a migration that this version does not know.
    """
    try:
        command.upgrade(_config(root, url), "head")
    except CommandError as e:
        raise SettingsError(
            "the database was made by a newer version of First1001: run that version instead"
        ) from e


def downgrade(root: Path, url: str, revision: str) -> None:
    """Go back to a revision; for the drill of a failed deploy."""
    command.downgrade(_config(root, url), revision)


def is_current(root: Path, engine: Engine) -> bool:
    """Whether the database has every migration."""
    script = ScriptDirectory.from_config(_config(root, str(engine.url)))
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(script.get_heads())


def engine_of(url: str) -> Engine:
    """An engine for migrations alone."""
    return engine_for(url, pool_size=1)
