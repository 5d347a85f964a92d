"""Runs what a process was wired to run, from its start until a signal comes; wires nothing."""

import asyncio
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvicorn
import uvloop
from fastapi import FastAPI

from app import background
from app.assistant import AssistantClient
from app.bootstrap import House
from app.doorbell import Doorbell
from app.processes import Kept
from app.worker import Worker
from common.settings import Settings


class Server(uvicorn.Server):
    """A server among several in one loop: who started it handles the signals."""

    def install_signal_handlers(self) -> None:
        """Leave the signals alone."""


@dataclass(frozen=True)
class Address:
    """An ASGI app and where it listens: at a port, or at a socket that is open already."""

    app: FastAPI
    bind: str
    port: int
    opened: socket.socket | None = None

    def server(self) -> Server:
        """The server, not yet started."""
        config = uvicorn.Config(
            self.app,
            host=self.bind,
            port=self.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=30,
            limit_concurrency=4000,
        )
        return Server(config)

    def sockets(self) -> list[socket.socket] | None:
        """What its server is to serve at, where it opens nothing itself."""
        return None if self.opened is None else [self.opened]


@dataclass
class Running:
    """What one process runs.

    Attributes:
        worker: its own threads for turns and deliveries.
        children: the processes that it keeps, in the order of their start.
        jobs: whether it sees to sweeps, purges, paging and Telegram.
        kept_open: sockets that only children serve at.
    """

    settings: Settings
    house: House
    client: AssistantClient
    doorbell: Doorbell
    addresses: Sequence[Address]
    worker: Worker | None = None
    children: Sequence[Kept] = ()
    jobs: bool = True
    kept_open: Sequence[socket.socket] = ()
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, *, ready: threading.Event | None = None) -> None:
        """Serve until a signal comes; end what is under way first."""
        for child in self.children:
            child.start()
        if self.worker is not None:
            self.worker.start()
        for thread in background.threads(self.house, self._stop) if self.jobs else ():
            thread.start()
        try:
            uvloop.run(self._serve(ready))
        finally:
            self._end()

    def _end(self) -> None:
        self._stop.set()
        if self.worker is not None:
            self.worker.stop()
        # Workers first: a turn under way still needs the assistant.
        for child in reversed(self.children):
            child.end()
        self.doorbell.close()
        self.client.close()
        for one in self.kept_open:
            one.close()

    async def _serve(self, ready: threading.Event | None) -> None:
        servers = [(address.server(), address.sockets()) for address in self.addresses]
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self._stop.set()
            # Open streams would hold the servers until their time-out.
            for channel in self.house.channels.values():
                channel.close()
            for server, _ in servers:
                server.should_exit = True

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)
        tasks = [asyncio.create_task(server.serve(sockets)) for server, sockets in servers]
        while not all(server.started for server, _ in servers):
            if any(task.done() for task in tasks):
                break
            await asyncio.sleep(0.02)
        if ready is not None:
            ready.set()
        await asyncio.gather(*tasks)
