"""Says how the trained model does on labelled texts: `python -m bot.evaluate TEST.jsonl`.

It changes nothing. A line is `{"text", "intent"}`, with `"accept": [intents]` where several are
right. `out_of_scope` counts as right when no answer is given. Labels that the model does not know
are counted apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import launch
from bot.card import BadModel, checked

OUTSIDE = frozenset({"out_of_scope", "nlu_fallback"})


@dataclass
class Tally:
    """Counts over a labelled set; `confused` counts (label, found) pairs."""

    seen: int = 0
    first: int = 0
    answered: int = 0
    outside: int = 0
    rejected: int = 0
    unknown: int = 0
    milliseconds: list[float] = field(default_factory=list)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, row: dict[str, Any], found: dict[str, Any], known: set[str]) -> None:
        """Counts one text; `found` is Rasa's parse of it."""
        labels = set(row.get("accept") or [row["intent"]])
        if "out_of_scope" in labels:
            self.outside += 1
            self.rejected += found["intent"]["name"] in OUTSIDE
            return
        if not labels & known:
            self.unknown += 1
            return
        self.seen += 1
        names = [r["name"] for r in found["intent_ranking"] if r["name"] not in OUTSIDE]
        self.first += names[0] in labels
        self.answered += found["intent"]["name"] in labels
        if found["intent"]["name"] not in labels:
            self.confused[row["intent"], found["intent"]["name"]] += 1

    def figures(self) -> dict[str, Any]:
        """What to print: shares of texts, and milliseconds of one parse."""
        times = sorted(self.milliseconds)
        return {
            "texts": self.seen,
            "first_is_right": round(self.first / max(self.seen, 1), 4),
            "answered_and_right": round(self.answered / max(self.seen, 1), 4),
            "out_of_scope_texts": self.outside,
            "out_of_scope_rejected": round(self.rejected / max(self.outside, 1), 4),
            "labels_unknown": self.unknown,
            "parse_ms_p50": round(times[len(times) // 2], 2) if times else None,
        }


async def evaluate(rows: list[dict[str, Any]], model: Path) -> Tally:
    """The tally of `rows` over the model in a file."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    known = set(agent.domain.intents)
    tally = Tally()
    for row in rows:
        started = time.perf_counter()
        found = await agent.parse_message(row["text"].lstrip("/ "))
        tally.milliseconds.append((time.perf_counter() - started) * 1000)
        tally.add(row, found, known)
    return tally


def main() -> int:
    """Prints the figures as JSON, and the most frequent confusions."""
    parser = argparse.ArgumentParser(prog="python -m bot.evaluate", description=__doc__)
    parser.add_argument("test", type=Path, help="labelled texts, one JSON object a line")
    parser.add_argument("--model", type=Path, default=launch.DEFAULT_MODEL)
    given = parser.parse_args()
    launch.prepare()
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(40)  # logging.ERROR: Rasa's lines would carry the texts
    try:
        model = checked(given.model)
    except BadModel as error:
        sys.stderr.write(f"{error}\n")
        return 2
    rows = [json.loads(line) for line in given.test.read_text().splitlines() if line.strip()]
    tally = asyncio.run(evaluate(rows, model))
    sys.stdout.write(json.dumps(tally.figures(), indent=2) + "\n")
    for (label, found), count in tally.confused.most_common(15):
        sys.stdout.write(f"{count:4}  {label} -> {found}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
