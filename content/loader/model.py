"""What a topic and a message are once read; knows nothing of files or YAML."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

STAGES = ("pregnancy", "newborn", "young_baby", "older_baby", "toddler")
"""Source: docs/glossary.md; `any` stands for all of them."""

ANY = "any"
STATUSES = ("draft", "approved")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the person who edits the words has to put right.

    `level` is `error` (do not serve these words) or `warning` (serve, and tell the editor).
    """

    file: Path
    line: int
    what: str
    level: str = "error"

    def __str__(self) -> str:
        """Print as `file:line: what to do`, which editors turn into a link."""
        return f"{self.file}:{self.line}: {self.what}"


class ContentError(Exception):
    """Some files cannot be read at all; `problems` says which lines to put right."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from and the day on which it was read."""

    title: str
    url: str
    read: date


@dataclass(frozen=True, slots=True)
class TopicText:
    """The words for one stage: `long` for the web, with `urgent` before it, `short` for phones."""

    long: str
    short: str
    urgent: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A topic in one language. `texts` maps a stage, or `any`, to its words."""

    language: str
    title: str
    status: str
    review_date: date
    texts: Mapping[str, TopicText]

    def hash(self) -> str:
        """SHA-256 of the words alone: a new word voids an approval, a new date does not."""
        parts = [self.title]
        for stage in sorted(self.texts):
            text = self.texts[stage]
            parts += [stage, text.long, text.short, text.urgent or ""]
        return content_hash(parts)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic file and its translations. `words` maps a language to the words in it."""

    id: str
    group: str
    stages: tuple[str, ...]
    needs: tuple[str, ...]
    services: tuple[str, ...]
    related: tuple[str, ...]
    sources: tuple[Source, ...]
    examples: tuple[str, ...]
    words: Mapping[str, Words]
    path: Path

    @property
    def intent(self) -> str:
        """The intent that the examples train: `topic_bond_skin` for `bond-skin`."""
        return "topic_" + self.id.replace("-", "_")

    @property
    def title(self) -> str:
        """The English title, shown as the label of a choice."""
        return self.words["en"].title

    @property
    def status(self) -> str:
        """`draft` or `approved`, as the English file says."""
        return self.words["en"].status

    @property
    def review_date(self) -> date:
        """The day from which the English words may no longer be served live."""
        return self.words["en"].review_date

    def text(self, stage: str | None = None, language: str = "en") -> TopicText:
        """The words for a stage: those written for it, else those for any stage.

        Raises:
            KeyError: the topic has no words in that language; offer English.
        """
        texts = self.words[language].texts
        return texts.get(stage or ANY) or texts[ANY]

    def hash(self, language: str = "en") -> str:
        """The content hash that an approval of this topic in `language` is bound to."""
        return self.words[language].hash()


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or a numbered line on SMS. `payload` is sent back in place of the label."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class Message:
    """Everything we may say under one key. `sms` and `telegram` are None where `web` serves."""

    key: str
    web: str
    sms: str | None
    telegram: str | None
    choices: tuple[Choice, ...]
    status: str
    review_date: date
    source: str
    path: Path = field(compare=False)
    line: int = field(compare=False)

    def text(self, channel: str) -> str:
        """The words for a channel: Telegram falls back on SMS, both on the web text."""
        if channel == "web_chat":
            return self.web
        if channel == "telegram" and self.telegram is not None:
            return self.telegram
        return self.sms if self.sms is not None else self.web

    def hash(self) -> str:
        """The content hash that an approval of this message is bound to."""
        parts = [self.key, self.web, self.sms or "", self.telegram or ""]
        parts += [f"{choice.label} {choice.payload}" for choice in self.choices]
        return content_hash(parts)


Messages = Mapping[str, Message]
"""Key -> message, unique by construction, in the order of the files."""


def content_hash(parts: Iterable[str]) -> str:
    """SHA-256 over words in NFC with runs of blanks made one: re-wrapping changes nothing."""
    digest = hashlib.sha256()
    for part in parts:
        words = " ".join(unicodedata.normalize("NFC", part).split())
        digest.update(words.encode("utf-8") + b"\x00")
    return digest.hexdigest()
