"""One round with one peer: start, latency alone, eight at once, memory, end, and start again."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks import ledger, meter
from benchmarks.children import Child
from benchmarks.peers import Peer
from benchmarks.talkers import NoAnswer, Said, Talker, Texts
from benchmarks.words import HELLO, PER_CONVERSATION, conversations

START_S = 240
PARALLEL = 8
_LOOK_S = 0.02


@dataclass(frozen=True)
class Load:
    """How many messages each phase of a round has; a multiple of ten, whole conversations."""

    warm_up: int = 40
    alone: int = 200
    at_once: int = 400


@dataclass
class Round:
    """What one round of one peer gave; times in milliseconds unless the name ends in `_s`."""

    peer: str
    first_start_s: float = 0.0
    start_s: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    accepted_p50: float = 0.0
    row_p50: float | None = None
    row_p95: float | None = None
    busy_p50: float = 0.0
    busy_p95: float = 0.0
    per_second: float = 0.0
    pss_mb: dict[str, float] = field(default_factory=dict)
    cpu_ms: dict[str, float] = field(default_factory=dict)
    processes: dict[str, int] = field(default_factory=dict)
    messages: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class _Conversations:
    """Numbers conversations and hands out their messages."""

    def __init__(self) -> None:
        self._scripts = conversations()
        self._had = [0] * PARALLEL

    def take(self, lane: int) -> tuple[int, tuple[str, ...]]:
        """A conversation that nobody had before; its number says its lane (number modulo 8)."""
        number = self._had[lane] * PARALLEL + lane
        self._had[lane] += 1
        return number, next(self._scripts)


async def one_round(peer: Peer, *, folder: Path, load: Load, log: Path) -> Round:
    """Measure one peer once, from an empty database.

    Raises:
        NoAnswer: a message was refused or not answered.
    """
    result = Round(peer.name)
    await asyncio.to_thread(peer.prepare, folder)
    talk = _Conversations()
    try:
        await peer.talker().open()
        child, result.first_start_s = await _start(peer, talk, log)
        try:
            await _phases(peer, child, talk, load, result)
        finally:
            await asyncio.to_thread(child.end)
        child, result.start_s = await _start(peer, talk, log)
        try:
            await peer.talker().settle()
        finally:
            await asyncio.to_thread(child.end)
    finally:
        await peer.talker().close()
        await asyncio.to_thread(peer.clean)
    return result


async def _phases(
    peer: Peer, child: Child, talk: _Conversations, load: Load, result: Round
) -> None:
    talker = peer.talker()
    await _at_once(talker, talk, load.warm_up)
    await talker.settle()
    alone = list(await _lane(talker, talk, lane=0, messages=load.alone))
    await talker.settle()
    before = meter.read(peer.roots(child))
    started = time.perf_counter()
    busy = await _at_once(talker, talk, load.at_once)
    took = time.perf_counter() - started
    await talker.settle()
    after = meter.read(peer.roots(child))
    result.messages = len(alone) + len(busy)
    result.p50, result.p95 = _percentiles([s.replied_s for s in alone])
    result.accepted_p50, _ = _percentiles([s.accepted_s for s in alone])
    result.busy_p50, result.busy_p95 = _percentiles([s.replied_s for s in busy])
    result.per_second = len(busy) / took
    result.cpu_ms = after.cpu_ms_since(before, len(busy))
    result.pss_mb, result.processes = dict(after.pss_mb), dict(after.processes)
    url = peer.database_url()
    if url is not None and isinstance(talker, Texts):
        rows = await asyncio.to_thread(
            ledger.row_times,
            url,
            {s.message_id: s.at for s in alone},
            first_texts=talker.first_texts or 1,
        )
        result.row_p50, result.row_p95 = _percentiles(rows)


async def _start(peer: Peer, talk: _Conversations, log: Path) -> tuple[Child, float]:
    """Start it; seconds from the command to the reply to a first message."""
    talker = peer.talker()
    started = time.perf_counter()
    child = peer.start(log)
    try:
        while not await talker.ready():
            _refuse_dead(peer, child, waited_s=time.perf_counter() - started)
            await asyncio.sleep(_LOOK_S)
        number, _ = talk.take(0)
        asked = time.perf_counter()
        said = await talker.say(number, HELLO[0])
    except BaseException:
        child.end()
        raise
    return child, asked - started + said.replied_s


def _refuse_dead(peer: Peer, child: Child, *, waited_s: float) -> None:
    if not child.running or waited_s > START_S:
        raise NoAnswer(f"{peer.name} did not start:\n{child.last_words()}")


async def _at_once(talker: Talker, talk: _Conversations, messages: int) -> list[Said]:
    """Eight conversations at once, each waiting for its reply before it goes on."""
    whole, rest = divmod(messages // PER_CONVERSATION, PARALLEL)
    shares = [(whole + (lane < rest)) * PER_CONVERSATION for lane in range(PARALLEL)]
    lanes = await asyncio.gather(
        *(_lane(talker, talk, lane=lane, messages=share) for lane, share in enumerate(shares))
    )
    return [said for lane in lanes for said in lane]


async def _lane(talker: Talker, talk: _Conversations, *, lane: int, messages: int) -> list[Said]:
    said: list[Said] = []
    for number, texts in _some(talk, lane, messages // PER_CONVERSATION):
        for text in texts:
            said.append(await talker.say(number, text))
    return said


def _some(talk: _Conversations, lane: int, count: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    for _ in range(count):
        yield talk.take(lane)


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    """The 50th and 95th, in milliseconds."""
    cut = quantiles(seconds, n=100, method="inclusive")
    return cut[49] * 1000, cut[94] * 1000
