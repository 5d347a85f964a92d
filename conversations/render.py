"""Turns a message key and variables into the words of a channel; the only maker of sentences.

Words come from content/, names and numbers from the deployment. Nothing here reads the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from common.errors import TechnicalFailure
from content.loader import Message, Topic
from conversations.model import Choice, Rendered, Reply
from conversations.sms_text import is_gsm7, segments, to_gsm7

# Segments of an ordinary text message and of one that reads a form back.
# Source: design, "Channels speak their own language".
BUDGET = {True: (2, 3), False: (4, 5)}
TOPIC = "topic"
INTRODUCTION = "contact.first"
OFFER = "language.offer"
_MOST_COMPILED = 2000


@dataclass(frozen=True)
class Words:
    """Renders replies.

    Attributes:
        messages: language -> key -> message; English must be there.
        topics: topic id -> topic.
        variables: the deployment's names and numbers, usable in every text.
        variables_in: language -> variables that are said otherwise in texts of that language.
        demo: whether staff and parents see that this is a demonstration.
    """

    messages: Mapping[str, Mapping[str, Message]]
    topics: Mapping[str, Topic]
    variables: Mapping[str, Any]
    demo: bool
    variables_in: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _jinja: ImmutableSandboxedEnvironment = field(
        default_factory=lambda: ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
        )
    )

    _compiled: dict[str, Template] = field(default_factory=dict)

    def render(self, reply: Reply, *, channel: str, language: str, stage: str | None) -> Rendered:
        """The words and choices of a reply.

        Raises:
            TechnicalFailure: the key is unknown, or a variable that its text needs is missing.
        """
        if reply.key == TOPIC:
            text = self._topic(reply, channel=channel, language=language, stage=stage)
            own: tuple[Choice, ...] = ()
            spoken = (
                language if language in self.topics[str(reply.variables["topic"])].words else ""
            )
        else:
            message = self._message(reply.key, language)
            text = _for_channel(message, channel)
            own = tuple(Choice(c.label, c.payload) for c in message.choices)
            spoken = language if self.speaks(reply.key, language) else ""
        choices = own if reply.choices is None else tuple(reply.choices)
        given = self._given(reply, channel, spoken)
        filled = self._fill(text, reply, given)
        labelled = tuple(Choice(self._fill(c.label, reply, given), c.payload) for c in choices)
        if self.demo and reply.key == INTRODUCTION and channel != "web_chat":
            # The web page has a banner; on a phone only a message can say it.
            label = _for_channel(self._message("demo.label", language), channel)
            filled = f"{filled}\n{self._fill(label, reply, given)}"
        if channel == "sms":
            return as_sms(filled, labelled)
        return Rendered(filled, labelled)

    def speaks(self, key: str, language: str) -> bool:
        """Whether there are words for a key in a language, other than by falling back."""
        return key in self.messages.get(language, {})

    @property
    def languages(self) -> frozenset[str]:
        """The languages other than English in which a parent can be offered to go on."""
        return frozenset(one for one in self.messages if one != "en" and self.speaks(OFFER, one))

    def _template(self, text: str) -> Template:
        found = self._compiled.get(text)
        if found is None:
            found = self._jinja.from_string(text)
            # What is kept stays bounded, whatever comes to be rendered.
            if len(self._compiled) < _MOST_COMPILED:
                self._compiled[text] = found
        return found

    def _message(self, key: str, language: str) -> Message:
        for one in (language, "en"):
            message = self.messages.get(one, {}).get(key)
            if message is not None:
                return message
        raise TechnicalFailure(f"no words for the key {key!r}")

    def _topic(self, reply: Reply, *, channel: str, language: str, stage: str | None) -> str:
        topic = self.topics.get(str(reply.variables.get("topic")))
        if topic is None:
            raise TechnicalFailure(f"no topic {reply.variables.get('topic')!r}")
        spoken = language if language in topic.words else "en"
        text = topic.text(str(reply.variables.get("stage") or stage or ""), spoken)
        if channel != "web_chat":
            return text.short
        return f"{text.urgent}\n\n{text.long}" if text.urgent else text.long

    def _given(self, reply: Reply, channel: str, spoken: str) -> dict[str, Any]:
        return {
            **self.variables,
            **self.variables_in.get(spoken, {}),
            "channel": channel,
            "demo": self.demo,
            **reply.variables,
        }

    def _fill(self, text: str, reply: Reply, given: Mapping[str, Any]) -> str:
        if "{" not in text:
            return text.strip()
        try:
            return self._template(text).render(given).strip()
        except Exception as e:
            raise TechnicalFailure(f"the words of {reply.key!r} do not render") from e


def _for_channel(message: Message, channel: str) -> str:
    if channel == "sms" and message.sms is not None:
        return message.sms
    if channel == "telegram":
        return message.telegram or message.sms or message.web
    return message.web


def as_sms(text: str, choices: tuple[Choice, ...]) -> Rendered:
    """One text message: plain letters, choices numbered below, as many as the budget holds.

    A choice that is not shown is not offered: the numbers always mean what the parent sees.
    """
    plain = to_gsm7(text)
    ordinary, summary = BUDGET[is_gsm7(plain)]
    most = max(ordinary, min(segments(plain), summary))
    shown = choices
    while shown:
        whole = (
            plain
            + "\n"
            + "\n".join(f"{n} {to_gsm7(c.label)}" for n, c in enumerate(shown, start=1))
        )
        if segments(whole) <= most:
            return Rendered(whole, shown, segments(whole))
        shown = shown[:-1]
    return Rendered(plain, (), segments(plain))
