"""Runs everything on one machine: the two public addresses, the worker, the assistant.

The same parts run apart as `web`, `worker` and `assistant` when one machine is not enough.
"""

import asyncio
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvicorn
import uvloop
from fastapi import FastAPI

from app import action_endpoint, background, composition, processes, sockets
from app.assistant import AssistantClient
from app.bootstrap import House, build
from app.set_up import SetUp, set_up
from app.web import create_public
from app.worker import Worker
from common.log import logger
from common.settings import Settings
from safety import screen

log = logger()


class Server(uvicorn.Server):
    """A server among several in one loop: who started it handles the signals."""

    def install_signal_handlers(self) -> None:
        """Leave the signals alone."""


@dataclass(frozen=True)
class Address:
    """An ASGI app and where it listens."""

    app: FastAPI
    bind: str
    port: int
    setting: str

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


@dataclass
class Everything:
    """What `serve` runs."""

    settings: Settings
    house: House
    client: AssistantClient
    addresses: Sequence[Address]
    worker: Worker | None
    children: Sequence[processes.Kept]
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, *, ready: threading.Event | None = None) -> None:
        """Serve until a signal comes; end what is under way first."""
        for child in self.children:
            child.start()
        if self.worker is not None:
            self.worker.start()
        for thread in background.threads(self.house, self._stop):
            thread.start()
        try:
            uvloop.run(self._serve(ready))
        finally:
            self._stop.set()
            if self.worker is not None:
                self.worker.stop()
            for child in self.children:
                child.end()
            self.client.close()

    async def _serve(self, ready: threading.Event | None) -> None:
        servers = [address.server() for address in self.addresses]
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self._stop.set()
            # Open streams would hold the servers until their time-out.
            for channel in self.house.channels.values():
                channel.close()
            for server in servers:
                server.should_exit = True

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)
        tasks = [asyncio.create_task(server.serve()) for server in servers]
        while not all(server.started for server in servers):
            if any(task.done() for task in tasks):
                break
            await asyncio.sleep(0.02)
        if ready is not None:
            ready.set()
        await asyncio.gather(*tasks)


def everything(settings: Settings) -> tuple[Everything, SetUp]:
    """Wire what `serve` runs.

    Raises:
        SettingsError: a port is in use, or something has not been set up.
    """
    _check_free(_all_ports(settings))
    done = set_up(settings)
    screen.warm()
    house = build(settings)
    client = _client(settings)
    children = [processes.assistant(settings, port=settings.assistant_port)]
    if settings.simulators:
        children.append(processes.simulators(settings, sys.executable))
    addresses = [*_public(house, client), _actions(house)]
    worker = composition.worker(house, client)
    return Everything(settings, house, client, addresses, worker, children), done


def only_web(settings: Settings) -> Everything:
    """Wire the public address and the console, with no worker.

    Raises:
        SettingsError: a port is in use, or something has not been set up.
    """
    _check_free(_public_ports(settings))
    house = build(settings)
    client = _client(settings)
    return Everything(settings, house, client, _public(house, client), None, [])


def only_worker(settings: Settings) -> Everything:
    """Wire the worker with the actions that its assistants call, and no public address.

    Raises:
        SettingsError: a port is in use, or something has not been set up.
    """
    _check_free([_action_port(settings)])
    house = build(settings)
    client = _client(settings)
    worker = composition.worker(house, client)
    return Everything(settings, house, client, [_actions(house)], worker, [])


def _client(settings: Settings) -> AssistantClient:
    return AssistantClient(
        settings.assistant_urls,
        secret=settings.internal_secret,
        timeout_s=settings.turn_timeout_s,
    )


def _public(house: House, client: AssistantClient) -> list[Address]:
    s = house.settings
    public = create_public(house, assistant_ready=client.ready)
    return [
        Address(public, s.bind, s.public_port, "FIRST1001_PUBLIC_PORT"),
        Address(composition.console(house), s.bind, s.console_port, "FIRST1001_CONSOLE_PORT"),
    ]


def _actions(house: House) -> Address:
    settings = house.settings
    app = action_endpoint.create(
        composition.actions(house),
        secret=settings.internal_secret,
        clock=house.clock,
        domain=action_endpoint.load_domain(settings.root),
        threads=settings.worker_threads + 2,
    )
    return Address(app, "127.0.0.1", settings.action_port, "FIRST1001_ACTION_PORT")


Port = tuple[str, int, str]


def _public_ports(s: Settings) -> list[Port]:
    return [
        (s.bind, s.public_port, "FIRST1001_PUBLIC_PORT"),
        (s.bind, s.console_port, "FIRST1001_CONSOLE_PORT"),
    ]


def _action_port(s: Settings) -> Port:
    return "127.0.0.1", s.action_port, "FIRST1001_ACTION_PORT"


def _all_ports(s: Settings) -> list[Port]:
    wanted = [
        *_public_ports(s),
        _action_port(s),
        ("127.0.0.1", s.assistant_port, "FIRST1001_ASSISTANT_PORT"),
    ]
    if s.simulators:
        wanted += [
            ("127.0.0.1", s.sms_double_port, "FIRST1001_SMS_SIMULATOR_PORT"),
            ("127.0.0.1", s.telegram_double_port, "FIRST1001_TELEGRAM_SIMULATOR_PORT"),
        ]
    return wanted


def _check_free(ports: Sequence[Port]) -> None:
    for bind, port, setting in ports:
        sockets.check_free(bind, port, setting=setting)
