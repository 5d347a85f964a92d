"""How the generator speaks to each peer: as Twilio to First1001, over REST to plain Rasa.

A talker says one message of one conversation and returns when its reply has come.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.http import Connection, Server

ANSWER_S = 30.0
# How long the texts of the very first reply may lie apart; the time is not counted.
LEARN_S = 2.0
FORM = "application/x-www-form-urlencoded"


class NoAnswer(RuntimeError):
    """A peer refused a message or left it without a reply: the measurement is worth nothing."""


@dataclass(frozen=True)
class Said:
    """One message: when it was handed over, and how long until each thing was there."""

    message_id: str
    at: float
    accepted_s: float
    replied_s: float


class Talker(Protocol):
    """What the generator needs of a peer."""

    async def open(self) -> None:
        """Make what it needs of its own."""

    async def close(self) -> None:
        """Let go of everything."""

    async def ready(self) -> bool:
        """Whether it can answer now."""

    async def say(self, conversation: int, text: str) -> Said:
        """Hand one message over and wait for its reply.

        Raises:
            NoAnswer: refused, or no reply within 30 s.
        """

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""


class Rest:
    """A Rasa server's REST channel: the reply is in the answer."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._connections: dict[int, Connection] = {}

    async def open(self) -> None:
        """Nothing is needed."""

    async def close(self) -> None:
        """End the connections."""
        for connection in self._connections.values():
            connection.close()

    async def ready(self) -> bool:
        """Whether its port answers; it opens after the model is loaded."""
        return await _is_ok(self._base, "/")

    async def say(self, conversation: int, text: str) -> Said:
        """See `Talker.say`."""
        connection = self._connections.setdefault(conversation % 8, Connection(self._base))
        body = json.dumps({"sender": f"parent-{conversation}", "message": text}).encode()
        at, started = time.time(), time.perf_counter()
        status, answer = await connection.request(
            "POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
        )
        took = time.perf_counter() - started
        if status != 200 or not json.loads(answer):
            raise NoAnswer(f"Rasa answered {status} with {answer[:200]!r}")
        return Said("", at, took, took)

    async def settle(self) -> None:
        """Nothing is ever under way after the reply."""


@dataclass
class Account:
    """The Twilio account that app and generator share; all of it invented."""

    sid: str = "AC" + "1" * 32
    token: str = "bench-token"  # noqa: S105 (opens nothing)
    number: str = "+447700900001"

    def signature(self, url: str, fields: Mapping[str, str]) -> str:
        """X-Twilio-Signature. Source: twilio.com/docs/usage/security, read 2026-11-22."""
        text = url + "".join(key + fields[key] for key in sorted(fields))
        digest = hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()


@dataclass
class _Reply:
    """Waits for the texts of one reply."""

    wanted: int
    whole: asyncio.Event = field(default_factory=asyncio.Event)
    came: list[float] = field(default_factory=list)

    def add(self, at: float) -> None:
        self.came.append(at)
        if len(self.came) >= self.wanted:
            self.whole.set()


@dataclass
class Texts:
    """First1001's SMS path: signed webhooks in; its calls of the send API are the replies.

    Every text is followed by two delivery receipts, `sent` and `delivered`, as Twilio's are.
    """

    base: str
    account: Account
    assistant: str
    sent: int = 0
    # Who writes for the first time is told first what this is: how many texts that makes in all
    # is learned from the very first reply.
    first_texts: int | None = None
    lane_of: Callable[[int], int] = lambda conversation: conversation % 8
    _known: set[str] = field(default_factory=set)
    _waiting: dict[str, _Reply] = field(default_factory=dict)
    _connections: dict[int, Connection] = field(default_factory=dict)
    _receipts: set[asyncio.Task[None]] = field(default_factory=set)
    _idle: list[Connection] = field(default_factory=list)
    _count: int = 0
    _failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = Server(self._handle)

    @property
    def port(self) -> int:
        """Where Twilio's REST API is played, as far as sending goes."""
        return self._server.port

    async def open(self) -> None:
        """Play Twilio."""
        await self._server.start()

    async def close(self) -> None:
        """Play it no more, and end the connections."""
        self._server.close()
        for connection in [*self._connections.values(), *self._idle]:
            connection.close()

    async def ready(self) -> bool:
        """Whether the public address answers and the assistant has its model."""
        # Not /readyz: it compares migrations, work that would be counted as part of the start.
        here = await _is_ok(self.base, "/healthz")
        return here and await _is_ok(self.assistant, "/webhooks/turn/ready")

    async def say(self, conversation: int, text: str) -> Said:
        """See `Talker.say`."""
        number = _drama_number(conversation)
        first = number not in self._known
        wanted = (self.first_texts or 1) if first else 1
        reply = self._waiting[number] = _Reply(wanted)
        sid, at, accepted_s, started = await self.tell(conversation, text)
        try:
            await asyncio.wait_for(reply.whole.wait(), ANSWER_S)
        except TimeoutError as e:
            raise NoAnswer(f"no reply to {text!r} within {ANSWER_S:g} s") from e
        if self.first_texts is None:
            await asyncio.sleep(LEARN_S)
            self.first_texts = len(reply.came)
        return Said(sid, at, accepted_s, reply.came[-1] - started)

    async def tell(self, conversation: int, text: str) -> tuple[str, float, float, float]:
        """Hand one message over and wait for nothing more.

        A connection carries one request at a time: `lane_of` says which conversations share one.

        Returns:
            Its id, the time, the seconds until it was accepted, and the clock at its start.

        Raises:
            NoAnswer: the webhook refused it.
        """
        number = _drama_number(conversation)
        lane = self.lane_of(conversation)
        connection = self._connections.setdefault(lane, Connection(self.base))
        self._count += 1
        self._known.add(number)
        sid = f"SM{self._count:032x}"
        fields = {
            "MessageSid": sid,
            "AccountSid": self.account.sid,
            "From": number,
            "To": self.account.number,
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
        }
        at, started = time.time(), time.perf_counter()
        status, body = await self._post(connection, "/sms/inbound", fields)
        accepted = time.perf_counter()
        if status != 200:
            raise NoAnswer(f"the SMS webhook answered {status}: {body[:200]!r}")
        return sid, at, accepted - started, started

    async def settle(self) -> None:
        """Wait for the receipts that are still on their way.

        Raises:
            NoAnswer: one was refused.
        """
        while self._receipts:
            await asyncio.wait(self._receipts, timeout=ANSWER_S)
        if self._failures:
            raise NoAnswer(f"{len(self._failures)} receipts refused: {self._failures[0]}")

    async def _post(
        self, connection: Connection, path: str, fields: Mapping[str, str]
    ) -> tuple[int, bytes]:
        headers = {
            "Content-Type": FORM,
            "X-Twilio-Signature": self.account.signature(self.base + path, fields),
        }
        return await connection.request("POST", path, urlencode(fields).encode(), headers)

    def _handle(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method != "POST" or not path.endswith("/Messages.json"):
            return 404, b'{"code": 20404, "message": "not here", "status": 404}'
        now = time.perf_counter()
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.sent += 1
        sid = f"SM{self.sent + (1 << 100):032x}"
        if fields["To"] in self._waiting:
            self._waiting[fields["To"]].add(now)
        callback = urlsplit(fields.get("StatusCallback", ""))
        if callback.path:
            task = asyncio.ensure_future(self._receive(f"{callback.path}?{callback.query}", sid))
            self._receipts.add(task)
            task.add_done_callback(self._receipts.discard)
        made = {"sid": sid, "status": "queued", "to": fields["To"], "body": fields["Body"]}
        return 201, json.dumps(made).encode()

    async def _receive(self, path: str, sid: str) -> None:
        connection = self._idle.pop() if self._idle else Connection(self.base)
        for state in ("sent", "delivered"):
            fields = {
                "MessageSid": sid,
                "MessageStatus": state,
                "AccountSid": self.account.sid,
            }
            try:
                status, _ = await self._post(connection, path, fields)
            except OSError as e:
                status = 0
                self._failures.append(f"{state}: {e}")
            if status >= 300:
                self._failures.append(f"{state}: {status}")
        self._idle.append(connection)


async def _is_ok(base: str, path: str) -> bool:
    probe = Connection(base)
    try:
        status, _ = await probe.request("GET", path)
    except OSError:
        return False
    finally:
        probe.close()
    return status == 200


def _drama_number(conversation: int) -> str:
    # Ofcom keeps 07700 900000-900999 for drama: nobody has them.
    assert conversation < 900, "there are no more drama numbers: ask for fewer messages"
    return f"+447700900{100 + conversation:03}"
