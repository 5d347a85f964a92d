"""The port that every channel fills, and what the house gives to a channel; no provider here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from fastapi import APIRouter

from common.clock import Clock
from conversations.model import Choice, InboundMessage, Receipt, Sender
from conversations.receipts import DeliveryReceipt
from conversations.states import Route


@dataclass(frozen=True)
class RouteChange:
    """A provider says that an address can, or can no longer, be written to."""

    channel: str
    address: str
    route: Route
    code: str


@dataclass(frozen=True)
class Line:
    """One line of a transcript, as the parent may see it.

    Attributes:
        seq: its place in the conversation; unique, rising, with gaps.
        who: `parent`, `assistant`, `staff`, `safety` or `system`.
        ref: the provider_message_id of an inbound line, the row id of an outbound one.
        text: plain text; of a pressed button the label.
    """

    seq: int
    who: str
    ref: str
    text: str
    choices: tuple[Choice, ...] = ()
    urgent: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Pulse:
    """The least that tells a page whether to fetch.

    Attributes:
        seq: of the last line; 0 before the first.
        waiting: whether a message of the parent is still to be answered by the assistant.
        conversation_id: what wake-ups are named by; None before the first message.
    """

    seq: int = 0
    waiting: bool = False
    conversation_id: str | None = None


class TranscriptReader(Protocol):
    """Reads one conversation of a channel whose page fetches its own messages."""

    def pulse(self, address: str) -> Pulse:
        """Cheap: one indexed read; asked about once a second for each open page."""
        ...

    def lines(self, address: str, after_seq: int) -> list[Line]:
        """Lines with a higher seq, in order; empty for an address that is not known."""
        ...


class NothingToRead:
    """The reader where there is no page to feed."""

    def pulse(self, address: str) -> Pulse:  # noqa: ARG002
        """Nothing, ever."""
        return Pulse()

    def lines(self, address: str, after_seq: int) -> list[Line]:  # noqa: ARG002
        """Nothing, ever."""
        return []


def _no_receipt(_receipt: DeliveryReceipt) -> None:
    return None


def _no_change(_change: RouteChange) -> None:
    return None


@dataclass(frozen=True)
class ChannelServices:
    """What the house gives to a channel's webhooks. All calls block: they run in a thread pool.

    Attributes:
        receive: writes a message down, once; raising means it is not written.
        apply_receipt: moves an outbound message; unknown ids are no error.
        change_route: notes that an address was closed or opened again by its owner.
    """

    receive: Callable[[InboundMessage], Receipt]
    clock: Clock
    apply_receipt: Callable[[DeliveryReceipt], object] = _no_receipt
    change_route: Callable[[RouteChange], object] = _no_change
    transcript: TranscriptReader = field(default_factory=NothingToRead)


class Channel(Sender, Protocol):
    """One way to talk with parents: a sender, its webhooks, its media."""

    def router(self, services: ChannelServices) -> APIRouter:
        """The public routes: webhooks, or the page. Mounted without a prefix."""
        ...

    def fetch_media(self, ref: str) -> bytes:
        """The bytes behind the `ref` of an item of `InboundMessage.media["items"]`.

        Raises:
            NotFound: the provider no longer has it, or the ref is none of its own.
            TemporaryFailure: try again.
        """
        ...

    def close(self) -> None:
        """End open streams and connections; the process is about to stop."""
        ...


def media(*items: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    """The media of an inbound message: `items` of {ref, type, size?, name?}, and other facts."""
    return {"items": [dict(item) for item in items], **facts}
