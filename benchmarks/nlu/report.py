"""Writes the page of the evaluation from what was read; measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.nlu import figures
from benchmarks.nlu.figures import Read, Share

Measure = Callable[[Sequence[Read]], Share]


def page(facts: Mapping[str, Any], seen: Mapping[str, Mapping[str, list[Read]]]) -> str:
    """The page.

    Args:
        facts: `date`, `machine`, `set`, `sha256`, `rows`, `command`, `trained` (seconds by
            reader), `loaded` (seconds by reader), `curve` (examples, seed, share).
        seen: by reader, by noise (`""` is as written), what was read.
    """
    ours = next(iter(seen.values()))[""]
    parts = [
        _head(facts, ours),
        "## Overall\n\n" + _overall(facts, seen),
        "## Goals\n\n" + _goals(seen),
        *(f"## By {key}\n\n{_groups(seen, key)}" for key in ("style", "language", "voice")),
        "## Written worse\n\n" + _noise(seen),
        "## How sure it is\n\n" + _calibration(seen),
        "## More examples\n\n" + _curve(facts["curve"]),
        "## What is taken for what\n\n" + _confusions(ours),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _head(facts: Mapping[str, Any], ours: Sequence[Read]) -> str:
    inside = sum(one.inside for one in ours)
    meant = {one.row["intent"] for one in ours if one.row["intent"].startswith("topic")}
    return f"""# How well parents are understood

`{facts["command"]}`, {facts["date"]}, {facts["machine"]}.

The set is `{facts["set"]}`: {facts["rows"]} texts, {inside} of them ours to answer, by authors who
had seen neither the examples nor the rules (sha256 `{facts["sha256"]}`).
It was fixed before anything was tuned, nobody read it afterwards, and it is only reported on. The
same texts go through each reader as Rasa serves them, and each peer is trained on exactly our
examples. **{len(meant)} of {facts["topics"]} topics occur in it**; of the others nothing is known.
A text with two fair readings has both labels. Brackets hold 95 % intervals (Wilson).
{facts.get("left_out", "")}""".rstrip()


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join([_row(head), _row(["---"] * len(head)), *map(_row, rows)])


def _overall(facts: Mapping[str, Any], seen: Mapping[str, Mapping[str, list[Read]]]) -> str:
    plain = {name: reads[""] for name, reads in seen.items()}
    rows: list[list[object]] = [
        ["likeliest intent is right", *map(figures.accuracy, plain.values())],
        ["macro-F1", *(f"{figures.macro_f1(reads):.3f}" for reads in plain.values())],
        ["answered, and rightly", *map(figures.answered_right, plain.values())],
        ["answered, and wrongly", *map(figures.answered_wrong, plain.values())],
        ["not ours, and refused", *map(figures.caught, plain.values())],
        ["parse p50, ms", *(_ms(reads, 0.5) for reads in plain.values())],
        ["parse p95, ms", *(_ms(reads, 0.95) for reads in plain.values())],
        ["model loaded, s", *(f"{facts['loaded'][name]:.1f}" for name in plain)],
        ["training, s", *(facts["trained"][name] or "-" for name in plain)],
    ]
    return _table(["", *plain], rows)


def _ms(reads: Sequence[Read], part: float) -> str:
    return f"{figures.quantile([one.ms for one in reads], part):.1f}"


def _goals(seen: Mapping[str, Mapping[str, list[Read]]]) -> str:
    ours = next(iter(seen.values()))[""]
    styles = figures.by(ours, lambda one: one.row["style"])
    clean = figures.accuracy(styles.get("plain", [])).value
    rows: list[list[object]] = [
        ["accuracy", ">= 0.85", f"{figures.accuracy(ours).value:.3f}"],
        ["macro-F1", ">= 0.84", f"{figures.macro_f1(ours):.3f}"],
        ["out of scope caught", ">= 0.90", f"{figures.caught(ours).value:.3f}"],
        ["answered, and rightly", ">= 0.78", f"{figures.answered_right(ours).value:.3f}"],
    ]
    for name, reads in styles.items():
        if name != "plain":
            less = (clean - figures.accuracy(reads).value) * 100
            rows.append([f"{name}: points below plain", "<= 6", f"{less:.1f}"])
    foreign = [one for one in ours if one.row["language"] != "en"]
    rows.append(
        ["not English, accuracy", ">= 0.75", figures.accuracy(foreign) if foreign else "no rows"]
    )
    for name, others in list(seen.items())[1:]:
        gained = (figures.accuracy(ours).value - figures.accuracy(others[""]).value) * 100
        rows.append([f"points above {name}", ">= 25 (default)", f"{gained:.1f}"])
    return _table(["what", "goal", "measured"], rows)


def _groups(seen: Mapping[str, Mapping[str, list[Read]]], key: str) -> str:
    plain = {name: figures.by(reads[""], lambda one: one.row[key]) for name, reads in seen.items()}
    first = next(iter(plain.values()))
    rows = [
        [
            group,
            figures.accuracy(reads).n,
            *(figures.accuracy(groups[group]) for groups in plain.values()),
            figures.answered_right(reads),
        ]
        for group, reads in first.items()
    ]
    return _table([key, "n", *plain, "ours: answered, and rightly"], rows)


def _noise(seen: Mapping[str, Mapping[str, list[Read]]]) -> str:
    first = next(iter(seen.values()))
    rows = [
        [
            noise or "as written",
            *(figures.accuracy(reads[noise]) for reads in seen.values()),
            figures.caught(first[noise]),
        ]
        for noise in first
    ]
    note = "The same texts, changed by a seeded program (`benchmarks/nlu/noise.py`).\n\n"
    return note + _table(["", *seen, "ours: not ours, and refused"], rows)


def _calibration(seen: Mapping[str, Mapping[str, list[Read]]]) -> str:
    rows = [[name, f"{figures.calibration(reads[''])[0]:.3f}"] for name, reads in seen.items()]
    return (
        "Our confidence is scaled so that the threshold picked in training lies at 0.5: it is a\n"
        "mark to act upon, not a probability, and the plot shows how far from one it is.\n\n"
        + _table(["", "expected calibration error"], rows)
        + "\n\n![how sure against how often right](calibration.svg)"
    )


def _curve(points: Sequence[Sequence[Any]]) -> str:
    rows = [[most or "all", examples, f"{share:.3f}"] for most, examples, share in points]
    return (
        _table(["most examples an intent", "examples", "likeliest intent is right"], rows)
        + "\n\n![examples against accuracy](curve.svg)"
    )


def _confusions(ours: Sequence[Read]) -> str:
    most = figures.confusions(ours).most_common(15)
    rows = [[label, found, n] for (label, found), n in most]
    return (
        _table(["meant", "found", "n"], rows) + "\n\n![groups of topics, meant against found]"
        "(confusions.svg)"
    )
