"""One spelling of many: tables of what becomes what, and of what must stay."""

from __future__ import annotations

import pytest

from bot.nlu.normalise import OURS, Normaliser
from bot.nlu.words import known_words


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    return Normaliser(known_words(["crying", "breastfeeding", "mum", "tired", "too", "so"]))


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("r u there", "are you there"),
        ("i dnt knw wot 2 do", "i don't know what to do"),
        ("2 weeks old", "2 weeks old"),
        ("4 months", "4 months"),
        ("gd advice 4 mums", "good advice for mums"),
        ("so tiiiired", "so tired"),
        ("toooo much", "too much"),
        ("plzzz", "please"),
        ("he keeps crynig", "he keeps crying"),
        ("brestfeeding hurts", "breastfeeding hurts"),
        ("Can’t sleep", "can't sleep"),
        ("my LO wont settle", "my baby won't settle"),
        ("help 😭😭", "help sad crying sad crying"),
        ("ok 🦄", "ok"),
        ("i live at cf10 1aa", "i live at postcode"),
        ("gr8 m8", "great mate"),
        ("ring 07700 900123", "ring phone number"),
        ("", ""),
        ("   ", ""),
        ("ﬁne", "fine"),
    ],
)
def test_it_becomes_plain_words(normalise: Normaliser, typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize("word", ["cheating", "leeds", "colic", "naan", "mera", "é", "x"])
def test_a_known_or_foreign_word_is_left_alone(normalise: Normaliser, word: str) -> None:
    assert normalise(word) == word


def test_normalising_twice_changes_nothing(normalise: Normaliser) -> None:
    once = normalise("omg my bby wont stpo cryin 4 hrs plzzz helppp")
    assert normalise(once) == once


def test_our_own_words_win_over_commoner_english_ones() -> None:
    words = known_words(["latch"])
    assert words["latch"] > OURS
    assert words["latch"] > words["the"]
