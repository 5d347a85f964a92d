"""The figures are computed rightly."""

import pytest

from benchmarks.safety import clopper_pearson, lines


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Source: exact values, 1 - 0.025 ** (1 / n) and tables of the beta quantile.
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),
        (299, 299, 0.9877, 1.0),
        (1, 20, 0.0013, 0.2487),
    ],
)
def test_bounds_agree_with_known_values(hits, n, low, high):
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=5e-4)


def test_no_trial_has_no_bounds():
    with pytest.raises(ValueError, match="above 0"):
        clopper_pearson(0, 0)


def test_a_report_prints_counts_and_never_a_text():
    positives = [
        {
            "id": "1",
            "text": "i want to kill myself",
            "class": "suicide",
            "tier": "now",
            "kind": "x",
        },
        {"id": "2", "text": "zebra crossing", "class": "suicide", "tier": "now", "kind": "x"},
    ]
    negatives = [{"id": "3", "text": "marmalade sandwich", "kind": "ordinary"}]
    report = "\n".join(lines(positives, negatives))
    assert "| suicide | 2 | 1 | 0.500" in report
    assert "zebra" not in report
    assert "marmalade" not in report
