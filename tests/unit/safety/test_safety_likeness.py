"""Likeness speaks where no rule does, and never louder than it may."""

from safety import likeness
from safety.likeness import Likeness, alike, features
from safety.normalise import plain
from safety.rulebook import book

LONG = "anything at all that has more words than six"


def made(text: str):
    return plain(text, book().speller)


def test_near_words_make_features_and_groups_stand_in():
    found = features(["he", "hit", "my", "baby"], {"hit": "HIT", "baby": "BABY"})
    assert {"he", "hit", "HIT BABY", "my+BABY"} <= found


def test_a_class_that_a_rule_spoke_for_gets_nothing(monkeypatch):
    everything = Likeness(("suicide",), (5.0,), (1.0,), {})
    monkeypatch.setattr(likeness, "learned", lambda: everything)
    assert alike(made(LONG), book(), told={"suicide"}) == []
    assert alike(made(LONG), book(), told=set())[0].tier == "gentle"


def test_a_few_words_are_like_nothing(monkeypatch):
    everything = Likeness(("suicide",), (5.0,), (1.0,), {})
    monkeypatch.setattr(likeness, "learned", lambda: everything)
    assert alike(made("i want to complain"), book(), told=set()) == []


def test_without_weights_the_rules_stand_alone(monkeypatch):
    monkeypatch.setattr(likeness, "learned", lambda: None)
    assert alike(made("i want to die"), book(), told=set()) == []


def test_the_weights_in_use_say_what_they_were_trained_on():
    import json

    data = json.loads(likeness.WEIGHTS.read_text(encoding="utf-8"))
    assert data["trained_on"]["examples"] > 1000
    assert len(data["trained_on"]["sha256"]) == 64


def test_every_word_of_a_long_text_is_in_a_window():
    text = made("word " * 203)
    seen = {at for low, high in likeness.windows(text) for at in range(low, high + 1)}
    assert seen == set(range(203))
