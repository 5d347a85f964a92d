"""Lets one writer at a time reach a SQLite file, threads and processes alike, without a pause.

SQLite itself would sleep and try again, longer every time. It still guards the file: who does not
ask here only waits the slower way.
"""

import fcntl
import os
import threading
import weakref
from pathlib import Path


class OneWriter:
    """The right to write to one file; taken by a thread, given back by any."""

    def __init__(self, beside: Path | None) -> None:
        """Make the right.

        Args:
            beside: the database; the lock of its processes is a file of the same name with
                `-writer` added. None: the database is this process's alone.
        """
        self._threads = threading.Lock()
        self._file: int | None = None
        if beside is not None:
            path = beside.with_name(beside.name + "-writer")
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            weakref.finalize(self, os.close, self._file)

    def acquire(self, *, timeout_s: float) -> bool:
        """Wait for the other threads, then for the other processes.

        Returns:
            False where a thread has kept it for so long; a process that dies loses it at once.
        """
        if not self._threads.acquire(timeout=timeout_s):
            return False
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        """Hand it on."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()
