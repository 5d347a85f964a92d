"""How fast a session may write: token buckets in memory, one process wide."""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

from channels.edge import TooMany
from common.clock import Clock

_MOST_BUCKETS: Final = 20_000


class Buckets:
    """A bucket of tokens for each name; asking for one takes it."""

    def __init__(self, clock: Clock, *, burst: float, per_second: float) -> None:
        self._clock = clock
        self._burst = burst
        self._rate = per_second
        self._lock = threading.Lock()
        self._level: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, name: str) -> None:
        """Take a token.

        Raises:
            TooMany: there is none; says when the next one comes.
        """
        now = self._clock.now()
        with self._lock:
            level, at = self._level.pop(name, (self._burst, now))
            gained = max(0.0, (now - at).total_seconds()) * self._rate
            level = min(self._burst, level + gained)
            enough = level >= 1
            self._level[name] = (level - 1 if enough else level, now)
            while len(self._level) > _MOST_BUCKETS:
                self._level.popitem(last=False)
        if not enough:
            raise TooMany(
                "You are sending messages very fast. Wait a few seconds, then send it again.",
                retry_after_s=(1 - level) / self._rate,
            )
