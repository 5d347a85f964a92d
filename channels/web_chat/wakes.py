"""Tells open pages of this process that their conversation has something new; holds no messages.

Losing a wake-up costs a page one polling interval and never a message.
"""

import asyncio
import threading
from typing import Self


class Subscription:
    """One page's ear for one conversation; used on the event loop that made it."""

    def __init__(self, wakes: "Wakes", conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self._wakes = wakes
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def clear(self) -> None:
        """Forget earlier wake-ups; call before reading."""
        self._event.clear()

    async def wait(self, timeout_s: float) -> None:
        """Until the next wake-up, or the time is over."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return

    def set_from_any_thread(self) -> None:
        """Wake the page."""
        try:
            self._loop.call_soon_threadsafe(self._event.set)
        except RuntimeError:
            # The loop is closed, and the page with it.
            return

    def __enter__(self) -> Self:
        self._wakes.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._wakes.remove(self)


class Wakes:
    """All open pages of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, set[Subscription]] = {}
        self.closing = False

    def notify(self, conversation_id: str) -> None:
        """Wake the pages of a conversation; from any thread."""
        with self._lock:
            found = list(self._open.get(conversation_id, ()))
        for subscription in found:
            subscription.set_from_any_thread()

    def close(self) -> None:
        """Have every stream end, now and later."""
        self.closing = True
        with self._lock:
            found = [s for group in self._open.values() for s in group]
        for subscription in found:
            subscription.set_from_any_thread()

    def subscribe(self, conversation_id: str | None) -> Subscription:
        """An ear for a conversation, to be used as a context manager.

        Before the first message there is no conversation; then only `close` wakes.
        """
        return Subscription(self, conversation_id or "")

    def add(self, subscription: Subscription) -> None:
        """Begin to wake it."""
        with self._lock:
            self._open.setdefault(subscription.conversation_id, set()).add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """No longer wake it."""
        with self._lock:
            group = self._open.get(subscription.conversation_id)
            if group is not None:
                group.discard(subscription)
                if not group:
                    del self._open[subscription.conversation_id]

    def count(self) -> int:
        """How many pages listen."""
        with self._lock:
            return sum(len(group) for group in self._open.values())
