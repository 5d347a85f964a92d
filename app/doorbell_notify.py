"""Rings between processes on any number of machines, through PostgreSQL's LISTEN and NOTIFY."""

import os
import secrets
import threading
from collections.abc import Callable, Collection

import psycopg
from psycopg.conninfo import make_conninfo

from common.db import postgres_conninfo
from common.log import logger

log = logger()

_CHANNEL = "first1001_{room}"
# A statement of its own after the commit: within the transaction it would have all commits of the
# house wait for each other. Source: PostgreSQL, commands/async.c, PreCommit_Notify; decision 7.
_NOTIFY = "SELECT pg_notify(%s, %s)"
_LOOK_S = 1.0
_LONGEST_WAIT_S = 10.0
# A listener whose server vanished without a word finds out within a minute.
_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class NotifyBell:
    """One listening connection that comes back by itself, and one to ring with."""

    def __init__(self, url: str, heard: Callable[[str], None], *, rooms: Collection[str]) -> None:
        """Listen from soon on; a database that is away is waited for.

        Args:
            url: of the database.
            heard: called with each word, on a thread of its own.
            rooms: where this process listens.
        """
        self._conninfo = make_conninfo(postgres_conninfo(url), connect_timeout=5, **_ALIVE)
        self._heard = heard
        self._rooms = tuple(rooms)
        # Who rings and listens in the same room does not hear himself.
        self._me = f"{os.getpid()}.{secrets.token_hex(4)}"
        self._lock = threading.Lock()
        self._out: psycopg.Connection | None = None
        self._closing = threading.Event()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._keep_listening, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self, room: str, word: str) -> None:
        """Notify every process that listens in the room."""
        notice = (_CHANNEL.format(room=room), f"{self._me} {word}")
        with self._lock:
            for _ in range(2):
                try:
                    self._out = self._out or self._connect()
                    self._out.execute(_NOTIFY, notice, prepare=True)
                except psycopg.Error:
                    # After a restart of the database the second try has a new connection.
                    self._hang_up()
                else:
                    return
        log.warning("doorbell.not_rung", room=room)

    def close(self) -> None:
        """End both connections."""
        self._closing.set()
        self._thread.join(5)
        with self._lock:
            self._hang_up()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._conninfo, autocommit=True)

    def _hang_up(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def _keep_listening(self) -> None:
        wait = 0.5
        while not self._closing.is_set():
            try:
                with self._connect() as connection:
                    wait = 0.5
                    self._listen(connection)
            except psycopg.Error:
                self.listening.clear()
                log.warning("doorbell.deaf", again_in_s=wait)
                self._closing.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT_S)

    def _listen(self, connection: psycopg.Connection) -> None:
        for room in self._rooms:
            connection.execute(f"LISTEN {_CHANNEL.format(room=room)}")
        # Whatever was rung while nobody listened: looking once costs little.
        for word in ("turn", "send"):
            self._heard(word)
        self.listening.set()
        while not self._closing.is_set():
            for notice in connection.notifies(timeout=_LOOK_S):
                sender, _, word = notice.payload.partition(" ")
                if sender != self._me:
                    self._heard(word)
