"""What is hidden stays hidden: linear algebra may not work it out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.suppress import SMALL, suppressed


def tables(columns: st.SearchStrategy[int]):  # noqa: ANN201
    return columns.flatmap(
        lambda width: st.lists(
            st.lists(
                st.one_of(st.integers(0, 9), st.integers(0, 200)), min_size=width, max_size=width
            ),
            min_size=1,
            max_size=6,
        )
    )


def fixed(shown: list[list[int | None]]) -> list[tuple[int, int]]:
    """The hidden cells that have the same value in every solution of the sums."""
    unknown = [(r, c) for r, row in enumerate(shown) for c, n in enumerate(row) if n is None]
    height, width = len(shown), len(shown[0])
    equations = []
    for c in range(width):
        equations.append({(r, c): -1.0 if r == height - 1 else 1.0 for r in range(height)})
    if width > 1:
        for r in range(height):
            equations.append({(r, c): -1.0 if c == width - 1 else 1.0 for c in range(width)})
    matrix = np.array([[e.get(cell, 0.0) for cell in unknown] for e in equations])
    if not unknown:
        return []
    rank = np.linalg.matrix_rank(matrix)
    found = []
    for n, cell in enumerate(unknown):
        one = np.zeros((1, len(unknown)))
        one[0, n] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, one])) == rank:
            found.append(cell)
    return found


@settings(max_examples=300, deadline=None)
@given(tables(st.integers(1, 5)))
def test_no_hidden_number_follows_from_the_others(table):
    assert fixed(suppressed(table)) == []


@settings(max_examples=200, deadline=None)
@given(tables(st.integers(1, 5)))
def test_no_small_number_is_shown_and_no_shown_number_is_changed(table):
    shown = suppressed(table)
    for r, row in enumerate(table):
        for c, number in enumerate(row):
            assert shown[r][c] in (None, number)
            assert not (shown[r][c] and 0 < shown[r][c] < SMALL)


def test_a_table_without_small_numbers_is_shown_whole_with_its_totals():
    assert suppressed([[10, 0], [20, 30]]) == [[10, 0, 10], [20, 30, 50], [30, 30, 60]]


def test_the_smallest_other_number_is_hidden_beside_a_small_one():
    assert suppressed([[3], [40], [9], [0]]) == [[None], [40], [None], [0], [52]]


def test_two_small_numbers_that_make_few_get_a_third_beside_them():
    assert suppressed([[1], [1], [30], [50]]) == [[None], [None], [None], [50], [82]]


def test_a_lone_small_number_takes_its_total_with_it():
    assert suppressed([[2]]) == [[None], [None]]
    assert suppressed([[2], [0]])[0] == [None]
