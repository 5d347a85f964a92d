"""Reads the directory for staff: what to check, what is shown to parents, what is closed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from common.errors import NotFound
from console.tables import Staff
from signposting import corrections, loading
from signposting.cli import STALE_DAYS
from signposting.model import Service
from signposting.tables import CorrectionRow, OrganizationRow, ServiceRow

PAGE: Final = 50


@dataclass(frozen=True)
class Listed:
    """One page of services.

    Attributes:
        rows: mappings of slug, name, organization, status, verified and assured_date.
        total: how many there are on all pages.
    """

    rows: list[Any]
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.total // PAGE), 1)


@dataclass(frozen=True)
class Opened:
    """One service with what staff said of it, newest first."""

    service: Service
    history: list[CorrectionRow]
    names: dict[str, str]
    undoable: str | None

    @property
    def closed(self) -> bool:
        """Whether no answer names it."""
        return self.service.status != "active"


def listed(
    session: Session, shown: str, *, today: date, words: str = "", number: int = 1
) -> Listed:
    """A page of services, those checked longest ago first.

    Args:
        session: only read from.
        shown: `check` (active and not checked for 90 days), `active` or `closed`.
        today: by which it is old.
        words: each must be in the name or the organization's name.
        number: of the page, from 1.
    """
    row, by = ServiceRow, OrganizationRow
    query = (
        select(
            row.slug,
            row.name,
            row.status,
            row.verified,
            row.assured_date,
            by.name.label("organization"),
        )
        .join(by, by.id == row.organization_id)
        .where(*_terms(shown, today))
    )
    for word in words.split():
        query = query.where(
            or_(
                row.name.icontains(word, autoescape=True), by.name.icontains(word, autoescape=True)
            )
        )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(row.assured_date.is_not(None), row.assured_date, row.name, row.id)
    shown_rows = ordered.limit(PAGE).offset((number - 1) * PAGE)
    return Listed(list(session.execute(shown_rows)), total)


def to_check(session: Session, *, today: date) -> int:
    """How many services wait to be checked."""
    terms = _terms("check", today)
    return session.scalar(select(func.count()).select_from(ServiceRow).where(*terms)) or 0


def opened(session: Session, slug: str) -> Opened:
    """One service.

    Raises:
        NotFound: there is none.
    """
    ids = session.scalars(select(ServiceRow.id).where(ServiceRow.slug == slug)).all()
    found = loading.services(session, ids)
    if not found:
        raise NotFound("There is no such service.")
    rows = corrections.history(session, slug)
    people = {person for row in rows for person in (row.by, row.taken_back_by) if person}
    named = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(people)))
    standing = next((row.id for row in rows if row.taken_back_at is None), None)
    return Opened(found[0], rows, {row.id: row.name for row in named}, standing)


def _terms(shown: str, today: date) -> list[ColumnElement[bool]]:
    row = ServiceRow
    if shown == "closed":
        return [row.status != "active"]
    if shown == "active":
        return [row.status == "active"]
    old = today - timedelta(days=STALE_DAYS)
    return [row.status == "active", or_(row.assured_date.is_(None), row.assured_date < old)]
