"""Makes the rows of one invented conversation: real words, real sealing, the times of the plan."""

import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from common.crypto import Box, Keyring
from common.ids import derived_id
from conversations.model import Rendered, Reply
from conversations.people import address_index
from conversations.states import Delivery, Origin, Outcome
from conversations.tables import where
from safety import screen
from safety.model import Verdict

Rows = dict[str, list[dict[str, Any]]]
TABLES = ("people", "conversations", "inbound", "outbound", "flags", "feedback")
Render = Callable[[Reply, str, str], Rendered]
"""(reply, channel, language) -> words."""


def drama_number(number: int) -> str:
    """A mobile number that nobody has."""
    return f"+447700900{number % 1000:03d}"


@dataclass
class Writing:
    """Collects the rows of one conversation in the order in which things were said."""

    keyring: Keyring
    render: Render
    seed: int
    number: int
    channel: str
    language: str
    now: datetime
    rows: Rows = field(default_factory=lambda: {name: [] for name in TABLES})
    seq: int = 0
    topic: str | None = None

    def __post_init__(self) -> None:
        self.person_id = derived_id("demo person", str(self.seed), str(self.number))
        self.id = derived_id("demo conversation", str(self.seed), str(self.number))
        self.wrapped = self.keyring.new_wrapped_key()
        self.box: Box = self.keyring.box(self.wrapped)
        self.began = self.now

    def wait(self, minutes: float) -> None:
        """Let time go by."""
        self.now += timedelta(minutes=minutes)

    def hear(self, text: str, *, intent: str) -> Verdict:
        """A message of the parent, screened as every message is."""
        verdict = screen.screen(text) if intent == "flagged" else Verdict("none", (), ())
        row_id = derived_id("demo inbound", self.id, str(self.seq))
        self.rows["inbound"].append(
            {
                "id": row_id,
                "conversation_id": self.id,
                "channel": self.channel,
                "provider_message_id": row_id,
                "seq": self._next(),
                "kind": "text",
                "body_sealed": self.box.seal(
                    {"text": text}, where=where("inbound", "body", row_id)
                ),
                "received_at": self.now,
                "tier": verdict.tier,
                "outcome": Outcome.ANSWERED,
                "outcome_at": self.now,
                "intent": None if intent == "flagged" else intent,
                "confidence": None if intent == "flagged" else 0.8,
            }
        )
        if verdict.tier != "none":
            self._flag(row_id, verdict)
        return verdict

    def say(self, key: str, *, about: Mapping[str, Any] | None = None, **variables: Any) -> None:
        """A message of ours."""
        reply = Reply(key, variables)
        words = self.render(reply, self.channel, self.language)
        row_id = derived_id("demo outbound", self.id, str(self.seq))
        body = {
            "text": words.text,
            "choices": [{"label": c.label, "payload": c.payload} for c in words.choices],
        }
        safety = key.startswith(("crisis.", "gentle."))
        self.rows["outbound"].append(
            {
                "id": row_id,
                "conversation_id": self.id,
                "channel": self.channel,
                "seq": self._next(),
                "lane": "crisis" if key.startswith("crisis.") else "normal",
                "origin": Origin.SAFETY if safety else Origin.ASSISTANT,
                "message_key": key,
                "about": dict(about) if about else None,
                "params_sealed": self.box.seal(
                    {"variables": variables}, where=where("outbound", "params", row_id)
                ),
                "body_sealed": self.box.seal(body, where=where("outbound", "body", row_id)),
                "has_choices": bool(words.choices),
                "segments": words.segments,
                "state": Delivery.DELIVERED,
                "created_at": self.now,
                "sent_at": self.now,
                "delivered_at": self.now,
            }
        )
        if about and "topic" in about:
            self.topic = str(about["topic"])

    def rate(self, useful: bool) -> None:  # noqa: FBT001 (a thumb is up or down)
        """What she thought of the last answer."""
        self.rows["feedback"].append(
            {
                "id": derived_id("demo feedback", self.id),
                "conversation_id": self.id,
                "topic": self.topic,
                "useful": useful,
                "given_at": self.now,
            }
        )

    def finish(self, *, stage: str | None, district: str | None, reviewed: bool) -> Rows:
        """All rows, with the conversation and the person they belong to."""
        address = self._address()
        self.rows["people"].append(
            {"id": self.person_id, "wrapped_key": self.wrapped, "created_at": self.began}
        )
        self.rows["conversations"].append(
            {
                "id": self.id,
                "person_id": self.person_id,
                "channel": self.channel,
                "address_index": address_index(self.keyring, self.channel, address),
                "address_sealed": self.box.seal(
                    address, where=where("conversations", "address", self.id)
                ),
                "language": self.language,
                "stage": stage,
                "district": district,
                "last_topic": self.topic,
                "introduced_at": self.began,
                "created_at": self.began,
                "last_activity_at": self.now,
                "last_inbound_at": self.rows["inbound"][-1]["received_at"],
                "reviewed_at": self.now + timedelta(hours=14) if reviewed else None,
                "next_seq": self.seq + 1,
            }
        )
        return self.rows

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _address(self) -> str:
        if self.channel == "sms":
            return drama_number(self.number)
        rng = random.Random(f"address {self.seed} {self.number}")  # noqa: S311 (invented)
        if self.channel == "telegram":
            return str(rng.randrange(10**9, 10**10))
        return f"demo{rng.getrandbits(96):024x}"

    def _flag(self, inbound_id: str, verdict: Verdict) -> None:
        flag_id = derived_id("flag", inbound_id)
        evidence = [asdict(one) for one in verdict.evidence]
        self.rows["flags"].append(
            {
                "id": flag_id,
                "conversation_id": self.id,
                "inbound_id": inbound_id,
                "tier": verdict.tier,
                "classes": list(verdict.classes),
                "evidence_sealed": self.box.seal(
                    evidence, where=where("flags", "evidence", flag_id)
                ),
                "raised_at": self.now,
                "acknowledged_at": None,
                "acknowledged_by": None,
                "outcome": None,
            }
        )
