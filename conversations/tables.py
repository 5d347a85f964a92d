"""The tables of the ledger: words, numbers and slots sealed; ids, times and states plain."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.db import Base, UtcDateTime

Id = String(32)


class Person(Base):
    """Somebody who writes to us: no name, only a key. Without the key nothing of theirs opens."""

    __tablename__ = "people"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Conversation(Base):
    """All that was said with one address on one channel."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    address_index: Mapped[str | None] = mapped_column(String(64))
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    route: Mapped[str] = mapped_column(String(16), default="open")
    route_code: Mapped[str | None] = mapped_column(String(32))
    holder: Mapped[str] = mapped_column(String(16), default="assistant")
    held_by: Mapped[str | None] = mapped_column(Id)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(String(16), default="en")
    stage: Mapped[str | None] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(16))
    last_topic: Mapped[str | None] = mapped_column(String(64))
    introduced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    loss_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    loss_by: Mapped[str | None] = mapped_column(Id)
    loss_surviving: Mapped[bool] = mapped_column(default=False)
    young: Mapped[str | None] = mapped_column(String(8))
    crisis: Mapped[str | None] = mapped_column(String(8))
    crisis_class: Mapped[str | None] = mapped_column(String(24))
    crisis_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    crisis_form: Mapped[bool] = mapped_column(default=False)
    privacy: Mapped[str | None] = mapped_column(String(8))
    privacy_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clear_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    snapshot_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    model_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_activity_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_inbound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_seq: Mapped[int] = mapped_column(default=1)
    turn_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    turn_owner: Mapped[str | None] = mapped_column(String(64))
    turn_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turn_fence: Mapped[int] = mapped_column(default=0)
    send_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    send_urgent: Mapped[bool] = mapped_column(default=False)
    send_owner: Mapped[str | None] = mapped_column(String(64))
    send_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    send_fence: Mapped[int] = mapped_column(default=0)
    __table_args__ = (UniqueConstraint("channel", "address_index"),)


class Inbound(Base):
    """A message from a parent, written down before anything is done about it."""

    __tablename__ = "inbound"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    channel: Mapped[str] = mapped_column(String(16))
    provider_message_id: Mapped[str] = mapped_column(String(96))
    second_id: Mapped[str | None] = mapped_column(String(96))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    control: Mapped[str | None] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(8), default="none")
    outcome: Mapped[str | None] = mapped_column(String(24))
    outcome_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome_ref: Mapped[str | None] = mapped_column(Id)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(32))
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None]
    actions: Mapped[list[str] | None] = mapped_column(JSON)
    parse_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    model_id: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("channel", "provider_message_id"),
        UniqueConstraint("channel", "second_id"),
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_inbound_open", "conversation_id", "outcome", "seq"),
        Index("ix_inbound_waiting", "outcome", "conversation_id"),
    )


class Outbound(Base):
    """A message to a parent, written down before it is sent. There is no other way to speak."""

    __tablename__ = "outbound"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    inbound_id: Mapped[str | None] = mapped_column(ForeignKey("inbound.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int]
    lane: Mapped[str] = mapped_column(String(8), default="normal")
    origin: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[str | None] = mapped_column(Id)
    message_key: Mapped[str] = mapped_column(String(96))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    params_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    has_choices: Mapped[bool] = mapped_column(default=False)
    segments: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20), default="created")
    attempts: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_message_id: Mapped[str | None] = mapped_column(String(96))
    code: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("channel", "provider_message_id"),
        UniqueConstraint("conversation_id", "seq"),
        Index("ix_outbound_waiting", "conversation_id", "state", "lane", "seq"),
    )


class Turn(Base):
    """The events that one turn of the assistant made."""

    __tablename__ = "turns"
    inbound_id: Mapped[str] = mapped_column(ForeignKey("inbound.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    events_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Effect(Base):
    """Something a turn brought about; the key is unique, so it can happen only once."""

    __tablename__ = "effects"
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    inbound_id: Mapped[str] = mapped_column(ForeignKey("inbound.id"))
    result_id: Mapped[str | None] = mapped_column(String(64))
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Flag(Base):
    """Words that call for the safety text and for a person to read the message."""

    __tablename__ = "flags"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    inbound_id: Mapped[str] = mapped_column(ForeignKey("inbound.id"), unique=True)
    tier: Mapped[str] = mapped_column(String(8))
    classes: Mapped[list[str]] = mapped_column(JSON)
    evidence_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    joins: Mapped[str | None] = mapped_column(Id)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(Id)
    outcome: Mapped[str | None] = mapped_column(Text)


class Task(Base):
    """Something that a person must do: read a photo, call back, find out why a text failed."""

    __tablename__ = "tasks"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    about_id: Mapped[str | None] = mapped_column(Id)
    note: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(Id)
    outcome: Mapped[str | None] = mapped_column(Text)


class Feedback(Base):
    """Whether an answer was useful, as the parent said."""

    __tablename__ = "feedback"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    topic: Mapped[str | None] = mapped_column(String(64))
    useful: Mapped[bool]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Approval(Base):
    """Somebody with a name approved these very words; a changed word has another hash."""

    __tablename__ = "approvals"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    content_id: Mapped[str] = mapped_column(String(96))
    language: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    approved_by: Mapped[str] = mapped_column(String(96))
    role: Mapped[str] = mapped_column(String(48))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("content_id", "language", "sha256"),)


class ChangeRequest(Base):
    """What somebody wants changed in these very words; a changed word has another hash."""

    __tablename__ = "change_requests"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    content_id: Mapped[str] = mapped_column(String(96))
    language: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(96))
    role: Mapped[str] = mapped_column(String(48))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_change_requests_content_id", "content_id", "language"),)


def where(table: str, column: str, row_id: str) -> str:
    """The place a sealed value is bound to."""
    return f"{table}|{column}|{row_id}"


Sealed = dict[str, Any]
