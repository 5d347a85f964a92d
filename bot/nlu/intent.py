"""Which intent a text has, and how sure that is, from its words, letters and sentence vector.

Pure: texts and vectors in, a model out; no Rasa, no files. The model is kernel ridge regression
onto the intents: linear in words and letters, and by likeness to each training text in the
vectors. It is solved among the training texts, so its leave-one-out scores come for free: they
show how it does on texts it has not seen. From them a second, small model learns how sure to be,
and the threshold below which the assistant offers choices instead of an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.features import Array, TfIdf, letter_grams, word_grams

OUT_OF_SCOPE = "out_of_scope"
ACCEPTED = 0.5  # confidence is scaled so that the picked threshold is always here
RANKED = 5
SHARPNESS = (
    8.0  # how fast confidence falls behind the best: a tenth of a score behind is half of it
)

# Picked by leave-one-out accuracy on the training data; no held-out text was looked at.
RIDGE = 1.0
WEIGHT_WORDS, WEIGHT_LETTERS = 0.6, 0.8
# Likeness of two vectors: LIKENESS * exp(FALL * (cosine - 1)). Against a linear term this is worth
# 6 points of accuracy and 20 of recall out of scope.
LIKENESS, FALL = 8.0, 2.0
# An answered question is worth twice a rejected one that was not ours: research, two to one.
WORTH_OF_SCOPE = 2.0


@dataclass(frozen=True)
class Ranked:
    """Intents with confidences, best first, and the most likely one (maybe out of scope)."""

    name: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]


@dataclass
class Sureness:
    """How signs of doubt become a confidence: a logistic function, ACCEPTED at the threshold."""

    weights: Array
    offset: float

    def __call__(self, signs: Array) -> Array:
        """Confidence of each row of `signs`, between 0 and 1."""
        confidence: Array = 1 / (1 + np.exp(-(signs @ self.weights + self.offset)))
        return confidence


@dataclass
class IntentModel:
    """A fitted classifier.

    Attributes:
        intents: names, in the order of the columns of `weights`.
        weights: a row per word, letter gram and the constant; a column per intent.
        examples: the training texts' vectors, a row each, those in scope first.
        pulls: how much likeness to each example says for each intent.
        in_scope: how many examples are in scope.
        mean: what is subtracted from a sentence vector; empty in the profile without vectors.
        figures: leave-one-out figures and the threshold, for the model's card.
    """

    intents: list[str]
    words: TfIdf
    letters: TfIdf
    weights: Array
    examples: Array
    pulls: Array
    in_scope: int
    mean: Array
    sureness: Sureness
    figures: dict[str, float]

    def rank(self, text: str, vector: Array) -> Ranked:
        """The intents of a normalised text.

        Args:
            text: as the normaliser gives it.
            vector: its sentence vector; empty in the profile without vectors.
        """
        scores, nearest, known = self._scores(text, vector)
        return self._ranked(scores, nearest, known)

    def _scores(self, text: str, vector: Array) -> tuple[Array, float, float]:
        scores = self.weights[-1].astype(np.float32)
        known, start = 0.0, 0
        for tfidf, weight in ((self.words, WEIGHT_WORDS), (self.letters, WEIGHT_LETTERS)):
            where, values = tfidf.vector(text)
            if len(where):
                scores = scores + weight * (values @ self.weights[start + where])
            if tfidf is self.words:
                known = _known_share(tfidf, text)
            start += len(tfidf.columns)
        nearest = 0.0
        if len(self.mean):
            alike = self.examples @ _unit(vector - self.mean)
            scores = scores + _likeness(alike) @ self.pulls
            nearest = float(alike[: self.in_scope].max())
        return scores, nearest, known

    def _ranked(self, scores: Array, nearest: float, known: float) -> Ranked:
        outside = self.intents.index(OUT_OF_SCOPE)
        signs = _signs(scores[None], outside, np.array([nearest]), np.array([known]))
        sure = float(self.sureness(signs)[0])
        order = [i for i in np.argsort(-scores) if i != outside][:RANKED]
        share = np.exp((scores[order] - scores[order[0]]) * SHARPNESS)
        ranking = tuple(
            (self.intents[i], float(sure * s)) for i, s in zip(order, share, strict=True)
        )
        if scores[outside] > scores[order[0]] and sure < ACCEPTED:
            return Ranked(OUT_OF_SCOPE, 1 - sure, ranking)
        return Ranked(ranking[0][0], sure, ranking)


def fit(texts: Sequence[str], intents: Sequence[str], vectors: Array) -> IntentModel:
    """The model of normalised texts and their intents, one of which is OUT_OF_SCOPE.

    Args:
        texts: normalised training texts.
        intents: the intent of each.
        vectors: a row per text, or no columns in the profile without vectors.
    """
    from scipy.sparse import csr_matrix, hstack  # not loaded while serving

    names = sorted(set(intents))
    # In scope first: the nearest of them is a sign of its own.
    order = sorted(range(len(texts)), key=lambda i: intents[i] == OUT_OF_SCOPE)
    texts = [texts[i] for i in order]
    labels = np.array([names.index(intents[i]) for i in order])
    outside = names.index(OUT_OF_SCOPE)
    in_scope = int((labels != outside).sum())
    words = TfIdf.fitted(word_grams, texts, at_least=1)
    letters = TfIdf.fitted(letter_grams, texts, at_least=2)
    linear = hstack(
        [
            words.matrix(texts) * WEIGHT_WORDS,
            letters.matrix(texts) * WEIGHT_LETTERS,
            csr_matrix(np.ones((len(texts), 1), np.float32)),
        ]
    ).tocsr()
    kernel = (linear @ linear.T).toarray()
    mean, units = vectors[order].mean(axis=0), vectors[order]
    nearest = np.zeros(len(texts))
    if len(mean):
        units = _unit(units - mean)
        alike = units @ units.T
        kernel += _likeness(alike)
        nearest = _nearest_other(alike, in_scope)

    dual, unseen = _ridge(kernel, labels, len(names))
    sureness, figures = _fit_sureness(unseen, labels, outside, nearest, _known_by_others(texts))
    return IntentModel(
        intents=names,
        words=words,
        letters=letters,
        weights=np.asarray(linear.T @ dual, dtype=np.float32),
        examples=units.astype(np.float32),
        pulls=dual.astype(np.float32),
        in_scope=in_scope,
        mean=mean,
        sureness=sureness,
        figures=figures,
    )


def _likeness(cosines: Array) -> Array:
    likeness: Array = LIKENESS * np.exp(FALL * (cosines - 1))
    return likeness


def _ridge(kernel: Array, labels: Array, many: int) -> tuple[Array, Array]:
    """Dual weights, and the score of each text by a model that has not seen it."""
    targets = np.eye(many)[labels]
    # Rare intents count as much as frequent ones.
    counts = np.bincount(labels, minlength=many)
    ridge = RIDGE * np.sqrt(counts[labels] / counts.mean())
    inverse = np.linalg.inv(kernel + np.diag(ridge).astype(np.float32))
    dual = inverse @ targets
    return dual, targets - dual / np.diag(inverse)[:, None]


def _signs(scores: Array, outside: int, nearest: Array, known: Array) -> Array:
    inside = np.delete(scores, outside, axis=1)
    top = -np.sort(-inside, axis=1)[:, :2]
    return np.column_stack([top[:, 0], top[:, 0] - top[:, 1], scores[:, outside], nearest, known])


def _fit_sureness(
    scores: Array, labels: Array, outside: int, nearest: Array, known: Array
) -> tuple[Sureness, dict[str, float]]:
    from sklearn.linear_model import LogisticRegression

    signs = _signs(scores, outside, nearest, known)
    inside = scores.copy()
    inside[:, outside] = -np.inf
    right = inside.argmax(axis=1) == labels
    scope = labels != outside
    weight = np.where(scope, 1.0, scope.sum() / (WORTH_OF_SCOPE * max((~scope).sum(), 1)))
    model = LogisticRegression(C=1.0, max_iter=500).fit(signs, right, sample_weight=weight)
    odds = model.decision_function(signs)
    threshold = _threshold(odds, right, scope)
    accepted = odds >= threshold
    figures = {
        "texts": len(labels),
        "accuracy": float(right[scope].mean()),
        "accepted_and_right": float((right & accepted)[scope].mean()),
        "out_of_scope_rejected": float((~accepted)[~scope].mean()) if (~scope).any() else 1.0,
        "threshold": float(1 / (1 + np.exp(-threshold))),
    }
    sureness = Sureness(model.coef_[0], float(model.intercept_[0] - threshold))
    return sureness, {name: round(value, 4) for name, value in figures.items()}


def _threshold(odds: Array, right: Array, scope: Array) -> float:
    candidates = np.quantile(odds, np.linspace(0.01, 0.6, 60))
    worth = [
        WORTH_OF_SCOPE * (right & (odds >= t))[scope].mean()
        + ((odds < t)[~scope].mean() if (~scope).any() else 0.0)
        for t in candidates
    ]
    return float(candidates[int(np.argmax(worth))])


def _nearest_other(alike: Array, in_scope: int) -> Array:
    others = alike[:, :in_scope].copy()
    np.fill_diagonal(others, -1)
    nearest: Array = others.max(axis=1)
    return nearest


def _known_share(words: TfIdf, text: str) -> float:
    said = text.split()
    return sum(word in words.columns for word in said) / len(said) if said else 0.0


def _known_by_others(texts: Sequence[str]) -> Array:
    seen = Counter(word for text in texts for word in set(text.split()))
    shares = [np.mean([float(seen[w] > 1) for w in text.split()] or [0.0]) for text in texts]
    return np.array(shares)


def _unit(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Array = rows / np.maximum(length, 1e-9)
    return unit
