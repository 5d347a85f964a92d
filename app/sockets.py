"""Ports: says in one plain sentence when one is taken, before anything is started."""

import socket

from common.errors import SettingsError

_BACKLOG = 128


def check_free(bind: str, port: int, *, setting: str) -> None:
    """See that a port can be bound.

    Raises:
        SettingsError: something else listens there; names the setting that changes it.
    """
    if port == 0:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as e:
            raise SettingsError(
                f"port {port} on {bind} is in use: end what listens there, or set {setting}"
            ) from e


def listening(bind: str, port: int, *, setting: str) -> socket.socket:
    """A socket that listens, for processes of ours to take calls from.

    Raises:
        SettingsError: something else listens there; names the setting that changes it.
    """
    check_free(bind, port, setting=setting)
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((bind, port))
    made.listen(_BACKLOG)
    made.setblocking(False)
    return made


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
