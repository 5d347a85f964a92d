"""The worker: threads that take turns and deliver messages until they are told to stop."""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from common.log import logger
from conversations.delivery import Deliveries
from conversations.ledger import Signals
from conversations.turn import Turns

log = logger()

# How long a thread sleeps when nobody wakes it: what was not told of is found by then.
LOOK_EVERY_S = 0.5
AFTER_TROUBLE_S = 2.0


def owner_name() -> str:
    """Who holds a claim: machine and process, for the log and for staff."""
    return f"{socket.gethostname()[:40]}/{os.getpid()}"


@dataclass
class Worker:
    """Threads for turns and for deliveries; `stop` lets each end what it is doing."""

    turns: Turns
    deliveries: Deliveries
    signals: Signals
    threads: int
    look_every_s: float = LOOK_EVERY_S
    _stopping: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the threads."""
        jobs: list[tuple[str, Callable[[], bool]]] = []
        jobs += [("turn", self.turns.work_once)] * self.threads
        jobs += [("send", self.deliveries.work_once)] * max(2, self.threads // 2)
        for number, (kind, work) in enumerate(jobs):
            thread = threading.Thread(
                target=self._loop, args=(kind, work), name=f"{kind}-{number}", daemon=True
            )
            thread.start()
            self._running.append(thread)

    def stop(self, *, timeout_s: float = 15) -> None:
        """Take nothing new and wait for what is under way."""
        self._stopping.set()
        for _ in self._running:
            for kind in ("turn", "send"):
                self.signals.heard(kind)
        ends = time.monotonic() + timeout_s
        for thread in self._running:
            thread.join(max(0.0, ends - time.monotonic()))

    def _loop(self, kind: str, work: Callable[[], bool]) -> None:
        called = False
        while not self._stopping.is_set():
            try:
                if work() and not called:
                    # Found without a call, so there may be more of which nobody told.
                    continue
                called = self.signals.wait(kind, self.look_every_s)
            except DBAPIError:
                log.warning("worker.database_away", work=kind)
                self._stopping.wait(AFTER_TROUBLE_S)
            except Exception:  # noqa: BLE001 (the worker loop: it must outlive any one message)
                log.exception("worker.broke", work=kind)
                self._stopping.wait(AFTER_TROUBLE_S)
