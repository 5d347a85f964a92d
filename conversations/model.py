"""Values that pass between the ledger, the channels and the assistant; no behaviour but checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy.orm import Session

from common.crypto import Box
from conversations.states import Delivery, Kind


@dataclass(frozen=True)
class Capabilities:
    """What a channel can do; the outbox and the console obey it.

    Attributes:
        may_speak_first: whether a message needs no earlier one from the parent.
        reply_window_s: seconds after the parent's last message in which we may write, or None.
        max_length: characters of one message.
        choices: how choices are shown.
        media: whether parents can send photos, voice notes and files.
        markup: what the text may hold.
        one_message: whether a reply of several parts is sent as one message.
        pulled: whether the parent's page fetches its messages, so that nothing has to be sent.
        private_words: whether short private words are used (a phone others may see).
    """

    may_speak_first: bool
    reply_window_s: int | None
    max_length: int
    choices: Literal["buttons", "numbered"]
    media: bool
    markup: Literal["plain", "lists"]
    one_message: bool = False
    pulled: bool = False
    private_words: bool = True


@dataclass(frozen=True)
class Choice:
    """Something the parent may pick: the label she sees, the payload that the assistant gets."""

    label: str
    payload: str


@dataclass(frozen=True)
class InboundMessage:
    """What a channel read off a webhook.

    Attributes:
        address: phone number, chat id or web session: where an answer goes.
        provider_message_id: theirs, unique in the channel.
        second_id: another id of theirs that must be unique too.
        text: the words, empty where there are none; a photo's caption counts.
        choice: (outbound id, index) of a button that was pressed.
        media: what the provider told about a photo, voice note or file, as JSON values.
        sent_at: the provider's own time.
    """

    channel: str
    address: str
    provider_message_id: str
    kind: Kind = Kind.TEXT
    text: str = ""
    second_id: str | None = None
    choice: tuple[str, int] | None = None
    media: Mapping[str, Any] | None = None
    sent_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What the inbox answers.

    Attributes:
        duplicate: the message was already here; nothing changed.
    """

    inbound_id: str
    conversation_id: str
    seq: int
    duplicate: bool
    tier: str = "none"


@dataclass(frozen=True)
class Reply:
    """Something to say: a message key with variables, not yet words."""

    key: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] | None = None
    #: What is kept of it in plain for counting: a topic, a need, services; no words of anybody.
    about: Mapping[str, Any] = field(default_factory=dict)
    #: Other than the conversation's, where this one message is to be in another language.
    language: str | None = None


@dataclass(frozen=True)
class Rendered:
    """Words as the parent sees them on her channel."""

    text: str
    choices: tuple[Choice, ...] = ()
    segments: int | None = None


@dataclass(frozen=True)
class ToSend:
    """An outbound message on its way to a provider.

    Attributes:
        may_have_gone: an earlier attempt ended without an answer.
    """

    id: str
    conversation_id: str
    address: str
    text: str
    choices: tuple[Choice, ...]
    attempt: int
    lane: str
    created_at: datetime
    channel: str = ""
    may_have_gone: bool = False


@dataclass(frozen=True)
class Accepted:
    """A provider took a message and gave it an id."""

    provider_message_id: str | None
    state: Delivery = Delivery.SENT


class Sender(Protocol):
    """The part of a channel that the outbox uses."""

    name: str
    capabilities: Capabilities

    def send(self, message: ToSend) -> Accepted:
        """Hand one message to the provider, at most once.

        Raises:
            TemporaryFailure: try again; carries retry_after_s where the provider said.
            AmbiguousFailure: it may have been taken.
            PermanentFailure: never try again; says whether the route is closed.
        """
        ...

    def find_sent(self, message: ToSend) -> Accepted | None:
        """After an ambiguous failure: what the provider knows of this message, None if nothing."""
        ...


class Renderer(Protocol):
    """Turns a key and variables into words."""

    def render(self, reply: Reply, *, channel: str, language: str, stage: str | None) -> Rendered:
        """The words on this channel."""
        ...

    def speaks(self, key: str, language: str) -> bool:
        """Whether there are words for a key in a language."""
        ...


@dataclass(frozen=True)
class EffectCall:
    """An effect to apply in the turn's transaction."""

    key: str
    kind: str
    args: Mapping[str, Any]
    conversation_id: str
    inbound_id: str
    person_id: str
    channel: str
    box: Box
    now: datetime


EffectHandler = Callable[[Session, EffectCall], str | None]
"""Applies an effect in the given session and returns the id of what it made, if anything."""


@dataclass(frozen=True)
class TurnRequest:
    """What the assistant needs to take one turn.

    Attributes:
        bereaved: a baby died and none lives: no age is asked, kept or named.
    """

    conversation_id: str
    message_id: str
    channel: str
    now: datetime
    text: str
    is_payload: bool
    seed: Mapping[str, Any] | None
    bereaved: bool = False


@dataclass(frozen=True)
class TurnResult:
    """What one turn gave. Nothing of it has happened until the worker commits it."""

    replies: tuple[Reply, ...]
    effects: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    parse: Mapping[str, Any]
    actions: tuple[str, ...]
    snapshot: Mapping[str, Any]
    model_id: str
    silent: bool


class Assistant(Protocol):
    """The dialogue engine."""

    def take_turn(self, request: TurnRequest) -> TurnResult:
        """One turn.

        Raises:
            TemporaryFailure: it did not answer, or not whole; trying again is safe.
        """
        ...
