"""Hides small numbers in what is published, and others beside them so that no sum gives one away.

Pure. Numbers from 1 to 4 are hidden first (primary suppression). Totals are published, so a
number that stands alone among the hidden ones of its row or column could be worked out. More are
hidden beside it, the smallest first, until none can be (secondary suppression).

Source: Government Statistical Service, guidance on disclosure control of tables from
administrative sources: primary and secondary suppression.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

SMALL: Final = 5
"""Numbers above zero and below this are hidden."""

Cell = tuple[int, int]
Table = Sequence[Sequence[int]]
_FREE: Final = -1


def suppressed(table: Table) -> list[list[int | None]]:
    """A table with its totals, None where a number is hidden.

    Args:
        table: rows of equal length, no number below zero. With two columns or more the last column
            of the answer holds the totals of the rows; the last row always holds those of the
            columns. A list is a table of one column.
    """
    whole = _with_totals(table)
    hidden = _hidden(whole, totals_of_rows=len(table[0]) > 1 if table else False)
    return [
        [None if (r, c) in hidden else number for c, number in enumerate(row)]
        for r, row in enumerate(whole)
    ]


def _with_totals(table: Table) -> list[list[int]]:
    rows = [list(row) + ([sum(row)] if len(row) > 1 else []) for row in table]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def _hidden(whole: Table, *, totals_of_rows: bool) -> set[Cell]:
    cells = {(r, c) for r, row in enumerate(whole) for c in range(len(row))}
    hidden = {(r, c) for r, c in cells if 0 < whole[r][c] < SMALL}
    lines = _lines(whole, totals_of_rows=totals_of_rows)
    while (line := _weak(whole, hidden, lines)) is not None:
        # A total is hidden only where nothing else is left; a nought gives the least cover.
        last_row, last_column = len(whole) - 1, len(whole[0]) - 1
        hidden.add(
            min(
                line - hidden,
                key=lambda at: (
                    at[0] == last_row or (totals_of_rows and at[1] == last_column),
                    whole[at[0]][at[1]] == 0,
                    whole[at[0]][at[1]],
                    at,
                ),
            )
        )
    return hidden


def _lines(whole: Table, *, totals_of_rows: bool) -> list[frozenset[Cell]]:
    """The cells of each equation: a column with its total, a row with its total."""
    rows, columns = range(len(whole)), range(len(whole[0]) if whole else 0)
    found = [frozenset((r, c) for r in rows) for c in columns]
    return found + ([frozenset((r, c) for c in columns) for r in rows] if totals_of_rows else [])


def _weak(
    whole: Table, hidden: set[Cell], lines: Sequence[frozenset[Cell]]
) -> frozenset[Cell] | None:
    """A line in which something can be worked out and more can be hidden."""
    for line in lines:
        # Looked for first: the number beside a lone one often closes a circle by itself.
        if len(line & hidden) == 1 and len(line) > 1:
            return line
    for cell in sorted(hidden):
        if not _on_a_circle(cell, hidden, lines):
            found = next((line for line in lines if cell in line and line - hidden), None)
            if found is not None:
                return found
    for line in lines:
        covered = line & hidden
        # Two hidden numbers that make 2 are 1 and 1, as everybody knows that they are not nought.
        if covered and sum(whole[r][c] for r, c in covered) < SMALL and line - hidden:
            return line
    return None


def _on_a_circle(cell: Cell, hidden: set[Cell], lines: Sequence[frozenset[Cell]]) -> bool:
    """Whether sums leave a hidden cell open: its two lines are joined by other hidden cells too.

    Each hidden number is an edge between the lines it stands in. An edge that is the only bridge
    between two parts is fixed by the sums of either part; one on a circle is not.
    """
    ends: dict[Cell, list[int]] = {
        at: [n for n, line in enumerate(lines) if at in line] for at in hidden
    }
    near: dict[int, set[int]] = defaultdict(set)
    for at, (first, *second) in ends.items():
        if at != cell:
            other = second[0] if second else _FREE
            near[first].add(other)
            near[other].add(first)
    first, *second = ends[cell]
    return (second[0] if second else _FREE) in _reached(first, near)


def _reached(start: int, near: dict[int, set[int]]) -> set[int]:
    found, left = {start}, [start]
    while left:
        for other in near[left.pop()] - found:
            found.add(other)
            left.append(other)
    return found
