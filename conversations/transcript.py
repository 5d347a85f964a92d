"""Reads a conversation back: both sides in one order, opened with the person's key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from common.crypto import Box
from conversations.model import Choice
from conversations.tables import Inbound, Outbound, where

_HERE = bindparam("conversation_id", type_=String())
_NEWEST_IN = (
    select(Inbound.id, Inbound.seq, Inbound.body_sealed, Inbound.received_at)
    .where(Inbound.conversation_id == _HERE)
    .order_by(Inbound.seq.desc())
    .limit(bindparam("most"))
)
_NEWEST_OUT = (
    select(Outbound.id, Outbound.seq, Outbound.body_sealed, Outbound.created_at)
    .where(Outbound.conversation_id == _HERE)
    .order_by(Outbound.seq.desc())
    .limit(bindparam("most"))
)
_LAST_SAID = (
    select(Outbound)
    .where(Outbound.conversation_id == _HERE, Outbound.origin != "system")
    .order_by(Outbound.seq.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Line:
    """One message of either side.

    Attributes:
        who: `parent` or `us`.
        row: the ledger's row, for states and ids.
    """

    who: Literal["parent", "us"]
    seq: int
    at: datetime
    text: str
    choices: tuple[Choice, ...]
    row: Inbound | Outbound
    extra: Mapping[str, Any]


def open_inbound(row: Inbound, box: Box) -> Mapping[str, Any]:
    """The sealed body of an inbound message: `text`, and `payload`, `media`, `sent_at` if any."""
    body: Mapping[str, Any] = box.open(row.body_sealed, where=where("inbound", "body", row.id))
    return body


def open_outbound(row: Outbound, box: Box) -> tuple[str, tuple[Choice, ...]]:
    """The words and choices of an outbound message."""
    body = box.open(row.body_sealed, where=where("outbound", "body", row.id))
    return str(body["text"]), tuple(Choice(c["label"], c["payload"]) for c in body["choices"])


def last_offer(session: Session, conversation_id: str) -> Outbound | None:
    """The newest outbound message, where it offers choices: a number now means one of them."""
    newest = session.scalar(_LAST_SAID, {"conversation_id": conversation_id})
    return newest if newest is not None and newest.has_choices else None


def offered_call(session: Session, conversation_id: str) -> Outbound | None:
    """The gentle text that answered the newest message of the parent: it asks whether to call."""
    newest = (
        select(Inbound.id)
        .where(Inbound.conversation_id == conversation_id)
        .order_by(Inbound.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalar(
        select(Outbound)
        .where(
            Outbound.inbound_id == newest,
            Outbound.message_key.startswith("gentle."),
            Outbound.has_choices,
        )
        .limit(1)
    )


def words_since(
    session: Session, conversation_id: str, box: Box, *, since: datetime, most: int
) -> list[tuple[Literal["parent", "us"], str, datetime]]:
    """Who said what and when, of the newest `most` messages, in order."""
    said: list[tuple[int, Literal["parent", "us"], str, datetime]] = []
    given = {"conversation_id": conversation_id, "most": most}
    for row in session.execute(_NEWEST_IN, given):
        if row.received_at >= since:
            body = box.open(row.body_sealed, where=where("inbound", "body", row.id))
            said.append((row.seq, "parent", str(body["text"]), row.received_at))
    for row in session.execute(_NEWEST_OUT, given):
        if row.created_at >= since:
            body = box.open(row.body_sealed, where=where("outbound", "body", row.id))
            said.append((row.seq, "us", str(body["text"]), row.created_at))
    return [(who, text, at) for _, who, text, at in sorted(said)][-most:]


def read(
    session: Session,
    conversation_id: str,
    box: Box,
    *,
    after_seq: int = 0,
    most: int = 2000,
) -> list[Line]:
    """The messages of both sides after a sequence number, in order; the newest `most` of them."""
    lines: list[Line] = []
    inbound = session.scalars(
        select(Inbound)
        .where(Inbound.conversation_id == conversation_id, Inbound.seq > after_seq)
        .order_by(Inbound.seq.desc())
        .limit(most)
    )
    for row in inbound:
        body = open_inbound(row, box)
        lines.append(Line("parent", row.seq, row.received_at, body["text"], (), row, body))
    outbound = session.scalars(
        select(Outbound)
        .where(Outbound.conversation_id == conversation_id, Outbound.seq > after_seq)
        .order_by(Outbound.seq.desc())
        .limit(most)
    )
    for sent in outbound:
        text, choices = open_outbound(sent, box)
        lines.append(Line("us", sent.seq, sent.created_at, text, choices, sent, {}))
    return sorted(lines, key=lambda line: line.seq)[-most:]
