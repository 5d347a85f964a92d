"""Named points at which a test may have the process die; does nothing otherwise."""

import os

_ARMED: dict[str, int] = {}


def arm(spec: str | None) -> None:
    """Choose where this process dies: `name` or `name:3` for the third time it is passed."""
    _ARMED.clear()
    if spec:
        name, _, count = spec.partition(":")
        _ARMED[name] = int(count or 1)


def point(name: str) -> None:
    """Die here, at once and without cleaning up, if this point was chosen."""
    if name in _ARMED:
        _ARMED[name] -= 1
        if _ARMED[name] <= 0:
            os._exit(137)
