"""The stream by which a page gets new lines: server-sent events, resumable by sequence number.

Holds no database connection: it asks a cheap question once in a while, or when it is woken.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from channels.base import Line, Pulse, TranscriptReader
from channels.edge import in_thread, is_outage
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import Session
from channels.web_chat.wakes import Wakes

RETRY_MS = 3000


@dataclass(frozen=True)
class Source:
    """What a stream reads from.

    Attributes:
        alive: the session as it is now, without making it live on; None when it is over.
        html: one line as the page shows it.
    """

    reader: TranscriptReader
    wakes: Wakes
    config: WebChatConfig
    alive: Callable[[], Session | None]
    html: Callable[[Line], str]


class Stream:
    """One page's stream."""

    def __init__(self, source: Source, *, address: str, after_seq: int) -> None:
        self._source = source
        self._address = address
        self._seq = after_seq
        self._typing = False
        self._warned = False
        self._next_beat = 0.0

    async def events(self) -> AsyncIterator[str]:
        """Events until the session is over or the process stops."""
        wakes = self._source.wakes
        yield f"retry: {RETRY_MS}\n\n"
        pulse = await self._pulse()
        while not wakes.closing:
            with wakes.subscribe(pulse.conversation_id) as ear:
                known = pulse.conversation_id
                while not wakes.closing and pulse.conversation_id == known:
                    ear.clear()
                    pulse = await self._pulse()
                    async for event in self._news(pulse):
                        yield event
                    beat, over = await self._beat()
                    if beat:
                        yield beat
                    if over:
                        return
                    if pulse.conversation_id == known:
                        await ear.wait(self._source.config.poll_s)
        # The page comes back by itself, to this process's successor.
        yield f"retry: {RETRY_MS}\n\n"

    async def _pulse(self) -> Pulse:
        try:
            return await in_thread(self._source.reader.pulse, self._address)
        except Exception as e:  # noqa: BLE001 - re-raised unless the database is away
            if not is_outage(e):
                raise
            # The page keeps what it shows; the next question may be answered again.
            return Pulse(self._seq, self._typing)

    async def _news(self, pulse: Pulse) -> AsyncIterator[str]:
        if pulse.seq > self._seq:
            lines = await in_thread(self._source.reader.lines, self._address, self._seq)
            for line in lines:
                self._seq = line.seq
                yield self._line(line)
        if pulse.waiting != self._typing:
            self._typing = pulse.waiting
            yield f"event: typing\ndata: {'on' if pulse.waiting else 'off'}\n\n"

    def _line(self, line: Line) -> str:
        own_id = line.ref.rsplit(":", 1)[-1] if line.who == "parent" else None
        data = {"html": self._source.html(line), "urgent": line.urgent, "id": own_id}
        return f"id: {line.seq}\nevent: line\ndata: {json.dumps(data)}\n\n"

    async def _beat(self) -> tuple[str | None, bool]:
        """A heartbeat when it is due, and whether the session is over."""
        now = asyncio.get_running_loop().time()
        if now < self._next_beat:
            return None, False
        self._next_beat = now + self._source.config.heartbeat_s
        try:
            session = await in_thread(self._source.alive)
        except Exception as e:  # noqa: BLE001 - re-raised unless the database is away
            if not is_outage(e):
                raise
            return ": beat\n\n", False
        if session is None:
            return "event: over\ndata: over\n\n", True
        if session.left_s > self._source.config.warn_s:
            self._warned = False
        elif not self._warned:
            self._warned = True
            return f"event: idle\ndata: {round(session.left_s)}\n\n", False
        return ": beat\n\n", False
