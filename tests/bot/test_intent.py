"""The intent model: it learns, it doubts, it survives being stored."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.nlu.encoder import EncoderMissing, NoEncoder, SentenceEncoder, encoder
from bot.nlu.features import TfIdf, letter_grams, word_grams
from bot.nlu.intent import ACCEPTED, OUT_OF_SCOPE, IntentModel, fit

SUBJECTS = ["my baby", "our little one", "she", "he", "the newborn", "my son", "my daughter"]
ABOUT = {
    "crying": ["cries all night", "will not stop crying", "is crying again", "screams and cries"],
    "sleep": ["will not sleep", "wakes every hour", "does not sleep at night", "naps badly"],
    "feeding": [
        "will not take the bottle",
        "is feeding all day",
        "refuses milk",
        "is always hungry",
    ],
}
OTHER = ["the weather", "a pizza", "football results", "train times", "my car", "the bins", "tax"]
ASKED = ["what about", "tell me", "i want", "where is"]


def data() -> tuple[list[str], list[str]]:
    texts, intents = [], []
    for intent, phrases in ABOUT.items():
        for subject in SUBJECTS:
            for phrase in phrases:
                texts.append(f"{subject} {phrase}")
                intents.append(intent)
    for thing in OTHER:
        for asked in ASKED:
            texts.append(f"{asked} {thing}")
            intents.append(OUT_OF_SCOPE)
    return texts, intents


def vectors(texts: list[str]) -> Any:
    """Vectors of their own: a fixed direction for each word, added up."""
    rows = []
    for text in texts:
        row = np.zeros(32)
        for word in text.split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            row += np.random.default_rng(seed).normal(size=32)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows, np.float32)


@pytest.fixture(scope="module", params=["with vectors", "without"])
def model(request: pytest.FixtureRequest) -> tuple[IntentModel, Any]:
    texts, intents = data()
    given = vectors(texts) if request.param == "with vectors" else np.empty((len(texts), 0))
    make = vectors if request.param == "with vectors" else lambda t: np.empty((len(t), 0))
    return fit(texts, intents, given), make


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("our baby cries and cries", "crying"),
        ("she wakes up and will not sleep", "sleep"),
        ("he refuses the bottle", "feeding"),
    ],
)
def test_it_finds_the_intent_of_words_it_has_not_seen(
    model: tuple[IntentModel, Any], text: str, intent: str
) -> None:
    fitted, make = model
    found = fitted.rank(text, make([text])[0])
    assert found.name == intent
    assert found.confidence >= ACCEPTED
    assert found.ranking[0][0] == intent


@pytest.mark.parametrize("text", ["what about the bus", "zxcv qwerty", "", "1234"])
def test_it_does_not_answer_what_is_not_ours(model: tuple[IntentModel, Any], text: str) -> None:
    fitted, make = model
    vector = make([text or "x"])[0]
    found = fitted.rank(text, vector)
    assert found.name == OUT_OF_SCOPE or found.confidence < ACCEPTED
    assert OUT_OF_SCOPE not in [name for name, _ in found.ranking]


def test_confidences_are_shares_and_fall(model: tuple[IntentModel, Any]) -> None:
    fitted, make = model
    found = fitted.rank("she cries", make(["she cries"])[0])
    sure = [confidence for _, confidence in found.ranking]
    assert sure == sorted(sure, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in sure)


def test_figures_are_of_texts_left_out(model: tuple[IntentModel, Any]) -> None:
    figures = model[0].figures
    assert figures["texts"] == len(data()[0])
    assert 0.5 < figures["accuracy"] <= 1
    assert 0 < figures["threshold"] < 1


def test_leave_one_out_scores_equal_leaving_one_out() -> None:
    from bot.nlu import intent

    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 5))
    labels = np.arange(12) % 3
    kernel = x @ x.T
    _, unseen = intent._ridge(kernel, labels, 3)
    counts = np.bincount(labels)
    ridge = intent.RIDGE * np.sqrt(counts[labels] / counts.mean())
    for i in range(12):
        rest = np.arange(12) != i
        dual = np.linalg.solve(
            kernel[np.ix_(rest, rest)] + np.diag(ridge[rest]), np.eye(3)[labels[rest]]
        )
        assert np.allclose(kernel[i, rest] @ dual, unseen[i], atol=1e-4)


def test_a_vector_of_words_has_length_one() -> None:
    for grams in (word_grams, letter_grams):
        tfidf = TfIdf.fitted(grams, ["a baby cries", "a baby sleeps"], at_least=1)
        _, values = tfidf.vector("a baby cries loudly")
        assert np.isclose(np.linalg.norm(values), 1)
        assert len(tfidf.vector("???")[0]) == 0


def test_a_matrix_has_the_rows_of_its_vectors() -> None:
    texts = ["a baby cries", "", "she sleeps"]
    tfidf = TfIdf.fitted(letter_grams, texts, at_least=1)
    dense = tfidf.matrix(texts).toarray()
    for row, text in zip(dense, texts, strict=True):
        where, values = tfidf.vector(text)
        assert np.allclose(row[where], values)
        assert np.count_nonzero(row) == len(where)


def test_a_missing_encoder_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing, match="make encoder"):
        SentenceEncoder(tmp_path)


def test_the_fast_profile_has_no_vectors() -> None:
    assert isinstance(encoder("fast"), NoEncoder)
    assert encoder("fast")("words").shape == (0,)


def test_an_unknown_profile_is_refused_by_its_setting() -> None:
    with pytest.raises(ValueError, match="FIRST1001_NLU_PROFILE"):
        encoder("quick")


def test_the_encoder_brings_near_what_means_the_same() -> None:
    encode = encoder("accurate")
    baby, infant, market = map(
        encode,
        ["my baby won't sleep at night", "the infant wakes up in the evening", "stock market"],
    )
    assert np.isclose(np.linalg.norm(baby), 1, atol=1e-5)
    assert baby @ infant > 0.4 > baby @ market
