"""Plays whole conversations for anybody's test set, through the real path of a message.

A fresh temporary database, a set clock and recording channels; it touches no other data. The
assistant is the real one, started for this and ended afterwards.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import action_endpoint, composition, processes, records, sockets
from app.assistant import AssistantClient
from app.bootstrap import build
from app.running import Address
from app.set_up import set_up
from channels.base import Channel
from common.clock import SetClock, as_utc
from common.errors import InvalidInput, SettingsError
from common.settings import Settings
from conversations import people, transcript
from conversations.inbox import Inbox
from conversations.model import Accepted, Capabilities, InboundMessage, Sender, ToSend
from conversations.states import Kind
from conversations.tables import Conversation, Inbound, Outbound

CHANNELS = {"web": "web_chat", "web_chat": "web_chat", "sms": "sms", "telegram": "telegram"}
KINDS = {
    "photo": Kind.PHOTO,
    "voice_note": Kind.VOICE_NOTE,
    "sticker": Kind.STICKER,
    "location_pin": Kind.LOCATION,
}
_START_S = 60
_SECONDS_BETWEEN_TURNS = 20
_SILENCE = timedelta(days=1)


@dataclass
class Recorded:
    """A channel that takes every message and keeps nothing; what it can do is the real one's."""

    name: str
    capabilities: Capabilities

    def send(self, message: ToSend) -> Accepted:
        """Take it."""
        return Accepted(f"recorded:{message.id}")

    def find_sent(self, message: ToSend) -> Accepted | None:
        """Every message was taken at its first attempt."""
        return Accepted(f"recorded:{message.id}")


@dataclass
class Player:
    """Plays conversations one after another; use as a context manager."""

    settings: Settings
    _folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="converse")))

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def play(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Play one conversation.

        Args:
            given: `id`, `channel`, `now` and `turns`, each `{"parent": text}` or
                `{"event": kind, "detail": anything}`.

        Returns:
            `id`, `turns` (each with `replies`, `topic`, `actions`), `referrals`, `flags`,
            `opt_outs`.

        Raises:
            InvalidInput: the line is not of this form; says what is wrong.
        """
        channel, now = _head(given)
        self._clock.set(now)
        address = f"play-{given['id']}"
        if channel == "sms":
            address = f"+447700{900000 + abs(hash(given['id'])) % 1000:06}-{given['id']}"
        turns = [
            self._turn(channel, address, number, turn)
            for number, turn in enumerate(given["turns"])
        ]
        with self._house.ledger.sessions() as session:
            kept = records.of_address(
                session, self._house.ledger.keyring, channel=channel, address=address
            )
        return {"id": given["id"], "turns": turns, **kept}

    def _turn(
        self, channel: str, address: str, number: int, turn: Mapping[str, Any]
    ) -> dict[str, Any]:
        self._clock.advance(seconds=_SECONDS_BETWEEN_TURNS)
        said = {k: v for k, v in turn.items() if k in {"parent", "event", "detail"}}
        if turn.get("event") == "silence":
            self._clock.advance(seconds=_silence(turn).total_seconds())
            self._work()
            return {**said, "replies": [], "topic": None, "actions": []}
        receipt = Inbox(self._house.ledger).receive(_message(channel, address, number, turn))
        self._work()
        with self._house.ledger.sessions() as session:
            return {**said, **self._outcome(session, receipt.inbound_id)}

    def _work(self) -> None:
        """Take turns and deliver until nothing is left; waiting for a retry costs no time."""
        for _ in range(200):
            did = self._worker.turns.work_once() or self._worker.deliveries.work_once()
            if did:
                continue
            with self._house.ledger.sessions() as session:
                open_rows = session.scalar(select(Inbound.id).where(Inbound.outcome.is_(None)))
            if open_rows is None:
                return
            self._clock.advance(seconds=2)

    def _outcome(self, session: Session, inbound_id: str) -> dict[str, Any]:
        row = session.get_one(Inbound, inbound_id)
        conversation = session.get_one(Conversation, row.conversation_id)
        box = people.box_for(session, self._house.ledger.keyring, conversation.person_id)
        said = session.scalars(
            select(Outbound).where(Outbound.inbound_id == inbound_id).order_by(Outbound.seq)
        )
        replies = []
        for one in said:
            text, choices = transcript.open_outbound(one, box)
            replies.append({"text": text, "choices": [c.label for c in choices]})
        actions = list(row.actions or [])
        topic = conversation.last_topic if "action_inform_topic" in actions else None
        return {"replies": replies, "topic": topic, "actions": actions, "outcome": row.outcome}

    def _start(self) -> None:
        action_port, assistant_port = sockets.free_port(), sockets.free_port()
        self._clock = SetClock(datetime.fromisoformat("2026-01-01T09:00:00+00:00"))
        settings = replace(
            self.settings,
            var=self._folder,
            model=self.settings.model,
            database_url=f"sqlite:///{self._folder / 'converse.db'}",
            action_port=action_port,
            assistant_port=assistant_port,
            assistant_urls=(f"http://127.0.0.1:{assistant_port}",),
            simulators=False,
        )
        (self._folder / "places.db").symlink_to(self.settings.var.resolve() / "places.db")
        set_up(settings)
        self._house = build(settings, clock=self._clock, hands=_recording)
        self._client = AssistantClient(
            settings.assistant_urls,
            secret=settings.internal_secret,
            timeout_s=settings.turn_timeout_s,
        )
        self._worker = composition.worker(self._house, self._client)
        self._child = processes.assistant(settings, port=assistant_port)
        self._child.start()
        self._serve_actions(settings)
        self._await_assistant()

    def _serve_actions(self, settings: Settings) -> None:
        actions = action_endpoint.create(
            composition.actions(self._house),
            secret=settings.internal_secret,
            clock=self._clock,
            domain=action_endpoint.load_domain(settings.root),
            threads=4,
        )
        self._server = Address(actions, "127.0.0.1", settings.action_port).server()
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def _await_assistant(self) -> None:
        ends = time.monotonic() + _START_S
        while self._client.ready() is None:
            if time.monotonic() > ends:
                raise SettingsError("the assistant did not start: run 'first1001 train' first")
            time.sleep(0.1)

    def _end(self) -> None:
        for name in ("_child", "_server", "_client"):
            part = getattr(self, name, None)
            if part is None:
                continue
            if name == "_server":
                part.should_exit = True
                self._thread.join(5)
            elif name == "_child":
                part.end()
            else:
                part.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _recording(channels: Mapping[str, Channel]) -> Mapping[str, Sender]:
    return {name: Recorded(name, one.capabilities) for name, one in channels.items()}


def _head(given: Mapping[str, Any]) -> tuple[str, datetime]:
    for name in ("id", "channel", "now", "turns"):
        if name not in given:
            raise InvalidInput(f"a conversation needs {name!r}")
    channel = CHANNELS.get(str(given["channel"]))
    if channel is None:
        raise InvalidInput("channel must be web, sms or telegram")
    try:
        return channel, as_utc(datetime.fromisoformat(str(given["now"])))
    except ValueError as e:
        raise InvalidInput("now must be an ISO time") from e


def _message(channel: str, address: str, number: int, turn: Mapping[str, Any]) -> InboundMessage:
    provider_id = f"{address}:{number}"
    if "parent" in turn:
        return InboundMessage(channel, address, provider_id, text=str(turn["parent"]))
    kind = KINDS.get(str(turn.get("event")))
    if kind is None:
        raise InvalidInput(f"a turn is a parent's text or one of {', '.join(KINDS)}, silence")
    detail = turn.get("detail")
    caption = str(detail.get("caption", "")) if isinstance(detail, Mapping) else ""
    return InboundMessage(
        channel,
        address,
        provider_id,
        kind=kind,
        text=caption,
        media={"detail": detail} if detail is not None else None,
    )


def _silence(turn: Mapping[str, Any]) -> timedelta:
    detail = turn.get("detail")
    if isinstance(detail, int | float):
        return timedelta(seconds=float(detail))
    if isinstance(detail, Mapping):
        return timedelta(**{k: float(v) for k, v in detail.items()})
    return _SILENCE
