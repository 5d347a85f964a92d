"""Pictures say what the numbers say, and hold no markup of anybody's."""

from xml.etree import ElementTree as ET

import pytest

from insight.charts import Series, bars, columns

SVG = "{http://www.w3.org/2000/svg}"


def test_a_column_is_as_high_as_its_number():
    drawn = ET.fromstring(columns("a", "Title", ["w1", "w2"], [Series("x", [10, 20])]))
    heights = [float(r.get("height")) for r in drawn.iter(f"{SVG}rect")]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)


def test_stacked_columns_stand_on_each_other_and_name_their_series():
    drawn = ET.fromstring(columns("a", "T", ["w"], [Series("low", [3]), Series("high", [1])]))
    low, high, *_ = drawn.iter(f"{SVG}rect")
    assert float(high.get("y")) + float(high.get("height")) == pytest.approx(
        float(low.get("y")), abs=0.2
    )
    assert {"low", "high"} <= {t.text for t in drawn.iter(f"{SVG}text")}


def test_a_hidden_number_is_said_in_words_and_drawn_as_nothing():
    drawn = ET.fromstring(bars("a", "T", ["x", "y"], [None, 7]))
    assert len(list(drawn.iter(f"{SVG}rect"))) == 1
    assert "1 to 4, or hidden with them" in {t.text for t in drawn.iter(f"{SVG}text")}


def test_words_with_markup_stay_words():
    drawn = ET.fromstring(bars("a", "<T> & more", ["<b>bold</b>"], [1]))
    assert drawn.find(f"{SVG}title").text == "<T> & more"
    assert "<b>bold</b>" in {t.text for t in drawn.iter(f"{SVG}text")}


@pytest.mark.parametrize("count", [0, 1, 53, 365])
def test_any_number_of_columns_can_be_drawn(count):
    labels = [f"{n} Nov 26" for n in range(count)]
    ET.fromstring(columns("a", "T", labels, [Series("x", [0] * count)] if count else []))
