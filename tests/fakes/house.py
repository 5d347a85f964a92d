"""A house for channels to talk to: remembers what it was told, answers from a script."""

import threading
import uuid
from collections.abc import Callable

from channels.base import ChannelServices, Line, Pulse, RouteChange
from common.clock import Clock
from conversations.model import Choice, InboundMessage, Receipt
from conversations.receipts import DeliveryReceipt

Answer = tuple[str, tuple[Choice, ...], bool]


def say(text: str, *labels: str, urgent: bool = False) -> Answer:
    """Words of the assistant, with choices."""
    return text, tuple(Choice(label, f"/{label}") for label in labels), urgent


class House:
    """Takes messages in once each, and keeps a transcript of them and of its answers.

    Attributes:
        fails_with: raised by every call while it is set.
        answers: what it says to a message.
        listener: told of each conversation that has something new.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.received: list[InboundMessage] = []
        self.deliveries = 0
        self.receipts: list[DeliveryReceipt] = []
        self.changes: list[RouteChange] = []
        self.fails_with: Exception | None = None
        self.answers: Callable[[InboundMessage], list[Answer]] = lambda message: []
        self.listener: Callable[[str], None] = lambda conversation_id: None
        self.waiting = False
        self._known: dict[str, Receipt] = {}
        self._lines: dict[str, list[Line]] = {}
        self._conversations: dict[str, str] = {}

    def services(self) -> ChannelServices:
        """What a channel is given."""
        return ChannelServices(
            receive=self.receive,
            clock=self._clock,
            apply_receipt=self._apply,
            change_route=self._change,
            transcript=self,
        )

    def receive(self, message: InboundMessage) -> Receipt:
        """Write it down, once."""
        self._may_fail()
        with self._lock:
            self.deliveries += 1
            ids = [i for i in (message.provider_message_id, message.second_id) if i]
            for known in ids:
                if known in self._known:
                    receipt = self._known[known]
                    return Receipt(receipt.inbound_id, receipt.conversation_id, receipt.seq, True)
            self.received.append(message)
            text = message.text
            if message.choice:
                said = next(
                    line for line in self._of(message.address) if line.ref == message.choice[0]
                )
                text = said.choices[message.choice[1]].label
            line = self._add(message.address, "parent", message.provider_message_id, text)
            conversation = self._conversations[message.address]
            receipt = Receipt(uuid.uuid4().hex, conversation, line.seq, duplicate=False)
            self._known |= dict.fromkeys(ids, receipt)
        for words, choices, urgent in self.answers(message):
            self.speak(message.address, words, choices=choices, urgent=urgent)
        self.listener(conversation)
        return receipt

    def speak(
        self,
        address: str,
        words: str,
        *,
        choices: tuple[Choice, ...] = (),
        urgent: bool = False,
        who: str = "assistant",
    ) -> None:
        """Say something in a conversation."""
        with self._lock:
            self._add(address, who, uuid.uuid4().hex, words, choices, urgent)
        self.listener(self._conversations[address])

    def pulse(self, address: str) -> Pulse:
        self._may_fail()
        with self._lock:
            seq = len(self._of(address))
            return Pulse(seq, self.waiting, self._conversations.get(address))

    def lines(self, address: str, after_seq: int) -> list[Line]:
        self._may_fail()
        with self._lock:
            return [line for line in self._of(address) if line.seq > after_seq]

    def texts(self) -> list[str]:
        """The words that came in."""
        return [message.text for message in self.received]

    def _of(self, address: str) -> list[Line]:
        return self._lines.get(address, [])

    def _add(self, address: str, who: str, ref: str, text: str, choices=(), urgent=False) -> Line:
        self._conversations.setdefault(address, uuid.uuid4().hex)
        lines = self._lines.setdefault(address, [])
        line = Line(len(lines) + 1, who, ref, text, choices, urgent)
        lines.append(line)
        return line

    def _apply(self, receipt: DeliveryReceipt) -> None:
        self._may_fail()
        self.receipts.append(receipt)

    def _change(self, change: RouteChange) -> None:
        self._may_fail()
        self.changes.append(change)

    def _may_fail(self) -> None:
        if self.fails_with is not None:
            raise self.fails_with
