"""Draws the plots: `bot/.venv/bin/python benchmarks/nlu/plots.py DATA.json FOLDER`.

It has matplotlib from the assistant's environment, where Rasa brings it, and knows no model.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

BLUE, GREY, RED = "#005eb8", "#768692", "#d5281b"


def main(given: list[str]) -> None:
    """Write confusions.svg, calibration.svg and curve.svg."""
    import matplotlib as mpl  # type: ignore[import-not-found]

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "first1001", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot as plt

    data, folder = json.loads(Path(given[0]).read_text()), Path(given[1])
    for name, draw in (
        ("confusions", _confusions),
        ("calibration", _calibration),
        ("curve", _curve),
    ):
        if data.get(name):
            figure = draw(plt, data[name])
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
            plt.close(figure)


def _confusions(plt: Any, data: dict[str, Any]) -> Any:
    """A row for each group of labels, a column for what was found; shares of the row."""
    names, counts = data["names"], data["counts"]
    figure, axes = plt.subplots(figsize=(7.5, 6.5))
    shares = [[n / max(sum(row), 1) for n in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
    axes.set_yticks(range(len(names)), names)
    for i, row in enumerate(counts):
        for j, n in enumerate(row):
            if n:
                axes.text(
                    j, i, n, ha="center", va="center", color="w" if shares[i][j] > 0.5 else "k"
                )
    axes.set_xlabel("what was found")
    axes.set_ylabel("what was meant")
    return figure


def _calibration(plt: Any, data: dict[str, list[list[float]]]) -> Any:
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="as sure as right")
    for (name, rows), colour in zip(data.items(), (BLUE, GREY, RED), strict=False):
        axes.plot([r[0] for r in rows], [r[1] for r in rows], "o-", color=colour, label=name)
    axes.set_xlabel("how sure")
    axes.set_ylabel("share that is right")
    axes.legend(frameon=False)
    return figure


def _curve(plt: Any, data: list[list[float]]) -> Any:
    """Examples an intent against accuracy; the points are seeds."""
    figure, axes = plt.subplots(figsize=(5, 3.5))
    axes.plot([r[0] for r in data], [r[1] for r in data], "o", color=BLUE)
    axes.set_xlabel("examples, all intents together")
    axes.set_ylabel("likeliest intent is right")
    axes.set_ylim(0, 1)
    return figure


if __name__ == "__main__":
    main(sys.argv[1:])
