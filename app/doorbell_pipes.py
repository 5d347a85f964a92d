"""Rings between processes of one machine: each listens at a named pipe in a shared folder.

Pipes, since a Unix socket's path may have no more than 107 bytes. One that nobody listens at any
more cannot be opened for writing, and is then taken away.
"""

import errno
import os
import secrets
import threading
from collections.abc import Callable, Collection
from pathlib import Path

# Source: POSIX, "PIPE_BUF": shorter writes are never mixed with those of others.
_WHOLE = 512
_READ = 65536


class PipeBell:
    """One process's pipe, and the way to those of others."""

    def __init__(
        self, folder: Path, heard: Callable[[str], None], *, rooms: Collection[str]
    ) -> None:
        """Listen from now on.

        Args:
            folder: made where it is missing; the same one for every process.
            heard: called with each word, on a thread of its own.
            rooms: where this process listens.
        """
        self._folder = folder
        self._heard = heard
        folder.mkdir(parents=True, exist_ok=True)
        self._name = f"{'+'.join(sorted(rooms))}-{os.getpid()}-{secrets.token_hex(4)}"
        hidden = folder / f".{self._name}"
        os.mkfifo(hidden, 0o600)
        self._read = os.open(hidden, os.O_RDONLY | os.O_NONBLOCK)
        # With a writer of its own the pipe never comes to an end.
        self._own = os.open(hidden, os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(self._read, True)
        # Only now, with somebody who listens, may others find it.
        hidden.rename(folder / self._name)
        self._closing = False
        self.listening = threading.Event()
        self.listening.set()
        self._thread = threading.Thread(target=self._listen, name="doorbell", daemon=True)
        self._thread.start()

    def ring(self, room: str, word: str) -> None:
        """Write the word into the pipe of every other process in the room."""
        line = f"{word}\n".encode()
        if len(line) > _WHOLE:
            return
        try:
            pipes = list(self._folder.iterdir())
        except OSError:
            return
        for pipe in pipes:
            if pipe.name != self._name and room in pipe.name.partition("-")[0].split("+"):
                _write(pipe, line)

    def close(self) -> None:
        """Take the pipe away; a second time does nothing."""
        if self._closing:
            return
        self._closing = True
        (self._folder / self._name).unlink(missing_ok=True)
        os.write(self._own, b"\n")
        self._thread.join(5)
        os.close(self._own)
        os.close(self._read)

    def _listen(self) -> None:
        rest = b""
        while not self._closing:
            *lines, rest = (rest + os.read(self._read, _READ)).split(b"\n")
            # Said twice before it was heard once is heard once.
            for line in dict.fromkeys(lines):
                if line:
                    self._heard(line.decode("utf-8", "replace"))


def _write(pipe: Path, line: bytes) -> None:
    try:
        end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as e:
        if e.errno == errno.ENXIO:
            pipe.unlink(missing_ok=True)
        return
    try:
        os.write(end, line)
    except OSError:
        # Full: enough has been rung there.
        return
    finally:
        os.close(end)
