"""Times the risk screen: CPU milliseconds a message, and growth with length; asserts nothing.

Run with `python -m benchmarks.safety_speed`; `--odd 100000` times so many texts made by chance.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from benchmarks.odd_texts import odd_texts
from safety.screen import screen, warm

DATA = Path(__file__).parents[1] / "tests" / "data"
SIZES = (500, 1_000, 4_000, 16_000, 64_000)
#: The worst known mixes for the rules: words that many rules are looked up by, and none of them.
SHAPES = {
    "building set": None,
    "ordinary": "he slept well and then we went to the park with my sister and her two boys ",
    "every anchor": "i want to kill hit hurt baby breathing die tablets voices bleeding moved ",
    "one word": "kill ",
    "no space": "killmyselfwanttodie",
    "letters apart": "k i l l m y s e l f ",
    "marks": "!?.,;:*_-",
    "zero width": "k\u200bi\u200bl\u200bl ",
    "urdu": "میں مرنا نہیں چاہتی بچہ سانس ",
}


def texts(shape: str | None, size: int) -> list[str]:
    """Texts of one size: joined building messages, or one shape repeated."""
    if shape is not None:
        return [(shape * (size // len(shape) + 1))[:size]]
    joined: list[str] = []
    rows = [
        json.loads(line)["text"]
        for name in ("safety_build_positive.jsonl", "safety_build_negative.jsonl")
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
    ]
    text = ". ".join(rows)
    for start in range(0, max(1, len(text) - size), size):
        joined.append(text[start : start + size])
    return joined


def timed(text: str) -> float:
    """Milliseconds of processor time for one screen, so that a busy machine does not count."""
    start = time.thread_time()
    screen(text)
    return (time.thread_time() - start) * 1000


def main() -> None:
    """Print a table: shape, size, messages timed, median, 99th percentile, worst."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.safety_speed", description=__doc__)
    parser.add_argument("--odd", type=int, default=0, metavar="N")
    given = parser.parse_args()
    warm()
    if given.odd:
        _odd(given.odd)
        return
    print(f"{'shape':<14}{'chars':>8}{'n':>7}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for name, shape in SHAPES.items():
        for size in SIZES:
            samples = texts(shape, size)
            rounds = max(1, (1_000 if size == SIZES[0] else 10) // len(samples))
            times = sorted(timed(text) for _ in range(rounds) for text in samples)
            p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
            print(
                f"{name:<14}{size:>8}{len(times):>7}{statistics.median(times):>10.2f}"
                f"{p99:>10.2f}{times[-1]:>10.2f}"
            )


def _odd(count: int) -> None:
    """Print how long odd texts take a hundred characters, where they have at least as many."""
    per = sorted(
        timed(text) / max(1.0, len(text) / 100) for text in odd_texts(count, seed=1001) if text
    )
    p99 = per[int(len(per) * 0.99)]
    print(
        f"{len(per)} odd texts, ms for each 100 characters (shorter ones count whole): "
        f"p50 {statistics.median(per):.2f}, p99 {p99:.2f}, max {per[-1]:.2f}"
    )


if __name__ == "__main__":
    main()
