"""Likeness speaks where no rule does, and never louder than it may."""

import pytest

from safety import likeness
from safety.likeness import Likeness, Reading, features
from safety.normalise import plain
from safety.rulebook import book

LONG = "anything at all that has more words than six"
KNOWN = dict.fromkeys(LONG.split(), (1.0, ()))


@pytest.fixture(autouse=True)
def words_alone(monkeypatch):
    """The encoder knows other classes than the small models of these tests."""
    monkeypatch.setattr(likeness.sentences, "reader", lambda: None)


def made(text: str):
    return plain(text, book().speller)


def test_near_words_make_features_and_groups_stand_in():
    found = features(["he", "hit", "my", "baby"], {"hit": "HIT", "baby": "BABY"})
    assert {"he", "hit", "HIT BABY", "my+BABY"} <= found


def urgent(now: float = 0.9) -> Likeness:
    """A model to which everything is like `suicide`."""
    return Likeness(("suicide", "loss"), (5.0, -5.0, -5.0), 0.5, now, KNOWN)


def test_a_class_that_a_rule_spoke_for_gets_nothing(monkeypatch):
    monkeypatch.setattr(likeness, "learned", urgent)
    assert Reading(made(LONG), book()).alike(told={"suicide"}) == []
    assert [one.tier for one in Reading(made(LONG), book()).alike(told=set())] == ["now"]


def test_below_the_mark_of_now_the_word_is_gentle(monkeypatch):
    monkeypatch.setattr(likeness, "learned", lambda: urgent(now=1.1))
    assert [one.tier for one in Reading(made(LONG), book()).alike(told=set())] == ["gentle"]


def test_likeness_to_a_thought_or_a_loss_is_never_now(monkeypatch):
    sad = Likeness(("suicide", "loss"), (-5.0, 5.0, -5.0), 0.5, 0.0, KNOWN)
    monkeypatch.setattr(likeness, "learned", lambda: sad)
    assert [(o.cls, o.tier) for o in Reading(made(LONG), book()).alike(told=set())] == [
        ("loss", "gentle")
    ]


def test_ordinary_talk_is_like_nothing(monkeypatch):
    calm = Likeness(("suicide", "loss"), (-5.0, -5.0, 5.0), 0.5, 0.9, KNOWN)
    monkeypatch.setattr(likeness, "learned", lambda: calm)
    assert Reading(made(LONG), book()).alike(told=set()) == []


def test_two_classes_are_named_where_both_are_likely():
    model = Likeness(("suicide", "loss", "psychosis"), (0.0, 0.0, 0.0, 0.0), 0.5, 0.9, {})
    assert set(model.named([0.4, 0.1, 0.3, 0.2])) == {"suicide", "psychosis"}
    assert model.named([0.7, 0.1, 0.1, 0.1]) == ["suicide"]


def test_weights_move_the_share_of_their_class():
    model = Likeness(("suicide", "loss"), (0.0, 0.0, 0.0), 0.5, 0.9, {"dark": (2.0, ((0, 3.0),))})
    before, after = model.shares(["sun"], {}), model.shares(["dark"], {})
    assert sum(after) == pytest.approx(1.0)
    assert after[0] > before[0]


def test_a_text_in_words_never_seen_is_like_nothing(monkeypatch):
    monkeypatch.setattr(likeness, "learned", urgent)
    assert Reading(made("kde je najblizsia skupina pre mamy"), book()).alike(told=set()) == []


def test_two_words_are_like_nothing(monkeypatch):
    monkeypatch.setattr(likeness, "learned", urgent)
    assert Reading(made("hello there"), book()).alike(told=set()) == []


def test_without_weights_the_rules_stand_alone(monkeypatch):
    monkeypatch.setattr(likeness, "learned", lambda: None)
    assert Reading(made("i want to die"), book()).alike(told=set()) == []


def test_the_weights_in_use_say_what_they_were_trained_on():
    import json

    data = json.loads(likeness.WEIGHTS.read_text(encoding="utf-8"))
    assert data["trained_on"]["examples"] > 1000
    assert len(data["trained_on"]["sha256"]) == 64


def test_every_word_of_a_long_text_is_in_a_window():
    text = made("word " * 203)
    seen = {at for low, high in likeness.windows(text) for at in range(low, high + 1)}
    assert seen == set(range(203))
