"""Measures the peers in turn and writes the table: `python -m benchmarks.run --rounds 3`.

One peer runs at a time; the order turns with every round, since machines change under one's hands.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import meter, rasa_default, report
from benchmarks.measure import Load, Round, one_round
from benchmarks.peers import First1001, Missing, Peer, PlainRasa
from benchmarks.talkers import NoAnswer

PAGE = Path(__file__).with_name("README.md")
WORK = rasa_default.KEPT / "work"
PEERS = ("sqlite", "postgres", "rasa")
QUICK = Load(warm_up=10, alone=20, at_once=80)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, keep the numbers; 1 where a goal was missed, 2 where it broke."""
    given = _parse(arguments)
    load = QUICK if given.quick else Load()
    rounds_wanted = 1 if given.quick else given.rounds
    _free_folder()
    try:
        stale = given.quick or given.any_model
        rasa = rasa_default.ready(any_model=stale) if "rasa" in given.only else None
        peers = _peers(given.only, rasa)
        facts = _facts(rasa, rounds=rounds_wanted, load=load)
        rounds = asyncio.run(_all(peers, rounds_wanted, load))
    except (Missing, NoAnswer) as e:
        print(f"benchmarks: {e}", file=sys.stderr)
        return 2
    names = [peer.name for peer in peers]
    print(report.page_part(facts, rounds, names))
    _keep(facts, rounds)
    whole = not stale and given.rounds >= 3 and set(given.only) == set(PEERS)
    if whole and not given.no_write:
        report.write(PAGE, report.page_part(facts, rounds, names))
    return 1 if report.missed(rounds, names) and not given.quick else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 21), metavar="1-20")
    parser.add_argument("--quick", action="store_true", help="one short round; writes no page")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument(
        "--any-model",
        action="store_true",
        help="plain Rasa as last trained, even if the words have changed since (--quick does so);"
        " writes no page",
    )
    parser.add_argument("--no-write", action="store_true", help="leave README.md as it is")
    return parser.parse_args(arguments)


def _peers(only: Sequence[str], rasa: rasa_default.Rasa | None) -> list[Peer]:
    every: dict[str, Peer] = {
        "sqlite": First1001("First1001, SQLite", postgres=False),
        "postgres": First1001("First1001, PostgreSQL", postgres=True),
    }
    if rasa is not None:
        every["rasa"] = PlainRasa(rasa)
    return [peer for name, peer in every.items() if name in only]


async def _all(peers: Sequence[Peer], count: int, load: Load) -> list[Round]:
    rounds = []
    for number in range(count):
        turn = number % len(peers)
        for peer in [*peers[turn:], *peers[:turn]]:
            name = peer.name.replace(", ", "-").replace(" ", "-").lower()
            started = time.monotonic()
            one = await one_round(
                peer, folder=WORK / name, load=load, log=rasa_default.KEPT / f"{name}.log"
            )
            took = time.monotonic() - started
            print(
                f"round {number + 1}, {peer.name}: {one.per_second:.1f}/s, p50 {one.p50:.1f} ms, "
                f"start {one.start_s:.1f} s, {sum(one.pss_mb.values()):.0f} MB ({took:.0f} s)",
                flush=True,
            )
            rounds.append(one)
    return rounds


def _free_folder() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    for log in rasa_default.KEPT.glob("*.log"):
        log.unlink()


def _facts(rasa: rasa_default.Rasa | None, *, rounds: int, load: Load) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": meter.machine(),
        "rounds": rounds,
        "messages": load.alone + load.at_once,
        "load": f"{os.getloadavg()[0]:.1f}",
        "rasa": rasa.facts if rasa else None,
    }


def _keep(facts: dict[str, Any], rounds: Sequence[Round]) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = rasa_default.KEPT / f"results-{stamp}.json"
    path.write_text(
        json.dumps({"facts": facts, "rounds": [r.as_json() for r in rounds]}, indent=1)
    )
    print(f"The numbers are in {path}")


if __name__ == "__main__":
    raise SystemExit(main())
