"""The encoder: it belongs to the marks in use, adds to the words' shares, and reads little."""

import hashlib
import json

import pytest

from safety import likeness, sentences
from safety.likeness import WEIGHTS, Reading, blend, windows
from safety.normalise import plain
from safety.rulebook import book
from safety.sentences import GRAPH, LEARNED

CRY = "everything would be easier for all of them if i was just not here any more"


class Counting:
    """The encoder, with what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self._reader = sentences.reader()

    def shares(self, words: list[str]) -> list[float]:
        self.asked.append(words)
        assert self._reader is not None
        return self._reader.shares(words)


def test_marks_and_encoder_were_made_together():
    made = json.loads(WEIGHTS.read_text("utf-8"))
    assert hashlib.sha256((LEARNED / GRAPH).read_bytes()).hexdigest() == made["encoder"]


def test_its_shares_are_of_the_same_classes_and_always_the_same():
    reader, model = sentences.reader(), likeness.learned()
    assert reader is not None
    assert model is not None
    shares = reader.shares(CRY.split())
    assert len(shares) == len(model.classes) + 1
    assert sum(shares) == pytest.approx(1.0)
    assert reader.shares(CRY.split()) == shares
    assert model.classes[max(range(len(model.classes)), key=shares.__getitem__)] == "suicide"


def test_words_and_meaning_count_alike():
    both = blend([0.8, 0.1, 0.1], [0.2, 0.4, 0.4])
    assert sum(both) == pytest.approx(1.0)
    assert both[1] == both[2]
    assert blend([0.5, 0.5], [0.5, 0.5]) == pytest.approx([0.5, 0.5])
    assert blend([0.0, 1.0], [1.0, 0.0]) == pytest.approx([0.5, 0.5])


def test_of_a_long_message_it_reads_two_stretches_at_most(monkeypatch):
    counting = Counting()
    monkeypatch.setattr(likeness.sentences, "reader", lambda: counting)
    text = plain(" ".join([CRY] * 60), book().speller)
    assert len(list(windows(text))) > 10
    Reading(text, book()).alike(told=set())
    assert len(counting.asked) == likeness.ASKED


def test_it_is_not_asked_about_plain_ordinary_talk(monkeypatch):
    counting = Counting()
    monkeypatch.setattr(likeness.sentences, "reader", lambda: counting)
    Reading(plain("how do i wean a 6 month old baby", book().speller), book()).alike(told=set())
    assert counting.asked == []


def test_without_its_file_words_stand_alone(monkeypatch, tmp_path):
    sentences.reader.cache_clear()
    monkeypatch.setattr(sentences, "LEARNED", tmp_path)
    try:
        assert sentences.reader() is None
        assert isinstance(Reading(plain(CRY, book().speller), book()).alike(told=set()), list)
    finally:
        monkeypatch.undo()
        sentences.reader.cache_clear()
