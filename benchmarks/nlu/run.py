"""Reads the held set with ours and both peers and writes docs/evaluation/understanding.md.

.venv/bin/python -m benchmarks.nlu.run                # trains what is missing: half an hour
.venv/bin/python -m benchmarks.nlu.run --any-model    # the peers as they were last trained
.venv/bin/python -m benchmarks.nlu.run --no-default   # without Rasa's default (an hour)
.venv/bin/python -m benchmarks.nlu.run --only-ours    # prints, writes nothing
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.meter import machine
from benchmarks.nlu import figures, peers, report
from benchmarks.nlu.noise import NOISES
from content.loader import load_topics

ROOT = Path(__file__).resolve().parents[2]
SET = ROOT / "tests" / "data" / "understanding_test.jsonl"
OUT = ROOT / "docs" / "evaluation"
SEED = 1001
CONVERSATION = "talk and forms"
LEFT_OUT = (
    "Rasa's default pipeline (DIET) was not part of this run: on these examples and two cores it\n"
    "trains for more than an hour."
)

Reads = dict[str, list[figures.Read]]


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", type=Path, default=SET)
    parser.add_argument("--any-model", action="store_true")
    parser.add_argument("--no-default", action="store_true")
    parser.add_argument("--only-ours", action="store_true")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.set.read_text().splitlines() if line.strip()]
    readers = [peers.ours()]
    if given.no_default:
        readers.append(peers.logistic(peers.untrained()))
    elif not given.only_ours:
        plain_rasa = peers.default(any_model=given.any_model)
        readers += [plain_rasa, peers.logistic(plain_rasa)]
    seen: dict[str, Reads] = {}
    loaded: dict[str, float] = {}
    for reader in readers:
        print(f"{reader.name} reads {len(rows)} texts, {1 + len(NOISES)} times", flush=True)
        seen[reader.name], loaded[reader.name] = _read(reader, rows)
    curve = _curve(rows)
    facts = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine(),
        "command": "benchmarks.nlu.run --no-default" if given.no_default else "make evaluate-nlu",
        "left_out": LEFT_OUT if given.no_default else "",
        "set": given.set.resolve().relative_to(ROOT),
        "sha256": hashlib.sha256(given.set.read_bytes()).hexdigest(),
        "rows": len(rows),
        "topics": len(load_topics(ROOT)),
        "trained": {reader.name: reader.trained_s for reader in readers},
        "loaded": loaded,
        "curve": curve,
    }
    text = report.page(facts, seen)
    if given.only_ours:
        print(text)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "understanding.md").write_text(text)
    _draw(seen, curve)
    print(f"written: {(OUT / 'understanding.md').relative_to(ROOT)}")


def _read(reader: peers.Reader, rows: list[dict[str, Any]]) -> tuple[Reads, float]:
    """What a reader makes of the set as it was written and in each noise, and its load time."""
    texts = {"": [row["text"] for row in rows]}
    for name, noise in NOISES.items():
        chance = random.Random(SEED)
        texts[name] = [noise(row["text"], chance) for row in rows]
    told = reader.read([text for each in texts.values() for text in each])
    parses = iter(told["parses"])
    reads = {
        name: [figures.read(row, next(parses)) for row in rows]
        for name in texts  # in the order in which the texts were asked
    }
    return reads, told["load_s"]


def _curve(rows: list[dict[str, Any]]) -> list[tuple[int | None, int, float]]:
    print("the learning curve (some minutes)", flush=True)
    with tempfile.TemporaryDirectory(prefix="nlu-") as folder:
        asked, told = Path(folder) / "texts.json", Path(folder) / "curve.json"
        asked.write_text(json.dumps([row["text"] for row in rows]))
        command = [str(peers.OURS), "-m", "benchmarks.nlu.curve", str(asked), str(told)]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        points = json.loads(told.read_text())
    return [
        (
            point["most"],
            point["examples"],
            figures.accuracy(
                figures.read(row, parse) for row, parse in zip(rows, point["parses"], strict=True)
            ).value,
        )
        for point in points
    ]


def _draw(seen: dict[str, Reads], curve: list[tuple[int | None, int, float]]) -> None:
    ours = next(iter(seen.values()))[""]
    data = {
        "confusions": _groups_of(ours),
        "calibration": {name: figures.calibration(reads[""])[1] for name, reads in seen.items()},
        "curve": [(examples, share) for _, examples, share in curve],
    }
    with tempfile.TemporaryDirectory(prefix="nlu-") as folder:
        told = Path(folder) / "plots.json"
        told.write_text(json.dumps(data))
        plots = Path(__file__).with_name("plots.py")
        subprocess.run([str(peers.OURS), str(plots), str(told), str(OUT)], check=True)


def _groups_of(ours: list[figures.Read]) -> dict[str, Any]:
    """Counts by group of topics: what was meant against what was found; refusals apart."""
    group = {figures.intent_of(f"topic:{topic.id}"): topic.group for topic in load_topics(ROOT)}
    counts: Counter[tuple[str, str]] = Counter()
    for one in ours:
        meant = one.first if one.right else figures.intent_of(one.row["intent"])
        found = one.first if one.accepted else figures.OUTSIDE
        counts[_group(group, meant), _group(group, found)] += 1
    names = sorted({name for pair in counts for name in pair})
    return {"names": names, "counts": [[counts[a, b] for b in names] for a in names]}


def _group(group: dict[str, str], intent: str) -> str:
    if intent == figures.OUTSIDE:
        return "not ours, or refused"
    return group.get(intent, CONVERSATION)


if __name__ == "__main__":
    main()
