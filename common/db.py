"""The database: one declarative base, engines that are safe on SQLite and PostgreSQL, sessions.

Holds no table of its own and opens nothing on import.
"""

import select
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from common.errors import SettingsError
from common.one_writer import OneWriter

Sessions = sessionmaker[Session]

_BUSY_S = 15
_WRITES = "writes"


class Base(DeclarativeBase):
    """The base of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, always UTC, on both databases (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; hand SQLite a naive UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def engine_for(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for a SQLite file or a PostgreSQL database.

    Args:
        url: an SQLAlchemy URL; `postgresql://` is taken to mean the psycopg driver.
        pool_size: connections kept open; as many again may be opened for a burst.

    Raises:
        SettingsError: the URL is malformed or of another database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as e:
        raise SettingsError("FIRST1001_DATABASE_URL is not a database URL") from e
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, parsed.database, pool_size)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,
            connect_args={"connect_timeout": 5},
        )
        event.listen(engine, "checkout", _see_that_it_lives)
        return engine
    raise SettingsError("FIRST1001_DATABASE_URL must be a sqlite or a postgresql URL")


def _see_that_it_lives(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have a connection replaced whose server has ended it; costs no round trip, as a ping does.

    A server says nothing to a connection that asks nothing, unless to end it.
    """
    asked = select.poll()
    asked.register(connection.pgconn.socket, select.POLLIN)
    if connection.closed or asked.poll(0):
        raise DisconnectionError("the server ended it")


def postgres_conninfo(url: str) -> str:
    """What psycopg itself takes to reach the database of an SQLAlchemy URL."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _sqlite_engine(url: str, database: str | None, pool_size: int) -> Engine:
    path = Path(database) if database and database != ":memory:" else None
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=pool_size * 2, hide_parameters=True
    )
    writer = OneWriter(path)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # We send BEGIN ourselves, so that a writing transaction holds the lock from its start:
        # otherwise two of them read, both want to write, and one fails at once.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={_BUSY_S * 1000}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("reading", False):
            _say(connection, "BEGIN")
            return
        held = connection.connection.record_info
        if not held.get(_WRITES):
            held[_WRITES] = writer.acquire(timeout_s=_BUSY_S)
        _say(connection, "BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def _end(_connection: Any, record: Any) -> None:
        if record.record_info.pop(_WRITES, False):
            writer.release()

    return engine


def _say(connection: Any, words: str) -> None:
    """Hand SQLite a statement without SQLAlchemy's machinery: this one runs with every message."""
    try:
        connection.connection.driver_connection.execute(words)
    except sqlite3.Error as e:
        raise OperationalError(words, None, e) from e


def sessions_for(engine: Engine) -> Sessions:
    """A maker of sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def reading(sessions: Sessions) -> Session:
    """A session that only reads: on SQLite it takes no write lock."""
    session = sessions()
    session.connection(execution_options={"reading": True})
    return session


def session_factory(url: str) -> Sessions:
    """A maker of sessions for a database URL."""
    return sessions_for(engine_for(url))
