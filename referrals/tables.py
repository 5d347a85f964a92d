"""The tables of referrals: details sealed with the person's key; ids, times and states plain."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.db import Base, UtcDateTime

Id = String(32)


class Referral(Base):
    """A self-referral, or a request to be called back; the record itself is in `details_sealed`.

    Attributes:
        kind: `referral` or `callback`.
        source_of_referral: who asked: `self`, `family`, `professional` or `unknown`.
        eligibility: reason code of the rules on the day it was sent; a person decides.
        baby_stage: stage on that day; the dates themselves are sealed.
        baby_date_estimated: the sealed date was counted from an age or said vaguely.
        reply_key: what the parent was told when it was sent.
    """

    __tablename__ = "referrals"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    effect_key: Mapped[str] = mapped_column(String(128), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    person_id: Mapped[str] = mapped_column(Id, index=True)
    conversation_id: Mapped[str] = mapped_column(Id, index=True)
    channel: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(24))
    source_of_referral: Mapped[str] = mapped_column(String(16))
    eligibility: Mapped[str] = mapped_column(String(24))
    district: Mapped[str | None] = mapped_column(String(12))
    baby_stage: Mapped[str | None] = mapped_column(String(16))
    baby_date_estimated: Mapped[bool] = mapped_column(default=False)
    phone_shared: Mapped[bool | None]
    details_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(Id)
    version: Mapped[int] = mapped_column(default=1)
    copied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    copied_by: Mapped[str | None] = mapped_column(Id)
    __table_args__ = (Index("ix_referrals_worklist", "state", "due_at"),)


class ReferralEvent(Base):
    """A change of a referral: who, from what, to what, why, when, and what the parent was told.

    Attributes:
        actor: id of the staff member, or `parent` or `system`.
        message_key: the approved message that was sent, or `none` where it was decided not to.
        reason_sealed: a note in staff's own words.
    """

    __tablename__ = "referral_events"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    referral_id: Mapped[str] = mapped_column(ForeignKey("referrals.id"), index=True)
    seq: Mapped[int]
    event: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[str | None] = mapped_column(String(24))
    to_state: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(Id)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    message_key: Mapped[str] = mapped_column(String(96))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("referral_id", "seq"),)


class ContactAttempt(Base):
    """One try to reach the family, and what came of it."""

    __tablename__ = "contact_attempts"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    referral_id: Mapped[str] = mapped_column(ForeignKey("referrals.id"), index=True)
    route: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(24))
    staff_id: Mapped[str] = mapped_column(Id)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def where(table: str, column: str, row_id: str) -> str:
    """The place a sealed value is bound to."""
    return f"{table}|{column}|{row_id}"
