"""The tables of insight: counts by day and what staff write down of their work; no person."""

from datetime import date, datetime

from sqlalchemy import Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.db import Base, UtcDateTime

Id = String(32)


class Count(Base):
    """How often something was on a day of the deployment's own calendar (see insight.measures)."""

    __tablename__ = "insight_counts"
    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    number: Mapped[int]


class Activity(Base):
    """Something the team did that no parent's message shows.

    Attributes:
        kind: a key of insight.activity.KINDS.
        families: for kind `families`, how many were referred by other ways that day.
        entry_key: the same row of a file gives the same key, so it is taken once.
        taken_back_at: it was entered by mistake; it stays, and is not counted.
    """

    __tablename__ = "insight_activities"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date, index=True)
    organisation: Mapped[str | None] = mapped_column(String(120))
    profession: Mapped[str | None] = mapped_column(String(60))
    number: Mapped[int]
    stage: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(60))
    entry_key: Mapped[str] = mapped_column(String(64), unique=True)
    entered_by: Mapped[str | None] = mapped_column(Id)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_by: Mapped[str | None] = mapped_column(Id)
    __table_args__ = (Index("ix_insight_activities_kind_day", "kind", "day"),)
