"""Parents as the tests play them: a phone with texts, Telegram's app, a browser with the chat."""

import html
import itertools
import json
import re
import secrets
import threading
import time
import uuid
from typing import Any, Self, TypeVar

import httpx
from twilio.request_validator import RequestValidator

from conversations.tables import Outbound
from tests.processes.house import NUMBER, SID, TOKEN, House, until
from tests.processes.ledger import Ledger

_NUMBERS = itertools.count(100)
_CHATS = itertools.count(710_000)


class Phone:
    """What the three have in common: say something and wait for all that comes back."""

    channel = ""

    def __init__(self, house: House, ledger: Ledger) -> None:
        self.house = house
        self.ledger = ledger
        self.http = httpx.Client(timeout=60, trust_env=False)

    def say(self, text: str) -> None:
        raise NotImplementedError

    def heard(self) -> list[str]:
        """All that was said to this parent, in order."""
        raise NotImplementedError

    def ask(self, text: str) -> str:
        """Say something; the words that came back, once nothing more is on its way."""
        before, known = self.ledger.count(), len(self.heard())
        self.say(text)
        self.ledger.await_quiet(more_than=before)
        until(lambda: len(self.heard()) > known, f"an answer on {self.channel}")
        until(self.has_all, f"the whole answer on {self.channel}")
        return "\n".join(self.heard()[known:])

    def has_all(self) -> bool:
        """Whether all that the ledger calls sent has come: so where a provider's double has it."""
        return True

    def last_key(self) -> str:
        """The key of the question that stands open; on SMS the last part of the message."""
        rows = self.ledger.outbound()
        row = rows[-1] if rows else None
        return "" if row is None else str(row.message_key).rsplit("+", 1)[-1]

    def close(self) -> None:
        self.http.close()


class SmsPhone(Phone):
    """A phone of the SMS double."""

    channel = "sms"

    def __init__(self, house: House, ledger: Ledger, number: str) -> None:
        super().__init__(house, ledger)
        self.number = number
        self._at = f"{house.sms_double}/_phones/{number}"

    def say(self, text: str) -> None:
        answer = self.http.post(self._at, json={"text": text}).json()
        assert answer["status"] == 200, answer

    def heard(self) -> list[str]:
        messages = self.http.get(self._at).json()["messages"]
        return [m["text"] for m in messages if not m["mine"]]


class TelegramPhone(Phone):
    """A chat of the Telegram double."""

    channel = "telegram"

    def __init__(self, house: House, ledger: Ledger, chat: int) -> None:
        super().__init__(house, ledger)
        self._at = f"{house.telegram_double}/_chats/{chat}"

    def say(self, text: str) -> None:
        self.http.post(self._at, json={"text": text}).raise_for_status()

    def press(self, label: str) -> str:
        """Press the newest button with this label; the words that came back."""
        before, known = self.ledger.count(), len(self.heard())
        for message in reversed(self.messages()):
            for button in message["buttons"]:
                if button["text"] == label:
                    act = {"press": button["callback_data"], "message": message["id"]}
                    self.http.post(self._at, json=act).raise_for_status()
                    self.ledger.await_quiet(more_than=before)
                    return "\n".join(self.heard()[known:])
        raise AssertionError(f"no button {label!r}")

    def messages(self) -> list[dict[str, Any]]:
        return self.http.get(self._at).json()["messages"]

    def heard(self) -> list[str]:
        return [m["text"] for m in self.messages() if not m["mine"]]


class Browser(Phone):
    """The web chat as its page uses it: JSON in, server-sent events out."""

    channel = "web_chat"

    def __init__(self, house: House, ledger: Ledger) -> None:
        super().__init__(house, ledger)
        self.lines: list[str] = []
        self._html: list[str] = []
        self._seen = "0"
        self._listening: threading.Thread | None = None
        self._over = threading.Event()
        self.http.get(house.public).raise_for_status()

    def post(self, message_id: str, **fields: str) -> httpx.Response:
        url = f"{self.house.public}/chat/messages"
        answer = self.http.post(url, json={"id": message_id, **fields})
        if self._listening is None and answer.is_success:
            self._listening = threading.Thread(target=self._listen, daemon=True)
            self._listening.start()
        return answer

    def say(self, text: str) -> None:
        self._take(text=text)

    def _take(self, **fields: str) -> None:
        """Have it taken; who writes faster than the page allows is told when to come back."""
        message_id = str(uuid.uuid4())
        while (answer := self.post(message_id, **fields)).status_code == 429:
            time.sleep(float(answer.headers["retry-after"]))
        assert answer.status_code == 200, answer.text

    def press(self, label: str) -> str:
        """Press the newest choice with this label; the words that came back."""
        before, known = self.ledger.count(), len(self.heard())
        for shown in reversed(self._html):
            for value, words in re.findall(r'value="([0-9a-f]{32}:\d+)">([^<]+)</button>', shown):
                if html.unescape(words) == label:
                    self._take(choice=value)
                    self.ledger.await_quiet(more_than=before)
                    until(lambda: len(self.heard()) > known, "an answer to a choice")
                    until(self.has_all, "the whole answer to a choice")
                    return "\n".join(self.heard()[known:])
        raise AssertionError(f"no choice {label!r}")

    def heard(self) -> list[str]:
        return list(self.lines)

    def has_all(self) -> bool:
        # The page is told after the ledger: a second line may still be on its way to it.
        said = self.ledger.outbound(Outbound.conversation_id == self.ledger.latest())
        return int(self._seen) >= max((row.seq for row in said), default=0)

    def close(self) -> None:
        self._over.set()
        if self._listening is not None:
            self._listening.join(30)
        super().close()

    def _listen(self) -> None:
        # A client of its own: the page, too, holds the stream beside its other requests. Like the
        # browser it comes back after a silence, and says what it has seen last.
        with httpx.Client(cookies=dict(self.http.cookies), timeout=1, trust_env=False) as http:
            while not self._over.is_set():
                try:
                    self._read(http)
                except httpx.HTTPError:
                    continue

    def _read(self, http: httpx.Client) -> None:
        headers = {"Last-Event-ID": self._seen}
        with http.stream("GET", f"{self.house.public}/chat/stream", headers=headers) as events:
            for line in events.iter_lines():
                if self._over.is_set():
                    return
                if line.startswith("id: "):
                    self._seen = line[4:]
                elif line.startswith("data: {"):
                    self._show(json.loads(line[6:]))

    def _show(self, line: dict[str, Any]) -> None:
        self._html.append(line["html"])
        if line["id"] is None:
            words = re.sub(r"<[^>]+>", " ", line["html"])
            self.lines.append(" ".join(html.unescape(words).split()))


class Twilio:
    """The provider itself: its signed webhooks, to be repeated or spoilt at will."""

    def __init__(self, house: House) -> None:
        self.url = f"{house.public}/sms/inbound"
        self._validator = RequestValidator(TOKEN)

    @staticmethod
    def form(number: str, text: str, *, sid: str | None = None) -> dict[str, str]:
        return {
            "AccountSid": SID,
            "MessageSid": sid or "SM" + secrets.token_hex(16),
            "From": number,
            "To": NUMBER,
            "Body": text,
            "NumMedia": "0",
        }

    def deliver(self, form: dict[str, str], *, signature: str | None = None) -> int:
        """Call the webhook once; the status, 0 where nothing answered."""
        signed = signature or self._validator.compute_signature(self.url, form)
        try:
            answer = httpx.post(
                self.url,
                data=form,
                headers={"X-Twilio-Signature": signed},
                timeout=30,
                trust_env=False,
            )
        except httpx.HTTPError:
            return 0
        return answer.status_code

    def deliver_until_taken(self, form: dict[str, str]) -> None:
        """Call again until it was taken, as the address's retry settings ask of Twilio."""
        until(lambda: self.deliver(form) == 200, "the webhook takes the message")


T = TypeVar("T", bound=Phone)


class Parents:
    """Makes parents nobody has heard of yet, and ends their connections."""

    def __init__(self, house: House, ledger: Ledger) -> None:
        self._house = house
        self._ledger = ledger
        self._made: list[Phone] = []

    def _keep(self, phone: T) -> T:
        self._made.append(phone)
        return phone

    def sms(self, number: str | None = None) -> SmsPhone:
        # Numbers that Ofcom keeps for drama: 07700 900000 to 900999; the first hundred are ours.
        drama = f"+447700900{next(_NUMBERS):03}"
        return self._keep(SmsPhone(self._house, self._ledger, number or drama))

    def telegram(self, chat: int | None = None) -> TelegramPhone:
        return self._keep(TelegramPhone(self._house, self._ledger, chat or next(_CHATS)))

    def browser(self) -> Browser:
        return self._keep(Browser(self._house, self._ledger))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for phone in self._made:
            phone.close()
