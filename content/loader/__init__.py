"""Reads and checks the words in `content/` with the standard library and PyYAML, nothing of ours.

Both environments use it: the app to speak, Rasa's importer to train.
"""

from content.loader.checks import check
from content.loader.messages import languages, load_messages
from content.loader.model import (
    STAGES,
    Choice,
    ContentError,
    Message,
    Messages,
    Problem,
    Source,
    Topic,
    TopicText,
    Words,
)
from content.loader.topics import load_topics

__all__ = [
    "STAGES",
    "Choice",
    "ContentError",
    "Message",
    "Messages",
    "Problem",
    "Source",
    "Topic",
    "TopicText",
    "Words",
    "check",
    "languages",
    "load_messages",
    "load_topics",
]
