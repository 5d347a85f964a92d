"""What staff correct in the directory: a service is still right, has closed, or has other details.

A correction changes the answers at once. It is kept beside the service and laid over every later
import of its file, so that a reload never brings back a dead number; the newest can be taken back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import Conflict, InvalidInput, NotFound
from common.ids import new_id
from signposting import loading
from signposting.model import Phone, Service, identifier
from signposting.numbers import BlockedNumbers
from signposting.rows import to_row
from signposting.tables import CorrectionRow, ServiceRow

CHECKED, CLOSED, OPEN, CHANGED = "checked", "closed", "open", "changed"
#: The details that may be changed, and how long each may be.
EDITABLE: Final[Mapping[str, int]] = {
    "phone": 40,
    "url": 300,
    "email": 254,
    "opening_hours": 400,
    "application_process": 1000,
    "description": 2000,
}
_CLOSED_STATUS = "temporarily closed"
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Asked:
    """One correction, as somebody asks for it.

    Attributes:
        kind: `checked`, `closed`, `open` or `changed`.
        details: for `changed`: every editable detail as it should be; empty where there is none.
        reason: why, for colleagues; needed for `closed` and `changed`.
    """

    slug: str
    kind: str
    by: str
    details: Mapping[str, str] | None = None
    reason: str = ""


def lay_over(service: Service, corrections: Iterable[Mapping[str, Any]]) -> Service:
    """The service with the fields of its corrections, oldest first; pure.

    A date never goes back: who imports a newer file has checked later than staff did.
    """
    for fields in corrections:
        service = _with(service, fields)
    return service


def details_of(service: Service) -> dict[str, str]:
    """The editable details of a service, empty where there is none."""
    phone = _shown_phone(service)
    own = {name: getattr(service, name) or "" for name in EDITABLE if name != "phone"}
    return {"phone": phone.number if phone else "", **own}


def standing(session: Session) -> dict[str, list[Mapping[str, Any]]]:
    """By slug the fields of every correction that stands, oldest first."""
    query = select(CorrectionRow).where(CorrectionRow.taken_back_at.is_(None))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in session.scalars(query.order_by(CorrectionRow.at, CorrectionRow.id)):
        found.setdefault(row.slug, []).append(row.fields)
    return found


def history(session: Session, slug: str) -> list[CorrectionRow]:
    """All corrections of a service, newest first."""
    query = select(CorrectionRow).where(CorrectionRow.slug == slug)
    return list(session.scalars(query.order_by(CorrectionRow.at.desc(), CorrectionRow.id.desc())))


def correct(session: Session, asked: Asked, *, now: datetime, blocked: BlockedNumbers) -> str:
    """Record a correction and change the service, in the caller's transaction; the row's id.

    Raises:
        NotFound: there is no such service.
        InvalidInput: a reason is missing, nothing differs, or a detail may not be shown.
    """
    service = _service(session, asked.slug)
    fields = _fields(service, asked, now.date(), blocked)
    reason = asked.reason.strip()
    if asked.kind in (CLOSED, CHANGED) and not reason:
        raise InvalidInput("Say how you know, for your colleagues.")
    if len(reason) > _LONGEST_REASON:
        raise InvalidInput(f"Keep the reason under {_LONGEST_REASON} letters.")
    row = CorrectionRow(
        id=new_id(),
        slug=asked.slug,
        kind=asked.kind,
        fields=fields,
        before=_before(service, fields),
        reason=reason or None,
        by=asked.by,
        at=now,
    )
    session.add(row)
    _store(session, _with(service, fields))
    return row.id


def take_back(session: Session, correction_id: str, *, by: str, now: datetime) -> str:
    """Undo the newest correction of a service, in the caller's transaction; the service's slug.

    Raises:
        NotFound: there is no such correction.
        Conflict: a newer one stands, or it was taken back already.
    """
    row = session.get(CorrectionRow, correction_id)
    if row is None:
        raise NotFound("There is no such correction.")
    newest = next((one for one in history(session, row.slug) if one.taken_back_at is None), None)
    if newest is None or newest.id != row.id:
        raise Conflict("Only the newest correction can be taken back. Reload the page.")
    row.taken_back_at, row.taken_back_by = now, by
    _store(session, _restored(_service(session, row.slug), row.before))
    return row.slug


def _service(session: Session, slug: str) -> Service:
    ids = session.scalars(select(ServiceRow.id).where(ServiceRow.slug == slug)).all()
    found = loading.services(session, ids)
    if not found:
        raise NotFound("There is no such service.")
    return found[0]


def _store(session: Session, service: Service) -> None:
    session.delete(session.get_one(ServiceRow, service.id))
    session.flush()
    session.add(to_row(service))
    session.flush()


def _fields(
    service: Service, asked: Asked, today: date, blocked: BlockedNumbers
) -> dict[str, Any]:
    checked = {"assured_date": today.isoformat(), "checked": today.isoformat()}
    if asked.kind == CHECKED:
        return checked
    if asked.kind == CLOSED:
        return {"status": _CLOSED_STATUS}
    if asked.kind == OPEN:
        return {"status": "active", **checked}
    if asked.kind != CHANGED or asked.details is None:
        raise InvalidInput("Choose what to do.")
    old = details_of(service)
    new = {name: " ".join(asked.details.get(name, "").split()) for name in EDITABLE}
    differing = {
        name: value for name, value in new.items() if value != " ".join(old[name].split())
    }
    if not differing:
        raise InvalidInput("Nothing was changed.")
    for name, value in differing.items():
        _check(name, value, blocked)
    return {**differing, **checked, "verified": True}


def _check(name: str, value: str, blocked: BlockedNumbers) -> None:
    what = name.replace("_", " ").replace("url", "web address")
    if len(value) > EDITABLE[name]:
        raise InvalidInput(f"Keep the {what} under {EDITABLE[name]} letters.")
    if blocked.found(value):
        raise InvalidInput(f"The {what} holds a number that must never be shown.")
    if name == "description" and not value:
        raise InvalidInput("A service needs a description.")
    if name == "url" and value and not value.startswith(("https://", "http://")):
        raise InvalidInput("Write the web address with https:// in front.")
    if name == "email" and value and "@" not in value:
        raise InvalidInput("An email address has an @ in it.")
    if name == "phone" and value and sum(c.isdigit() for c in value) < 3:  # noqa: PLR2004 (999)
        raise InvalidInput("A phone number has at least three digits.")


def _before(service: Service, fields: Mapping[str, Any]) -> dict[str, Any]:
    old: dict[str, Any] = {**details_of(service), "status": service.status}
    old |= {"verified": service.verified}
    for name in ("assured_date", "checked"):
        day: date | None = getattr(service, name)
        old[name] = day and day.isoformat()
    return {name: old[name] for name in fields}


def _with(service: Service, fields: Mapping[str, Any]) -> Service:
    own = dict(fields)
    for name in ("assured_date", "checked"):
        if name in own:
            days = [date.fromisoformat(own[name]), getattr(service, name)]
            own[name] = max(day for day in days if day is not None).isoformat()
    return _restored(service, own)


def _restored(service: Service, fields: Mapping[str, Any]) -> Service:
    own = dict(fields)
    if "phone" in own:
        service = _with_phone(service, own.pop("phone"))
    for name in ("assured_date", "checked"):
        if own.get(name):
            own[name] = date.fromisoformat(own[name])
    values: dict[str, Any] = {}
    for name, value in own.items():
        values[name] = None if value == "" else value
    return replace(service, **values)


def _shown_phone(service: Service) -> Phone | None:
    voices = (p for p in service.phones if p.type == "voice" and not p.for_professionals)
    return next(voices, None)


def _with_phone(service: Service, number: str) -> Service:
    shown = _shown_phone(service)
    if shown is None:
        new = Phone(identifier("phone", service.id, "staff"), number, "voice")
        return replace(service, phones=(new, *service.phones)) if number else service
    kept = (replace(p, number=number) if p is shown else p for p in service.phones)
    return replace(service, phones=tuple(p for p in kept if p.number))
