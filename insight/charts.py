"""Draws tables of numbers as pictures (SVG); pure, no script; each has its table beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

COLOURS: Final = ("#005eb8", "#768692", "#003087", "#41b6e6", "#ae2573", "#00703c")
"""In the order of the series. Source: NHS identity, colours; each is at least 3:1 on white but the
fourth, which is never the only one beside white."""

_WIDTH: Final = 720
_BAR: Final = 26
_LABEL: Final = 230
_HEIGHT: Final = 240
_LEFT: Final = 48
_FOOT: Final = 56
_FONT: Final = 'font-family="Frutiger W01, Arial, sans-serif" font-size="14"'


@dataclass(frozen=True)
class Series:
    """One number for each label, in their order; None where it is hidden."""

    name: str
    numbers: Sequence[int | None]


def columns(chart_id: str, title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Stacked columns over time.

    Args:
        chart_id: unique on the page; ids of the picture derive from it.
        title: what the picture shows, for those who do not see it.
        labels: of the columns, in their order; some are left out where they are many.
        series: from the bottom up.
    """
    sums = [sum(s.numbers[n] or 0 for s in series) for n in range(len(labels))]
    top = _round_up(max(sums, default=0))
    plot, step = _HEIGHT - _FOOT - 12, (_WIDTH - _LEFT - 8) / max(1, len(labels))
    parts = [_grid(top, plot)]
    for n, label in enumerate(labels):
        x, y = _LEFT + n * step + step * 0.12, 12.0 + plot
        for colour, one in zip(COLOURS, series, strict=False):
            height = (one.numbers[n] or 0) / top * plot
            y -= height
            if height:
                parts.append(_rect(x, y, step * 0.76, height, colour))
        if n % _every(labels) == 0:
            middle = x + step * 0.38
            parts.append(_text(middle, 12 + plot + 20, label, anchor="middle"))
    parts.append(_legend(series))
    return _svg(chart_id, title, _HEIGHT, parts)


def bars(chart_id: str, title: str, labels: Sequence[str], numbers: Sequence[int | None]) -> str:
    """Lying bars, one a label, with the number at the end; a hidden number says so."""
    most = max((n or 0 for n in numbers), default=0) or 1
    parts = []
    for row, (label, number) in enumerate(zip(labels, numbers, strict=True)):
        y = row * _BAR + 4
        width = (number or 0) / most * (_WIDTH - _LABEL - 70)
        parts.append(_text(_LABEL - 8, y + 15, _short(label), anchor="end"))
        if width:
            parts.append(_rect(_LABEL, y, width, _BAR - 8, COLOURS[0]))
        said = "1 to 4, or hidden with them" if number is None else f"{number:,}"
        parts.append(_text(_LABEL + width + 6, y + 15, said))
    return _svg(chart_id, title, len(labels) * _BAR + 8, parts)


def _svg(chart_id: str, title: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg class="c-chart" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{chart_id}-title" {_FONT} xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{chart_id}-title">{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _grid(top: int, plot: int) -> str:
    lines = []
    for quarter in range(5):
        y = 12 + plot - plot * quarter / 4
        lines.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d8dde0"/>'
        )
        if top * quarter % 4 == 0:
            lines.append(_text(_LEFT - 8, y + 5, f"{top * quarter // 4:,}", anchor="end"))
    return "".join(lines)


def _legend(series: Sequence[Series]) -> str:
    if len(series) < 2:
        return ""
    parts, x = [], float(_LEFT)
    for colour, one in zip(COLOURS, series, strict=False):
        parts.append(_rect(x, _HEIGHT - 16, 12, 12, colour))
        parts.append(_text(x + 17, _HEIGHT - 5, one.name))
        x += 34 + len(one.name) * 7
    return "".join(parts)


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}"/>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#212b32">'
        f"{escape(words)}</text>"
    )


def _short(label: str, most: int = 32) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def _every(labels: Sequence[str]) -> int:
    """Which of the labels are written, so that none runs into the next."""
    room = (_WIDTH - _LEFT) / (max(map(len, labels)) * 8 + 16)
    return max(1, -(-len(labels) // int(room)))


def _round_up(number: int) -> int:
    """The top of the scale: the next 1, 2, 4 or 8 times a power of ten, at least 4."""
    size = 1
    while True:
        for step in (1, 2, 4, 8):
            if step * size >= max(4, number):
                return step * size
        size *= 10
