"""Reads flags and marks for the safety review; opens words, records who read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from common.errors import NotFound
from console import audit
from console.reading import Reader
from console.tables import ScreenMark, Staff
from console.words import folded
from conversations import flags as ledger_flags
from conversations import people, transcript
from conversations.tables import Conversation, Flag, Inbound

PAGE: Final = 20
# Filters of the page that are no code of ours: not acknowledged yet, not marked yet.
OPEN, UNMARKED = "open", "unmarked"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; an empty word is everything.

    Attributes:
        outcome: a key of `FLAG_OUTCOMES`, or `open`.
        mark: a key of `MARKS`, or `unmarked`; `missed` lists messages without a flag.
    """

    cls: str = ""
    tier: str = ""
    outcome: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Row:
    """A flag, or a missed message, with its words.

    Attributes:
        shown, rest: the message; empty where the parent was erased.
    """

    inbound: Inbound
    conversation: Conversation
    flag: Flag | None
    mark: ScreenMark | None
    marked_by: str | None
    acknowledged_by: str | None
    shown: str
    rest: str
    evidence: Sequence[Mapping[str, Any]]
    erased: bool


def rows(session: Session, filters: Filters, reader: Reader, *, page: int = 1) -> list[Row]:
    """One page, the newest first, and an entry in the audit log for each conversation read."""
    chosen = _chosen(filters).limit(PAGE).offset((page - 1) * PAGE)
    found = [_open(session, reader, one) for one in session.execute(chosen)]
    for conversation_id in dict.fromkeys(row.conversation.id for row in found):
        _read(session, conversation_id, reader)
    return found


def one(session: Session, inbound_id: str, reader: Reader) -> Row:
    """One message, with its flag and mark if it has them; recorded as well.

    Raises:
        NotFound: there is no such message.
    """
    chosen = _all().where(Inbound.id == inbound_id)
    found = session.execute(chosen).one_or_none()
    if found is None:
        raise NotFound("There is no such message.")
    row = _open(session, reader, found)
    _read(session, row.conversation.id, reader)
    return row


def total(session: Session, filters: Filters) -> int:
    """How many rows the filters leave."""
    counted = _chosen(filters).order_by(None).with_only_columns(func.count())
    return session.scalar(counted) or 0


def counts(session: Session) -> dict[str, int]:
    """How often each mark was given."""
    found = select(ScreenMark.mark, func.count().label("n")).group_by(ScreenMark.mark)
    return {row.mark: row.n for row in session.execute(found)}


_Found = tuple[Inbound, Conversation, Flag | None, ScreenMark | None, str | None, str | None]


def _all() -> Select[Any]:
    marker, reader = Staff.__table__.alias("marker"), Staff.__table__.alias("reader")
    return (
        select(Inbound, Conversation, Flag, ScreenMark, marker.c.name, reader.c.name)
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .outerjoin(Flag, Flag.inbound_id == Inbound.id)
        .outerjoin(ScreenMark, ScreenMark.inbound_id == Inbound.id)
        .outerjoin(marker, marker.c.id == ScreenMark.marked_by)
        .outerjoin(reader, reader.c.id == Flag.acknowledged_by)
    )


def _chosen(filters: Filters) -> Select[Any]:
    if filters.mark == "missed":
        conditions: list[ColumnElement[bool]] = [ScreenMark.mark == "missed"]
        if filters.cls:
            conditions.append(ScreenMark.cls == filters.cls)
        if filters.tier:
            conditions.append(ScreenMark.tier == filters.tier)
        newest = ScreenMark.marked_at.desc()
    else:
        conditions, newest = _of_flags(filters), Flag.raised_at.desc()
    return _all().where(*conditions).order_by(newest, Inbound.id.desc())


def _of_flags(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Flag.id.is_not(None)]
    if filters.cls:
        quoted = f'"{filters.cls}"'
        named = cast(Flag.classes, String).contains(quoted, autoescape=True)
        found.append(or_(named, ScreenMark.cls == filters.cls))
    if filters.tier:
        found.append(Flag.tier == filters.tier)
    if filters.outcome == OPEN:
        found.append(Flag.acknowledged_at.is_(None))
    elif filters.outcome:
        found.append(Flag.outcome == filters.outcome)
    if filters.mark == UNMARKED:
        found.append(ScreenMark.mark.is_(None))
    elif filters.mark:
        found.append(ScreenMark.mark == filters.mark)
    return found


def _open(session: Session, reader: Reader, found: _Found) -> Row:
    inbound, conversation, flag, mark, marked_by, acknowledged_by = found
    shown, rest, evidence, erased = "", "", [], False
    try:
        box = people.box_for(session, reader.keyring, conversation.person_id)
    except NotFound:
        erased = True
    else:
        shown, rest = folded(str(transcript.open_inbound(inbound, box).get("text", "")))
        evidence = ledger_flags.evidence(flag, box) if flag is not None else []
    return Row(
        inbound,
        conversation,
        flag,
        mark,
        marked_by,
        acknowledged_by,
        shown,
        rest,
        evidence,
        erased,
    )


def _read(session: Session, conversation_id: str, reader: Reader) -> None:
    audit.record(
        session,
        reader.staff_id,
        action=reader.action,
        subject=("conversation", conversation_id),
        now=reader.now,
    )
