"""The Rasa component around the plain facts: adds them as entities, and knows none itself."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.facts import facts, is_bare

INFORM = "inform"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactFinder(GraphComponent, EntityExtractorMixin):
    """Adds entities to a typed message; one that is a fact and nothing else means `inform`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003 (Rasa's signature)
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> FactFinder:
        """A component without settings."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Finds the facts of each message that is no payload."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.lstrip().startswith("/"):
                continue
            found = facts(text)
            entities = [
                {
                    "entity": fact.entity,
                    "value": fact.value,
                    "start": fact.start,
                    "end": fact.end,
                    "extractor": type(self).__name__,
                }
                for fact in found
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
            if is_bare(text, found):
                self._mean_inform(message)
        return messages

    def _mean_inform(self, message: Message) -> None:
        best = {"name": INFORM, "confidence": 1.0}
        others = [r for r in message.get(INTENT_RANKING_KEY, []) if r["name"] != INFORM]
        message.set(INTENT, best, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [best, *others], add_to_output=True)
