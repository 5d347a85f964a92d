"""The Rasa component around the intent model: trains, stores, loads and asks it, no more."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import Encoder, encode_all, encoder
from bot.nlu.features import TfIdf, letter_grams, word_grams
from bot.nlu.intent import IntentModel, Sureness, fit
from bot.nlu.normalise import Normaliser
from bot.nlu.words import known_words

PROFILE_SETTING = "FIRST1001_NLU_PROFILE"
FIGURES_SETTING = "FIRST1001_TRAINING_FIGURES"  # a file that bot/train.py reads afterwards
LONGEST_READ = 2_000  # characters; what follows changes no intent and costs time
_ARRAYS, _NAMES = "arrays.npz", "names.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentFinder(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking` (best five) of a message.

    Confidence is the chance that the intent is right and the message is ours to answer, scaled so
    that the threshold picked in training is 0.5.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`profile` is `accurate` (with sentence vectors) or `fast`; the environment wins."""
        return {"profile": "accurate"}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._profile = os.environ.get(PROFILE_SETTING) or config["profile"]
        self._storage, self._resource = storage, resource
        self._own_words: list[str] = []
        self._model: IntentModel | None = None
        self._encode: Encoder
        self._normalise: Normaliser

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 (Rasa's signature)
    ) -> IntentFinder:
        """An untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits and stores the model; its figures go to the file that the environment names."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        texts = [e.get(TEXT) for e in examples]
        self._prepare(words_of(texts), encoder(self._profile))
        plain = [self._normalise(text) for text in texts]
        self._model = fit(
            plain, [e.get(INTENT) for e in examples], encode_all(self._encode, plain)
        )
        self._store(self._model)
        figures = {"profile": self._profile, "encoder": self._encode.name, **self._model.figures}
        if path := os.environ.get(FIGURES_SETTING):
            Path(path).write_text(json.dumps(figures))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Finds the intent of each message that has none yet (a payload brings its own)."""
        for message in messages:
            if self._model is not None and not message.get(INTENT_RANKING_KEY):
                self._find(self._model, message)
        return messages

    def _find(self, model: IntentModel, message: Message) -> None:
        plain = self._normalise((message.get(TEXT) or "")[:LONGEST_READ])
        found = model.rank(plain, self._encode(plain))
        ranking = [{"name": name, "confidence": sure} for name, sure in found.ranking]
        best = {"name": found.name, "confidence": found.confidence}
        if found.name != found.ranking[0][0]:
            ranking.insert(0, best)
        message.set(INTENT, best, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _prepare(self, own_words: list[str], encode: Encoder) -> None:
        self._own_words, self._encode = own_words, encode
        self._normalise = Normaliser(known_words(own_words))

    def _store(self, model: IntentModel) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez(
                folder / _ARRAYS,
                weights=model.weights.astype(np.float16),
                examples=model.examples.astype(np.float16),
                pulls=model.pulls.astype(np.float16),
                mean=model.mean,
                words=model.words.idf,
                letters=model.letters.idf,
                sureness=np.append(model.sureness.weights, model.sureness.offset),
            )
            names = {
                "profile": self._profile,
                "encoder": self._encode.name,
                "intents": model.intents,
                "in_scope": model.in_scope,
                "words": list(model.words.columns),
                "letters": list(model.letters.columns),
                "own_words": self._own_words,
                "figures": model.figures,
            }
            (folder / _NAMES).write_text(json.dumps(names), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 (Rasa's signature)
        **_: Any,
    ) -> IntentFinder:
        """The trained component.

        Raises:
            RuntimeError: the encoder's weights are not those that the model was trained with.
        """
        finder = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
            with np.load(folder / _ARRAYS) as stored:
                arrays = {name: stored[name] for name in stored.files}
        encode = encoder(names["profile"])
        if encode.name != names["encoder"]:
            raise RuntimeError("The sentence encoder was made anew: run 'make model' again.")
        finder._prepare(names["own_words"], encode)
        finder._model = IntentModel(
            intents=names["intents"],
            words=_tfidf(word_grams, names["words"], arrays["words"]),
            letters=_tfidf(letter_grams, names["letters"], arrays["letters"]),
            weights=arrays["weights"].astype(np.float32),
            examples=arrays["examples"].astype(np.float32),
            pulls=arrays["pulls"].astype(np.float32),
            in_scope=names["in_scope"],
            mean=arrays["mean"],
            sureness=Sureness(arrays["sureness"][:-1], float(arrays["sureness"][-1])),
            figures=names["figures"],
        )
        return finder


def _tfidf(grams: Any, columns: list[str], idf: Any) -> TfIdf:
    return TfIdf(grams, {gram: i for i, gram in enumerate(columns)}, idf)


def words_of(texts: Sequence[str]) -> list[str]:
    """Words that our examples use at least twice, which their slips of the thumb do not."""
    counts = Counter(w for text in texts for w in set(word_grams(text.lower())) if " " not in w)
    return sorted(word for word, count in counts.items() if count > 1)
