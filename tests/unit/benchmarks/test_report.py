"""The table of the benchmarks: medians, ratios, goals, and its place in the page."""

import pytest

from benchmarks import report
from benchmarks.measure import Round

OURS = "First1001, SQLite"


def rounds(*, per_second: tuple[float, ...], start_s: float = 3.0, mb: float = 300.0):
    mine = [
        Round(OURS, start_s=start_s, per_second=n, pss_mb={"app": mb, "assistant": mb})
        for n in per_second
    ]
    base = [
        Round(report.BASE, start_s=30.0, per_second=80.0, pss_mb={"rasa": 1200.0})
        for _ in per_second
    ]
    return [*mine, *base]


def test_a_cell_has_the_median_and_the_spread_and_the_ratio_is_of_medians():
    text = report.table(rounds(per_second=(90.0, 100.0, 200.0)), [OURS, report.BASE])
    line = next(line for line in text.splitlines() if line.startswith("| messages/s"))
    assert "| 100.0 (90.0-200.0) | 80.0 (80.0-80.0) | 1.25 |" in line


def test_memory_is_that_of_all_processes():
    text = report.table(rounds(per_second=(90.0,)), [OURS, report.BASE])
    assert "| 600 (600-600) | 1200 (1200-1200) | 0.50 | <= 0.6 |" in text


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"per_second": (80.0,)}, None),
        ({"per_second": (79.0,)}, "messages/s"),
        ({"per_second": (80.0,), "start_s": 6.1}, "start"),
        ({"per_second": (80.0,), "mb": 361.0}, "memory"),
    ],
)
def test_a_goal_that_is_missed_is_named(values, says):
    found = report.missed(rounds(**values), [OURS, report.BASE])
    assert [says] == [says for f in found if says in f] if says else found == []


def test_without_the_peer_there_is_no_ratio_and_no_goal_missed():
    alone = [r for r in rounds(per_second=(1.0,)) if r.peer == OURS]
    assert report.missed(alone, [OURS]) == []
    assert report.BASE not in report.table(alone, [OURS])


def test_the_page_keeps_what_stands_around_the_table(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"above\n{report.BEGIN}\nold\n{report.END}\nbelow\n")
    report.write(page, "new")
    assert page.read_text() == f"above\n{report.BEGIN}\n\nnew\n\n{report.END}\nbelow\n"


def test_a_page_without_a_place_for_the_table_is_refused(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("nothing here")
    with pytest.raises(ValueError, match="no place"):
        report.write(page, "new")
