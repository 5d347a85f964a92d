"""Turns rounds into one table: medians with their spread, and the ratio to plain Rasa."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Round

BASE = "Rasa default"
BEGIN, END = "<!-- begin measured -->", "<!-- end measured -->"

Read = Callable[[Round], float | None]


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        goal: what First1001's ratio should be; the sign says at least or at most.
    """

    what: str
    read: Read
    digits: int = 1
    goal: str = ""


def _total(values: dict[str, float], *, without: str = "generator") -> float:
    return sum(value for name, value in values.items() if name != without)


def _cpu(role: str) -> Read:
    return lambda r: r.cpu_ms.get(role)


ROWS = (
    Row("messages/s, 8 conversations at once", lambda r: r.per_second, 1, ">= 1.0"),
    Row("start: command to first answer, s", lambda r: r.start_s, 1, "<= 0.2"),
    Row("memory of all processes, PSS MB", lambda r: _total(r.pss_mb), 0, "<= 0.6"),
    Row("one at a time: message to reply, p50 ms", lambda r: r.p50),
    Row("one at a time: message to reply, p95 ms", lambda r: r.p95),
    Row("one at a time: message to outbound row, p50 ms", lambda r: r.row_p50),
    Row("one at a time: message to outbound row, p95 ms", lambda r: r.row_p95),
    Row("one at a time: webhook answered, p50 ms", lambda r: r.accepted_p50),
    Row("8 at once: message to reply, p50 ms", lambda r: r.busy_p50),
    Row("8 at once: message to reply, p95 ms", lambda r: r.busy_p95),
    Row("CPU ms a message, all processes", lambda r: _total(r.cpu_ms)),
    Row("- app", _cpu("app")),
    Row("- assistant", _cpu("assistant")),
    Row("- database", _cpu("database")),
    Row("- rasa", _cpu("rasa")),
    Row("CPU ms a message, generator (apart)", _cpu("generator")),
    Row("very first start, on an empty database, s", lambda r: r.first_start_s),
)


def table(rounds: Sequence[Round], peers: Sequence[str]) -> str:
    """A Markdown table: a column for each peer, and the ratio of each to plain Rasa."""
    compared = [name for name in peers if name != BASE] if BASE in peers else []
    head = ["", *peers, *(f"{name} / {BASE}" for name in compared), "goal"]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in ROWS:
        found = {name: _values(rounds, name, row) for name in peers}
        if any(found.values()):
            cells = [_cell(found[name], row.digits) for name in peers]
            ratios = [_ratio(found[name], found.get(BASE, [])) for name in compared]
            lines.append(_line([row.what, *cells, *ratios, row.goal]))
    return "\n".join(lines)


def missed(rounds: Sequence[Round], peers: Sequence[str]) -> list[str]:
    """The goals that were not reached, in words; empty where there is nothing to compare with."""
    found = []
    for row in (row for row in ROWS if row.goal):
        base = _values(rounds, BASE, row)
        for name in peers:
            mine = _values(rounds, name, row)
            if name == BASE or not base or not mine:
                continue
            ratio, wanted = median(mine) / median(base), float(row.goal[3:])
            if ratio < wanted if row.goal.startswith(">=") else ratio > wanted:
                found.append(f"{name}: {row.what} is {ratio:.2f}x, wanted {row.goal}")
    return found


def write(page: Path, text: str) -> None:
    """Put the text between the page's two markers.

    Raises:
        ValueError: the page has no such markers.
    """
    whole = page.read_text()
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for what was measured")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")


def page_part(facts: dict[str, Any], rounds: Sequence[Round], peers: Sequence[str]) -> str:
    """What the page says of a run: when and where, the table, the goals."""
    lacking = missed(rounds, peers)
    goals = "All goals are reached." if not lacking else "\n".join(f"- {m}" for m in lacking)
    parts = [_about(facts), table(rounds, peers)]
    compared = BASE in peers and len(peers) > 1
    return "\n\n".join([*parts, goals] if compared else parts)


def _about(facts: dict[str, Any]) -> str:
    lines = [
        f"Measured {facts['date']} on {facts['machine']}; load of it before: {facts['load']}.",
        f"{facts['rounds']} rounds, {facts['messages']} timed messages a round and peer.",
        "Medians of the rounds, smallest and largest in brackets.",
    ]
    if facts["rasa"] is not None:
        rasa = facts["rasa"]
        data = f"{rasa['intents']} intents, {rasa['examples']} examples"
        versions = f"Plain Rasa {rasa['rasa']} with TensorFlow {rasa['tensorflow']}"
        lines.append(f"{versions}: {data}, trained in {rasa['trained_s']:.0f} s.")
    return "\n".join(lines)


def _values(rounds: Sequence[Round], peer: str, row: Row) -> list[float]:
    read = (row.read(r) for r in rounds if r.peer == peer)
    return [value for value in read if value is not None]


def _cell(values: list[float], digits: int) -> str:
    if not values:
        return "-"
    low, middle, high = min(values), median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def _ratio(mine: list[float], base: list[float]) -> str:
    return f"{median(mine) / median(base):.2f}" if mine and base and median(base) else "-"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
