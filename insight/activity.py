"""What the team did that no message shows, by hand or from a file; no person is in it."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import InvalidInput, NotFound
from common.ids import derived_id, new_id
from insight.measures import STAGES
from insight.tables import Activity

KINDS: Final = {
    "consultation": "Consultation held",
    "training": "Training session",
    "event": "Community event",
    "families": "Families referred by phone, letter or e-mail",
}
"""Kind -> words."""

COUNTED: Final = {
    "consultation": "Consultations",
    "training": "People who came",
    "event": "People who came",
    "families": "Families",
}
"""Kind -> what its number counts."""

PROFESSIONS: Final = (
    "Health visitor",
    "Midwife",
    "Social worker",
    "Family support worker",
    "Nursery nurse",
    "GP or practice nurse",
    "Psychologist or therapist",
    "Voluntary sector",
    "Other",
)
COLUMNS: Final = ("kind", "date", "number", "profession", "organisation", "stage", "note")
_MOST: Final = 5_000
_LONGEST: Final = {"organisation": 120, "profession": 60, "note": 500}


@dataclass(frozen=True)
class Entry:
    """One entry, checked."""

    kind: str
    day: date
    number: int
    profession: str | None = None
    organisation: str | None = None
    stage: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a file.

    Attributes:
        refused: line of the file (the head is line 1) -> why it was not taken.
    """

    added: int
    already: int
    refused: Mapping[int, str]


def entry_of(given: Mapping[str, str | None], *, today: date) -> Entry:
    """Check an entry of a form or of a line of a file (see COLUMNS).

    Raises:
        InvalidInput: in words that the one who typed it can act on; `code` is the field.
    """
    said = {name: (given.get(name) or "").strip() for name in COLUMNS}
    kind = said["kind"].casefold()
    if kind not in KINDS:
        raise InvalidInput("Choose what it was.", code="kind")
    day = _day(said["date"], today)
    number = _number(said["number"] or ("1" if kind == "consultation" else ""))
    stage = said["stage"] or None
    if stage is not None and stage not in STAGES:
        known = ", ".join(STAGES)
        raise InvalidInput(f"The baby's age is one of: {known}.", code="stage")
    for name, most in _LONGEST.items():
        if len(said[name]) > most:
            raise InvalidInput(f"Use at most {most} characters.", code=name)
    return Entry(
        kind=kind,
        day=day,
        number=number,
        profession=said["profession"] or None,
        organisation=said["organisation"] or None,
        stage=stage,
        note=said["note"] or None,
    )


def add(
    session: Session,
    entry: Entry,
    *,
    now: datetime,
    by: str | None,
    source: str = "console",
    key: str | None = None,
) -> bool:
    """Write an entry down; False where the same row of a file is there already.

    Args:
        session: the caller commits.
        entry: checked.
        now: aware.
        by: id of the member of staff; None for the command line.
        source: where it came from.
        key: what makes the row of a file itself; None makes a new entry at each call.
    """
    row_id = new_id()
    entry_key = row_id if key is None else derived_id("activity", key)
    if key is not None and session.scalar(
        select(Activity.id).where(Activity.entry_key == entry_key)
    ):
        return False
    session.add(
        Activity(
            id=row_id,
            kind=entry.kind,
            day=entry.day,
            organisation=entry.organisation,
            profession=entry.profession,
            number=entry.number,
            stage=entry.stage,
            note=entry.note,
            source=source[:60],
            entry_key=entry_key,
            entered_by=by,
            entered_at=now,
        )
    )
    session.flush()
    return True


def latest(session: Session, most: int) -> list[Activity]:
    """The entries made last, those taken back among them."""
    query = select(Activity).order_by(Activity.entered_at.desc(), Activity.id.desc()).limit(most)
    return list(session.scalars(query))


def take_back(session: Session, activity_id: str, *, by: str, now: datetime) -> None:
    """Leave an entry out of the counts from now on; it stays, with who took it back.

    Raises:
        NotFound: there is no such entry.
    """
    row = session.get(Activity, activity_id)
    if row is None:
        raise NotFound("There is no such entry.")
    if row.taken_back_at is None:
        row.taken_back_at, row.taken_back_by = now, by


def take_file(
    session: Session, text: str, *, now: datetime, today: date, by: str | None, source: str
) -> Taken:
    """Take the lines of a CSV file; a line that is wrong is told of and the others are taken.

    Taking the same file twice adds nothing: the second of two equal lines is known by its count.

    Raises:
        InvalidInput: it is no CSV with these columns, or too long.
    """
    added = already = 0
    refused: dict[int, str] = {}
    seen: dict[tuple[str, ...], int] = {}
    for line, given in _lines(text):
        try:
            entry = entry_of(given, today=today)
        except InvalidInput as e:
            refused[line] = str(e)
            continue
        values = tuple(str(vars(entry)[name]) for name in sorted(vars(entry)))
        seen[values] = seen.get(values, 0) + 1
        key = "|".join((*values, str(seen[values])))
        if add(session, entry, now=now, by=by, source=source, key=key):
            added += 1
        else:
            already += 1
    return Taken(added, already, refused)


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = [name.strip().casefold() for name in reader.fieldnames or ()]
    missing = [name for name in ("kind", "date", "number") if name not in names]
    if missing:
        raise InvalidInput(
            f"The file needs a first line with the columns {', '.join(COLUMNS)}.", code="file"
        )
    reader.fieldnames = names
    try:
        for count, row in enumerate(reader, start=1):
            if count > _MOST:
                raise InvalidInput(f"Take at most {_MOST:,} lines at a time.", code="file")
            yield reader.line_num, row
    except csv.Error as e:
        raise InvalidInput("This is not a CSV file.", code="file") from e


def _day(text: str, today: date) -> date:
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"):
        try:
            found = datetime.strptime(text, shape).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        if found > today:
            raise InvalidInput("The date is in the future.", code="date")
        return found
    raise InvalidInput("Write the date as day/month/year, like 24/3/2026.", code="date")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise InvalidInput("Write how many, as a whole number from 1.", code="number")
    return int(text)
