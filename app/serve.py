"""Wires everything on one machine: the two public addresses, the workers, the assistant.

The same parts run apart as `web`, `worker` and `assistant` when one machine is not enough.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from app import composition, doorbell, front, processes, sockets, work
from app.assistant import client_for
from app.bootstrap import build
from app.running import Running
from app.set_up import SetUp, set_up
from common.settings import Settings
from safety import screen


def everything(settings: Settings) -> tuple[Running, SetUp]:
    """Wire what `serve` runs.

    Raises:
        SettingsError: a port is in use, or something has not been set up.
    """
    _check_free(_all_ports(settings))
    done = set_up(settings)
    children = _children(settings)
    if settings.workers == 0:
        return _in_one_process(settings, children), done
    actions = work.action_socket(settings)
    children += [
        processes.worker(settings, number=number, action_socket=actions.fileno())
        for number in range(1, settings.workers + 1)
    ]
    return replace(_front(settings), children=children, kept_open=[actions]), done


def only_web(settings: Settings) -> Running:
    """Wire the public address and the console, with no worker.

    Raises:
        SettingsError: a port is in use, or something has not been set up.
    """
    _check_free(_public_ports(settings))
    return _front(settings)


def _front(settings: Settings) -> Running:
    screen.read_rules()
    house, client = build(settings), client_for(settings)
    bell = doorbell.hang(settings, house.ledger.signals, rooms={doorbell.PAGES})
    return Running(settings, house, client, bell, front.addresses(house, client))


def _in_one_process(settings: Settings, children: Sequence[processes.Kept]) -> Running:
    running = _front(settings)
    house, client = running.house, running.client
    return replace(
        running,
        addresses=[*running.addresses, work.actions(house)],
        worker=composition.worker(house, client),
        children=children,
    )


def _children(settings: Settings) -> list[processes.Kept]:
    children = [processes.assistant(settings, port=settings.assistant_port)]
    if settings.simulators:
        children.append(processes.simulators(settings, sys.executable))
    return children


Port = tuple[str, int, str]


def _public_ports(s: Settings) -> list[Port]:
    ports = [
        (s.bind, s.public_port, "FIRST1001_PUBLIC_PORT"),
        (s.bind, s.console_port, "FIRST1001_CONSOLE_PORT"),
    ]
    if s.metrics_port is not None:
        ports.append((s.metrics_bind, s.metrics_port, "FIRST1001_METRICS_PORT"))
    return ports


def _all_ports(s: Settings) -> list[Port]:
    wanted = [
        *_public_ports(s),
        (work.ACTION_BIND, s.action_port, work.ACTION_SETTING),
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
