"""The Rasa component around the intent models: trains, stores, loads and asks them, no more.

There are two: one for English and one for everything else, each with sentence vectors of its own.
A text is other than English where most of its words are neither in an English dictionary nor
text-speak, and it has several words, other letters, or a word of our examples in other languages.
The second model also learns from English, so that a text which only looks foreign is answered too.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import stored
from bot.nlu.encoder import Encoder, EncoderMissing, NoEncoder, encode_all, encoder
from bot.nlu.features import word_grams
from bot.nlu.intent import OUT_OF_SCOPE, IntentModel, fit
from bot.nlu.multilingual import MultilingualEncoder
from bot.nlu.normalise import Normaliser, split, words_of
from bot.nlu.words import known_words

PROFILE_SETTING = "FIRST1001_NLU_PROFILE"
FIGURES_SETTING = "FIRST1001_TRAINING_FIGURES"  # a file that bot/train.py reads afterwards
LONGEST_READ = 2_000  # characters; what follows changes no intent and costs time
# Of our English examples one in a hundred has fewer known words than that, of texts in eight other
# languages three in a hundred have more.
ENGLISH = 0.6
# With so many known words or slips of them it is English in a hurry; of texts in other languages
# three in a hundred are taken for that.
SLIPPED = 0.8
# A few words that nobody knows are more often slips of the thumb than another language.
FEW = 4
# The second model needs English only to carry over what it means: so many examples an intent.
ENGLISH_KEPT, OUTSIDE_KEPT = 25, 300
_ENGLISH, _OTHERS = "english", "others"


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
        self._foreign_words: frozenset[str] = frozenset()
        self._model: IntentModel | None = None
        self._encode: Encoder
        self._others: IntentModel | None = None
        self._encode_others: Encoder | None = None
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
        """Fits and stores the models; their figures go to the file that the environment names."""
        examples = [
            (e.get(TEXT), e.get(INTENT))
            for e in training_data.intent_examples
            if e.get(TEXT) and e.get(INTENT)
        ]
        # By the dictionary alone: our own words of other languages are not to count as English.
        dictionary = Normaliser(known_words([]))
        texts = [text for text, _ in examples]
        own_words = own_words_of([text for text in texts if dictionary.known(text) >= ENGLISH])
        self._prepare(own_words, self._profile)
        self._foreign_words = frozenset(
            word
            for text in texts
            if self._normalise.known(text) < ENGLISH
            for word in words_of(text)
        )
        english = examples
        if self._encode_others is not None:
            english = [pair for pair in examples if self._is_english(pair[0])]
            foreign = [pair for pair in examples if not self._is_english(pair[0])]
            self._others = _fit(_few(english) + foreign, split, self._encode_others)
        plain = [(self._normalise(text), intent) for text, intent in english]
        self._model = _fit(plain, str, self._encode)
        self._store(self._model)
        figures = {"profile": self._profile, "encoder": self._encode.name, **self._model.figures}
        if self._others is not None:
            figures["other_languages"] = self._others.figures
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
        text = (message.get(TEXT) or "")[:LONGEST_READ]
        if self._others is None or self._encode_others is None or self._is_english(text):
            plain = self._normalise(text)
            found = model.rank(plain, self._encode(plain))
        else:
            found = self._others.rank(split(text), self._encode_others(text))
        ranking = [{"name": name, "confidence": sure} for name, sure in found.ranking]
        best = {"name": found.name, "confidence": found.confidence}
        if found.name != found.ranking[0][0]:
            ranking.insert(0, best)
        message.set(INTENT, best, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _is_english(self, text: str) -> bool:
        if (
            self._normalise.known(text) >= ENGLISH
            or self._normalise.known(text, corrected=True) >= SLIPPED
        ):
            return True
        words = words_of(text)
        return (
            len(words) < FEW and "".join(words).isascii() and not self._foreign_words & set(words)
        )

    def _prepare(self, own_words: list[str], profile: str) -> None:
        self._own_words, self._encode = own_words, encoder(profile)
        self._normalise = Normaliser(known_words(own_words))
        self._encode_others = _for_others(profile)

    def _store(self, model: IntentModel) -> None:
        with self._storage.write_to(self._resource) as folder:
            stored.write(
                folder / _ENGLISH,
                model,
                profile=self._profile,
                encoder=self._encode.name,
                own_words=self._own_words,
                foreign_words=sorted(self._foreign_words),
            )
            if self._others is not None and self._encode_others is not None:
                stored.write(folder / _OTHERS, self._others, encoder=self._encode_others.name)

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
            model, facts = stored.read(folder / _ENGLISH)
            others = stored.read(folder / _OTHERS) if (folder / _OTHERS).is_dir() else None
        finder._prepare(facts["own_words"], facts["profile"])
        finder._foreign_words = frozenset(facts["foreign_words"])
        encoders = {facts["encoder"]: finder._encode}
        if others is not None:
            finder._others = others[0]
            encoders[others[1]["encoder"]] = finder._encode_others or NoEncoder()
        if any(encode.name != name for name, encode in encoders.items()):
            raise RuntimeError("The sentence encoder was made anew: run 'make model' again.")
        finder._model = model
        return finder


def _for_others(profile: str) -> Encoder | None:
    """The encoder for other languages; none where set-up found none for this machine."""
    if profile != "accurate":
        return None
    try:
        return MultilingualEncoder()
    except EncoderMissing:
        return None


def _fit(
    pairs: Sequence[tuple[str, str]], words: Callable[[str], str], encode: Encoder
) -> IntentModel:
    """A model of (text, intent): `words` makes words of a text, `encode` a vector."""
    texts, intents = [text for text, _ in pairs], [intent for _, intent in pairs]
    return fit([words(text) for text in texts], intents, encode_all(encode, texts))


def _few(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A seeded sample of the examples of each intent."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in pairs:
        by_intent[intent].append(text)
    chance = random.Random(1001)  # noqa: S311
    return [
        (text, intent)
        for intent, texts in sorted(by_intent.items())
        for text in _sample(
            chance, texts, OUTSIDE_KEPT if intent == OUT_OF_SCOPE else ENGLISH_KEPT
        )
    ]


def _sample(chance: random.Random, texts: list[str], most: int) -> list[str]:
    return chance.sample(texts, min(len(texts), most))


def own_words_of(texts: Sequence[str]) -> list[str]:
    """Words that our examples use at least twice, which their slips of the thumb do not."""
    counts = Counter(w for text in texts for w in set(word_grams(text.lower())) if " " not in w)
    return sorted(word for word, count in counts.items() if count > 1)
