"""What the use cases of the ledger share: sessions, keys, words, clock, channels, signals."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from common.clock import Clock
from common.crypto import Keyring
from common.db import Sessions
from conversations.model import Capabilities, Renderer


class _Bell:
    """Every ring wakes one thread (an event would wake them all, to find nothing)."""

    def __init__(self) -> None:
        self._rung = 0
        self._condition = threading.Condition()

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify()

    def wait(self, timeout_s: float) -> bool:
        with self._condition:
            rung = self._rung > 0 or self._condition.wait_for(lambda: self._rung > 0, timeout_s)
            self._rung -= rung
            return rung


class Signals:
    """Wakes whoever waits in this process; losing a signal costs time, never a message.

    What other processes should know of goes out as a word, `turn`, `send` or `spoke <id>`, by
    whatever way `tell_others` is given.
    """

    def __init__(self) -> None:
        self._work = {kind: _Bell() for kind in ("turn", "send")}
        self._listeners: list[Callable[[str], None]] = []
        self._outside: frozenset[str] = frozenset()
        self._tell: Callable[[str], None] | None = None

    def tell_others(self, kinds: Iterable[str], tell: Callable[[str], None]) -> None:
        """Have words of these kinds told to other processes too; `tell` must not raise."""
        self._outside, self._tell = frozenset(kinds), tell

    def heard(self, word: str) -> None:
        """Another process told this word; it wakes who waits here and is not told again."""
        kind, _, conversation_id = word.partition(" ")
        if kind in self._work:
            self._work[kind].ring()
        elif kind == "spoke":
            self._wake_listeners(conversation_id)

    def work_came(self, kind: str) -> None:
        """There is a turn to take or a message to send."""
        self._work[kind].ring()
        if self._tell is not None and kind in self._outside:
            self._tell(kind)

    def wait(self, kind: str, timeout_s: float) -> bool:
        """Wait for work of a kind; False where it is time to look by oneself."""
        return self._work[kind].wait(timeout_s)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have a function called with each conversation id that got a new message."""
        self._listeners.append(listener)

    def spoke(self, conversation_id: str) -> None:
        """A conversation has a new outbound message."""
        self._wake_listeners(conversation_id)
        if self._tell is not None and "spoke" in self._outside:
            self._tell(f"spoke {conversation_id}")

    def _wake_listeners(self, conversation_id: str) -> None:
        for listener in self._listeners:
            listener(conversation_id)


@dataclass(frozen=True)
class Ledger:
    """Handed to every use case; nothing in it belongs to one conversation."""

    sessions: Sessions
    keyring: Keyring
    renderer: Renderer
    clock: Clock
    capabilities: Mapping[str, Capabilities]
    signals: Signals = field(default_factory=Signals)
