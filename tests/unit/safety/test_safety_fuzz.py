"""Whatever is sent, the screen ends, gives a whole verdict, and gives it again."""

import pytest

from benchmarks.odd_texts import odd_texts
from safety.exits import answer_of, asks_to_clear, asks_to_resume, exit_of
from safety.model import CLASSES, Context, Turn, strongest
from safety.screen import screen, warm


def holds(text: str) -> None:
    seen = screen(text)
    assert seen.tier == strongest(one.tier for one in seen.evidence)
    assert set(seen.classes) == {one.cls for one in seen.evidence} <= set(CLASSES)
    assert (seen.tier == "none") == (not seen.evidence)
    assert screen(text) == seen
    before = Context((Turn("parent", text, 20.0), Turn("us", "Are you safe?", 10.0)))
    screen(text[:40], context=before)
    for reading in (exit_of, answer_of, asks_to_clear, asks_to_resume):
        reading(text[:400])


@pytest.mark.timeout(170)
def test_no_odd_text_breaks_the_screen():
    warm()
    for text in odd_texts(1_500, seed=1001):
        holds(text)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(10))
def test_none_of_a_hundred_thousand_odd_texts_breaks_the_screen(part):
    warm()
    for text in odd_texts(10_000, seed=part):
        holds(text)
