"""What is known of the baby, as a value."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Baby:
    """What is known of the baby; None means that nobody has said.

    Attributes:
        estimated: the date was counted from an age or said vaguely.
        count: babies of this birth or pregnancy.
    """

    born: bool | None = None
    birth_date: date | None = None
    due_date: date | None = None
    estimated: bool = False
    name: str | None = None
    count: int | None = None
    neonatal: bool | None = None

    @property
    def dated(self) -> bool:
        """Whether there is a date to decide by."""
        return self.birth_date is not None or self.due_date is not None

    def merged(self, newer: "Baby") -> "Baby":
        """This with what `newer` says; a birth date replaces a due date's role, not the date."""
        out = replace(
            self,
            name=newer.name or self.name,
            count=newer.count or self.count,
            neonatal=newer.neonatal if newer.neonatal is not None else self.neonatal,
            born=newer.born if newer.born is not None else self.born,
        )
        if newer.birth_date or newer.due_date:
            out = replace(
                out,
                birth_date=newer.birth_date or (None if newer.born is False else self.birth_date),
                due_date=newer.due_date or self.due_date,
                estimated=newer.estimated,
            )
        elif newer.born is False and self.birth_date:
            out = replace(out, birth_date=None)
        return out
