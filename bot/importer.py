"""Turns content/ into Rasa training data: topics into intents and rules, messages into responses.

It writes no files. Rasa's own file importer, first in config.yml, reads everything else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from content.loader import Message as Words
from content.loader import Topic, load_messages, load_topics

ROOT = Path(__file__).resolve().parent.parent
TOPIC_ACTION = "action_inform_topic"
# Topics that people ask for in the words of an intent of bot/data: two intents for one question
# would only take each other's confidence. A choice still leads to the topic.
SAME_QUESTION = {
    "mh-taken-away": "ask_social_services",
    "svc-bot": "ask_bot",
    "svc-prof-consult": "professional",
}


def topic_intent(topic_id: str) -> str:
    """The intent of a topic: `bond-not-instant` is asked for by `topic_bond_not_instant`."""
    return SAME_QUESTION.get(topic_id) or "topic_" + topic_id.replace("-", "_")


class ContentImporter(TrainingDataImporter):
    """What content/ and bot/domain/*.yml add to the training data."""

    def __init__(
        self,
        config_file: str | None = None,  # noqa: ARG002 (Rasa's signature)
        domain_path: str | None = None,  # noqa: ARG002
        training_data_paths: Any = None,  # noqa: ARG002
        root: str | None = None,
        **_: Any,
    ) -> None:
        self._root = Path(root) if root else ROOT

    def get_domain(self) -> Domain:
        """Topic intents, one response per `utter_*` key, and the forms' own domains."""
        domain = Domain.from_dict(
            {
                "intents": [topic_intent(topic.id) for topic in self._own_topics()],
                "responses": {key: [_response(words)] for key, words in self._messages().items()},
            }
        )
        for part in sorted((self._root / "bot" / "domain").glob("*.yml")):
            domain = domain.merge(Domain.from_file(str(part)))
        return domain

    def get_stories(
        self,
        exclusion_percentage: int | None = None,  # noqa: ARG002 (Rasa's signature)
    ) -> StoryGraph:
        """One rule per topic: its intent is answered by the topic action."""
        rules = [
            {
                "rule": f"topic {topic.id}",
                "steps": [{"intent": topic_intent(topic.id)}, {"action": TOPIC_ACTION}],
            }
            for topic in self._own_topics()
        ]
        text = yaml.safe_dump({"version": "3.1", "rules": rules})
        return StoryGraph(YAMLStoryReader().read_from_string(text))

    def get_conversation_tests(self) -> StoryGraph:
        """None: conversation tests are files under tests/conversation."""
        return StoryGraph([])

    def get_nlu_data(
        self,
        language: str | None = "en",  # noqa: ARG002 (Rasa's signature)
    ) -> TrainingData:
        """The examples of every topic."""
        return TrainingData(
            [
                Message.build(text=example, intent=topic_intent(topic.id))
                for topic in self._topics()
                for example in topic.examples
            ]
        )

    def get_config(self) -> dict[str, Any]:
        """Nothing: config.yml is read by Rasa's own importer."""
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        """None: nothing here is left for Rasa to choose."""
        return None

    def _topics(self) -> tuple[Topic, ...]:
        return load_topics(self._root)

    def _own_topics(self) -> list[Topic]:
        return [topic for topic in self._topics() if topic.id not in SAME_QUESTION]

    def _messages(self) -> dict[str, Words]:
        every = load_messages(self._root, "en")
        return {key: words for key, words in every.items() if key.startswith("utter_")}


def _response(words: Words) -> dict[str, Any]:
    # Rasa fills {names} in responses; ours are {{ names }}, filled by conversations.render.
    response: dict[str, Any] = {"text": words.web.strip().replace("{", "").replace("}", "")}
    if words.choices:
        response["buttons"] = [{"title": c.label, "payload": c.payload} for c in words.choices]
    return response
