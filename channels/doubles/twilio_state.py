"""The Twilio double's memory: messages, and which numbers the carrier has silenced."""

import random
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

# What the carrier does by itself. Source: Twilio, "Advanced Opt-Out", default keywords.
STOP_WORDS: Final = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
START_WORDS: Final = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS: Final = frozenset({"HELP", "INFO"})


@dataclass
class Sms:
    """A message as Twilio keeps it. `visible_at`: from when the list shows it."""

    sid: str
    to: str
    from_: str
    body: str
    direction: str
    status: str
    at: datetime
    visible_at: datetime
    callback: str | None = None
    error_code: int | None = None
    media: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self, account: str) -> dict[str, Any]:
        """The resource as the REST API shows it."""
        base = f"/2010-04-01/Accounts/{account}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account,
            "to": self.to,
            "from": self.from_,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "date_created": format_datetime(self.at),
            "date_updated": format_datetime(self.at),
            "date_sent": format_datetime(self.at),
            "num_media": str(len(self.media)),
            "num_segments": "1",
            "error_code": self.error_code,
            "error_message": None,
            "api_version": "2010-04-01",
            "messaging_service_sid": None,
            "price": None,
            "price_unit": "GBP",
            "subresource_uris": {"media": f"{base}/Media.json"},
            "uri": f"{base}.json",
        }


class Memory:
    """All messages of the account."""

    def __init__(self, *, list_lag_s: float | None) -> None:
        self._lock = threading.Lock()
        self._messages: list[Sms] = []
        self._silenced: set[str] = set()
        self.list_lag_s = list_lag_s
        self.media: dict[str, tuple[str, bytes]] = {}

    def add(self, *, to: str, from_: str, body: str, direction: str, **more: Any) -> Sms:
        """A new message."""
        now = datetime.now(UTC)
        lag = random.uniform(0, 30) if self.list_lag_s is None else self.list_lag_s
        kind = "MM" if more.get("media") else "SM"
        inbound = direction == "inbound"
        made = Sms(
            sid=kind + secrets.token_hex(16),
            to=to,
            from_=from_,
            body=body,
            direction=direction,
            status="received" if inbound else "queued",
            at=now,
            visible_at=now + timedelta(seconds=lag),
            **more,
        )
        with self._lock:
            self._messages.append(made)
        return made

    def listed(self, *, to: str | None, from_: str | None, after: datetime | None) -> list[Sms]:
        """What the list shows now, newest first."""
        now = datetime.now(UTC)
        with self._lock:
            return [
                m
                for m in reversed(self._messages)
                if m.visible_at <= now
                and (to is None or m.to == to)
                and (from_ is None or m.from_ == from_)
                and (after is None or m.at >= after)
            ]

    def on_phone(self, number: str) -> list[Sms]:
        """What this phone shows, oldest first."""
        with self._lock:
            return [m for m in self._messages if number in {m.to, m.from_}]

    def phones(self, ours: str) -> list[str]:
        """The numbers that wrote or were written to."""
        with self._lock:
            numbers = {m.from_ if m.direction == "inbound" else m.to for m in self._messages}
        return sorted(numbers - {ours})

    def carrier_answer(self, number: str, text: str) -> str | None:
        """What the carrier itself does with a single word, and answers."""
        word = text.strip().upper()
        with self._lock:
            if word in STOP_WORDS:
                self._silenced.add(number)
                return "You have successfully been unsubscribed. Reply START to resubscribe."
            if word in START_WORDS and number in self._silenced:
                self._silenced.discard(number)
                return "You have successfully been re-subscribed to messages from this number."
        return "Reply STOP to unsubscribe." if word in HELP_WORDS else None

    def is_silenced(self, number: str) -> bool:
        """Whether the carrier lets nothing through to this number."""
        with self._lock:
            return number in self._silenced
