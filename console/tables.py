"""The tables of the console: staff, their sessions, what they did, and notes; no rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, ForeignKey, Index, LargeBinary, String, Table, event, false
from sqlalchemy.orm import Mapped, mapped_column

from common.db import Base, UtcDateTime
from common.errors import TechnicalFailure

Id = String(32)


class Staff(Base):
    """Somebody who may sign in to the console."""

    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(24))
    password_hash: Mapped[str] = mapped_column(String(256))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None]
    # Somebody else knows the password: nothing opens before they chose one of their own.
    first_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One signed-in browser. Only a fingerprint of its token is kept, and no address."""

    __tablename__ = "staff_sessions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """How often a sign-in failed lately, by a keyed fingerprint of who tried from where."""

    __tablename__ = "sign_in_failures"
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AuditEntry(Base):
    """Who did what to which row, and when. Rows are added, never changed or taken away."""

    __tablename__ = "audit_entries"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    staff_id: Mapped[str | None] = mapped_column(Id)
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(String(120))
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject", "subject_id", "at"),
        Index("ix_audit_entries_staff", "staff_id", "at"),
    )


class Note(Base):
    """What a member of staff wrote about a conversation; sealed with the parent's key."""

    __tablename__ = "notes"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ScreenMark(Base):
    """What staff thought of the screen on one message; it holds codes, never words.

    ``mark`` is a key of `console.words.MARKS`. ``cls`` and ``tier`` are what the screen
    should have seen, where the mark is `wrong_class` or `missed`.
    """

    __tablename__ = "screen_marks"
    inbound_id: Mapped[str] = mapped_column(ForeignKey("inbound.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    mark: Mapped[str] = mapped_column(String(16), index=True)
    cls: Mapped[str | None] = mapped_column(String(24))
    tier: Mapped[str | None] = mapped_column(String(8))
    marked_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Seen(Base):
    """Up to which message a member of staff has read a conversation."""

    __tablename__ = "seen"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


# With these the database itself refuses to rewrite the audit log. Tables that are made from the
# metadata get them at once; a migrated database has them where a migration executes them.
_REFUSED: Final = "the audit log is append only"
_SQLITE: Final = """
CREATE TRIGGER audit_entries_no_{verb} BEFORE {verb} ON audit_entries
BEGIN SELECT RAISE(ABORT, '{refused}'); END
"""
_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{_REFUSED}'; END;
$$ LANGUAGE plpgsql
"""
_TRIGGER: Final = """
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
"""
APPEND_ONLY: Final[Mapping[str, tuple[str, ...]]] = {
    "sqlite": tuple(_SQLITE.format(verb=v, refused=_REFUSED) for v in ("update", "delete")),
    "postgresql": (_FUNCTION, _TRIGGER),
}
"""Statements by database that make the audit log append only; each is executed by itself."""


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse_rewriting(_mapper: Any, _connection: Connection, _entry: AuditEntry) -> None:
    raise TechnicalFailure(_REFUSED)


@event.listens_for(AuditEntry.__table__, "after_create")
def _make_append_only(_target: Table, connection: Connection, **_: Any) -> None:
    for statement in APPEND_ONLY.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
