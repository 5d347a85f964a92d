"""Evaluates the risk screen on labelled sets: recall by class with bounds, false alarms, time.

Run with `python -m benchmarks.safety` (building sets, and docs/clinical-safety/evaluation.md is
written), with `--locked` for the set that nobody may tune on (its counts go into the log of
docs/clinical-safety/locked-reports.md), or with `--positives FILE --negatives FILE` for any other
set. Only counts are printed, never a text. Rows: `{"id", "text", "class", "tier", "kind"}`, and
where known `language`, `style`, `tense`, `person`; negatives without class.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from math import exp as e_to
from math import lgamma, log, log1p
from pathlib import Path
from typing import Any

from safety.model import CLASSES, Verdict
from safety.screen import by_rules, screen, warm

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
REPORT = ROOT / "docs" / "clinical-safety" / "evaluation.md"
LOG = ROOT / "docs" / "clinical-safety" / "locked-reports.md"
LOCKED = tuple(DATA / f"safety_locked_{side}.jsonl" for side in ("positive", "negative"))
_SIDES = ("language", "style", "tense", "person")
CONFIDENCE = 0.95


def clopper_pearson(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact binomial bounds by bisection.

    Source: Clopper and Pearson, Biometrika 26 (1934): each bound is where the tail of the
    binomial is half of what the confidence leaves.
    """
    if not 0 <= hits <= n or n == 0:
        raise ValueError("hits must be from 0 to n, and n above 0")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _bisect(lambda p: 1 - _at_most(hits - 1, n, p), tail)
    high = 1.0 if hits == n else _bisect(lambda p: 1 - _at_most(hits, n, p), 1 - tail)
    return low, high


def _bisect(rising: Callable[[float], float], target: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2


def _at_most(k: int, n: int, p: float) -> float:
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if k >= n else 0.0
    whole = lgamma(n + 1)
    return min(
        1.0,
        sum(
            e_to(whole - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p))
            for i in range(k + 1)
        ),
    )


def found(row: dict[str, Any], seen: Verdict) -> bool:
    """Whether the class was seen, at its tier or above."""
    tier = seen.tier_of(row["class"])
    return tier == "now" or (tier == "gentle" and row["tier"] == "gentle")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def lines(positives: list[dict[str, Any]], negatives: list[dict[str, Any]]) -> Iterator[str]:
    """The report, a Markdown table at a time; counts only."""
    times: list[float] = []
    hits = [(row, _timed(row["text"], times)) for row in positives]
    yield "| group | n | found | recall | 95 % bounds | any safety text | rules alone |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, rows in _groups(hits):
        yield _recall(name, rows)
    yield ""
    yield from _negatives(negatives, times)
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    yield f"Processor time a message: median {times[len(times) // 2]:.2f} ms, p99 {p99:.2f} ms."


def _negatives(negatives: list[dict[str, Any]], times: list[float]) -> Iterator[str]:
    if not negatives:
        return
    yield "| negatives | n | now | gentle | 95 % upper bound now | gentle |"
    yield "| --- | --- | --- | --- | --- | --- |"
    by_kind: dict[str, list[Verdict]] = defaultdict(list)
    for row in negatives:
        seen = _timed(row["text"], times)
        by_kind["all"].append(seen)
        by_kind[row.get("kind") or "other"].append(seen)
        if row.get("language", "en") != "en":
            by_kind["not in English"].append(seen)
    for name, verdicts in by_kind.items():
        yield _alarms(name, verdicts)
    yield ""


def _timed(text: str, times: list[float]) -> Verdict:
    start = time.thread_time()
    seen = screen(text)
    times.append((time.thread_time() - start) * 1000)
    return seen


Seen = tuple[dict[str, Any], Verdict]


def _groups(hits: list[Seen]) -> Iterator[tuple[str, list[Seen]]]:
    yield "all", hits
    for kind in sorted({row.get("kind", "other") for row, _ in hits}):
        yield kind, [one for one in hits if one[0].get("kind", "other") == kind]
    for cls in CLASSES:
        rows = [one for one in hits if one[0]["class"] == cls]
        if rows:
            yield cls, rows
    for side in _SIDES:
        for value in sorted({row[side] for row, _ in hits if side in row}):
            yield f"{side}: {value}", [one for one in hits if one[0].get(side) == value]


def _recall(name: str, rows: Iterable[Seen]) -> str:
    rows = list(rows)
    n = len(rows)
    hit = sum(found(row, seen) for row, seen in rows)
    answered = sum(seen.tier != "none" for _, seen in rows)
    alone = sum(found(row, by_rules(row["text"])) for row, _ in rows)
    low, high = clopper_pearson(hit, n)
    return (
        f"| {name} | {n} | {hit} | {hit / n:.3f} | {low:.3f} to {high:.3f} "
        f"| {answered / n:.3f} | {alone / n:.3f} |"
    )


def _alarms(name: str, verdicts: list[Verdict]) -> str:
    n = len(verdicts)
    now = sum(one.tier == "now" for one in verdicts)
    gentle = sum(one.tier == "gentle" for one in verdicts)
    upper = [clopper_pearson(count, n)[1] for count in (now, gentle)]
    return (
        f"| {name} | {n} | {now} ({now / n:.2%}) | {gentle} ({gentle / n:.2%}) "
        f"| {upper[0]:.2%} | {upper[1]:.2%} |"
    )


_HEAD = """# How well the screen finds words that call for help

Written by `make evaluate-safety`; do not edit. **These figures are of the building set: the rules
were tuned on it, so they show that nothing known is missed and say little about words not yet
seen.** What is known of unseen words stands in [safety-case.md](safety-case.md). A hit is the
right class at its tier or above; "any safety text" counts any text at all.

"""


def _building(side: str) -> list[Path]:
    return sorted(DATA.glob(f"safety_build_{side}*.jsonl"))


def _rows(paths: list[Path]) -> list[dict[str, Any]]:
    return [row for path in paths for row in read(path)]


def main() -> None:
    """Print the report; write it for the building sets."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--positives", type=Path)
    options.add_argument("--negatives", type=Path)
    options.add_argument("--locked", metavar="WHY", help="report on the locked set, and log it")
    given = options.parse_args()
    warm()
    own = given.positives is None and given.negatives is None
    if given.locked:
        report = "\n".join(lines(*map(read, LOCKED)))
        print(report)
        head = f"\n## {datetime.now(UTC).date().isoformat()}: {given.locked}\n\n"
        with LOG.open("a", encoding="utf-8") as log:
            log.write(head + report + "\n")
        return
    positives = [given.positives] if given.positives else _building("positive")
    negatives = [given.negatives] if given.negatives else _building("negative")
    report = "\n".join(
        lines(*([row for p in ps for row in read(p)] for ps in (positives, negatives)))
    )
    print(report)
    if own:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(_HEAD + report + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
