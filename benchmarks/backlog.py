"""How long a cry waits behind 2,000 messages: `python -m benchmarks.backlog`.

The messages come in faster than the assistant answers; in their midst fifty parents cry for help.
Measured from the webhook to our call of the SMS provider with the safety text. Loopback only.
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Sequence
from statistics import median, quantiles

from benchmarks import rasa_default
from benchmarks.measure import START_S
from benchmarks.peers import First1001, Missing
from benchmarks.talkers import NoAnswer, Texts
from benchmarks.words import HELLO, QUESTIONS

GOAL_S = 2.0
CRY = "i want to kill myself tonight"
_LANES, _CRIES, _PEOPLE = 8, 50, 400
_FOLDER = rasa_default.KEPT / "backlog"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print a line a database; 1 where the goal was missed, 2 where it broke."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backlog", description=__doc__)
    parser.add_argument("--messages", type=int, default=2000, choices=range(100, 5001))
    parser.add_argument("--only", nargs="+", choices=("sqlite", "postgres"))
    given = parser.parse_args(arguments)
    missed = False
    for name in given.only or ("sqlite", "postgres"):
        shutil.rmtree(_FOLDER, ignore_errors=True)
        try:
            peer = First1001(name, postgres=name == "postgres")
            times, waiting = asyncio.run(_one(peer, given.messages))
        except (Missing, NoAnswer) as e:
            print(f"backlog: {e}", file=sys.stderr)
            return 2
        p95 = quantiles(times, n=100, method="inclusive")[94]
        missed = missed or p95 >= GOAL_S
        print(
            f"{name}: {given.messages} messages, {waiting} still unanswered after the last cry; "
            f"cry to safety text p50 {median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
            f"longest {max(times) * 1000:.0f} ms (n {len(times)}; goal p95 < {GOAL_S:g} s)"
        )
    return 1 if missed else 0


async def _one(peer: First1001, messages: int) -> tuple[list[float], int]:
    """Seconds from each cry to its text, and how many messages then waited for an answer."""
    await asyncio.to_thread(peer.prepare, _FOLDER)
    texts = peer.talker()
    texts.lane_of = _lane_of
    await texts.open()
    try:
        child = peer.start(rasa_default.KEPT / "backlog.log")
        try:
            await _ready(texts)
            await texts.say(0, HELLO[0])
            return await _flood(texts, messages)
        finally:
            await asyncio.to_thread(child.end)
    finally:
        await texts.close()
        await asyncio.to_thread(peer.clean)


def _lane_of(conversation: int) -> int:
    return _LANES if conversation > _PEOPLE or conversation == 0 else conversation % _LANES


async def _ready(texts: Texts) -> None:
    began = time.monotonic()
    while not await texts.ready():
        if time.monotonic() - began > START_S:
            raise NoAnswer("it did not start")
        await asyncio.sleep(0.1)


async def _flood(texts: Texts, messages: int) -> tuple[list[float], int]:
    before = texts.sent
    flood = asyncio.gather(*(_lane(texts, lane, messages // _LANES) for lane in range(_LANES)))
    # The cries begin when a good part of the flood is in, and go on after its end.
    await asyncio.sleep(2)
    texts.first_texts = 1  # the safety text comes first; who we are comes after it
    times = []
    for number in range(_CRIES):
        said = await texts.say(1 + _PEOPLE + number, CRY)
        times.append(said.replied_s)
        if flood.done():
            break
        await asyncio.sleep(0.2)
    await flood
    while len(times) < _CRIES:
        times.append((await texts.say(1 + _PEOPLE + len(times), CRY)).replied_s)
    # Every parent's first answer has a second text, as every cry has.
    answered = texts.sent - before - 2 * len(times) - _PEOPLE
    return times, max(0, messages - answered)


async def _lane(texts: Texts, lane: int, messages: int) -> None:
    for number in range(messages):
        # Lanes keep to connections of their own: a conversation's number says which.
        person = 1 + (number * _LANES + lane) % _PEOPLE
        await texts.tell(person, QUESTIONS[number % len(QUESTIONS)])


if __name__ == "__main__":
    raise SystemExit(main())
