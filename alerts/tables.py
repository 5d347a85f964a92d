"""Pages and notices, written down before they are sent: one row for each that leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.db import Base, UtcDateTime


class AlertPage(Base):
    """One page to one person by one route.

    ``sent_at`` is when the route took it, ``delivered_at`` when it said later that it arrived.
    """

    __tablename__ = "alert_pages"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    flag_id: Mapped[str] = mapped_column(ForeignKey("flags.id"))
    number: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("flag_id", "number", "route"),
        Index("ix_alert_pages_unsent", "sent_at", "not_before"),
    )


class AlertNotice(Base):
    """Somebody was told once that a parent waits; a route that fails hands it to the next."""

    __tablename__ = "alert_notices"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    about_id: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[str] = mapped_column(String(32))
    waits_since: Mapped[datetime] = mapped_column(UtcDateTime)
    recipient: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("kind", "about_id"),
        Index("ix_alert_notices_unsent", "sent_at", "not_before"),
    )


class AlertTest(Base):
    """A test page that a route took; live mode wants one by each route that is set."""

    __tablename__ = "alert_tests"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    route: Mapped[str] = mapped_column(String(32))
    sent_by: Mapped[str] = mapped_column(String(96))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
