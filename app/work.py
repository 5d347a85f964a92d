"""Wires a worker process: turns, deliveries and the assistant's actions, and no public address."""

import socket

from app import action_endpoint, composition, doorbell, sockets
from app.assistant import AssistantClient, client_for
from app.bootstrap import House, build
from app.running import Address, Running
from common.settings import Settings

ACTION_BIND = "127.0.0.1"
ACTION_SETTING = "FIRST1001_ACTION_PORT"


def alone(settings: Settings) -> Running:
    """A worker that was started by itself, and sees to the house as well.

    Raises:
        SettingsError: its port is in use, or something has not been set up.
    """
    return _wired(settings, action_socket(settings), jobs=True)


def of_serve(settings: Settings, action_socket: int) -> Running:
    """A worker that `serve` keeps: its siblings take calls at the same socket.

    Raises:
        SettingsError: something has not been set up.
    """
    return _wired(settings, socket.socket(fileno=action_socket), jobs=False)


def action_socket(settings: Settings) -> socket.socket:
    """Where the assistant's actions are called, listening.

    Raises:
        SettingsError: the port is in use.
    """
    return sockets.listening(ACTION_BIND, settings.action_port, setting=ACTION_SETTING)


def actions(house: House, at: socket.socket | None = None) -> Address:
    """The actions, at their port or at a socket that is open already."""
    settings = house.settings
    app = action_endpoint.create(
        composition.actions(house),
        secret=settings.internal_secret,
        clock=house.clock,
        domain=action_endpoint.load_domain(settings.root),
        threads=settings.worker_threads + 2,
    )
    return Address(app, ACTION_BIND, settings.action_port, at)


def _wired(settings: Settings, at: socket.socket, *, jobs: bool) -> Running:
    house = build(settings)
    client: AssistantClient = client_for(settings)
    return Running(
        settings,
        house,
        client,
        doorbell.hang(settings, house.ledger.signals, rooms={doorbell.WORK}),
        [actions(house, at)],
        worker=composition.worker(house, client),
        jobs=jobs,
    )
