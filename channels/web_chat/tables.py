"""The tables of the web chat: sessions and one-time codes, found by fingerprint, sealed by secret.

Neither a cookie's value nor a code is stored, and without one of them a row opens nothing.
"""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from common.db import Base, UtcDateTime


class WebSession(Base):
    """A browser that may read and write one conversation; `id` is its cookie's fingerprint."""

    __tablename__ = "web_sessions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_index: Mapped[str] = mapped_column(String(64), index=True)
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class WebCode(Base):
    """A code that opens a conversation once more; `id` is the fingerprint of the code."""

    __tablename__ = "web_codes"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_index: Mapped[str] = mapped_column(String(64), index=True)
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
