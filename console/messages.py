"""Turns rows of the ledger into messages that a page can show; opens words, writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.crypto import Box
from console.words import folded
from conversations import transcript
from conversations.tables import Flag, Inbound, Outbound, where


@dataclass(frozen=True)
class FlagView:
    """A flag with the words that raised it."""

    row: Flag
    evidence: Sequence[Mapping[str, Any]]
    acknowledged_by: str | None


@dataclass(frozen=True)
class Understanding:
    """What the assistant took a message to mean."""

    intent: str
    confidence: float | None
    runner_up: tuple[str, float] | None
    entities: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Message:
    """One message of either side, ready to be shown."""

    who: str
    seq: int
    at: datetime
    shown: str
    rest: str
    row: Inbound | Outbound
    media: bool = False
    choices: tuple[str, ...] = ()
    understanding: Understanding | None = None
    flag: FlagView | None = None
    staff_name: str | None = None


def from_parent(row: Inbound, box: Box, flag: FlagView | None) -> Message:
    """A parent's message, with what was made of it."""
    body = transcript.open_inbound(row, box)
    shown, rest = folded(str(body.get("text", "")))
    return Message(
        "parent",
        row.seq,
        row.received_at,
        shown,
        rest,
        row,
        media=bool(body.get("media")),
        understanding=_understanding(row, box),
        flag=flag,
    )


def from_us(row: Outbound, box: Box, names: Mapping[str, str]) -> Message:
    """A message of ours, with who spoke."""
    text, choices = transcript.open_outbound(row, box)
    shown, rest = folded(text)
    return Message(
        "us",
        row.seq,
        row.created_at,
        shown,
        rest,
        row,
        choices=tuple(choice.label for choice in choices),
        staff_name=names.get(row.staff_id or ""),
    )


def _understanding(row: Inbound, box: Box) -> Understanding | None:
    if row.intent is None:
        return None
    parse: Mapping[str, Any] = {}
    if row.parse_sealed is not None:
        parse = box.open(row.parse_sealed, where=where("inbound", "parse", row.id))
    others = [r for r in parse.get("ranking") or () if r.get("name") != row.intent]
    second = others[0] if others else None
    entities = tuple(
        (str(e.get("entity", "")), str(e.get("value", ""))) for e in parse.get("entities") or ()
    )
    return Understanding(
        row.intent,
        row.confidence,
        (str(second["name"]), float(second["confidence"])) if second else None,
        entities,
    )
