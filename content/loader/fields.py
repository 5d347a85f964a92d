"""Takes required and optional fields out of a YAML mapping and notes what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from content.loader.marked import Value
from content.loader.model import Problem

_NO_DATE = date.min


class Fields:
    """One mapping of a file. Getters always answer; what they had to invent is a problem."""

    def __init__(self, value: Value, path: Path, problems: list[Problem]) -> None:
        self._fields = value.fields or {}
        self._line = value.line
        self._path = path
        self._problems = problems

    def complain(self, line: int, what: str) -> None:
        """Note a problem on a line of this file."""
        self._problems.append(Problem(self._path, line, what))

    def line(self, name: str) -> int:
        """The line of a field, or of the mapping where the field is missing."""
        value = self._fields.get(name)
        return value.line if value else self._line

    def only(self, known: Collection[str]) -> None:
        """Complain of every field that nobody reads: mostly a slip of the pen."""
        for name, value in self._fields.items():
            if name not in known:
                self.complain(value.line, f"remove the unknown field `{name}`")

    def text(self, name: str, *, required: bool = True) -> str:
        """The words of a field without blanks around them; empty where there are none."""
        value = self._fields.get(name)
        if value is not None and (value.items is not None or value.fields is not None):
            self.complain(value.line, f"write `{name}` as plain text")
            return ""
        words = value.text.strip() if value else ""
        if required and not words:
            self.complain(self.line(name), f"add the missing field `{name}`")
        return words

    def one_of(self, name: str, allowed: Collection[str]) -> str:
        """A field that must be one of a few words."""
        word = self.text(name)
        if word and word not in allowed:
            self.complain(self.line(name), f"`{name}` is `{word}`: choose from {_list(allowed)}")
        return word

    def date(self, name: str) -> date:
        """A field that must be a day such as 2027-05-31."""
        word = self.text(name)
        try:
            return date.fromisoformat(word)
        except ValueError:
            if word:
                self.complain(self.line(name), f"write `{name}` as a day such as 2027-05-31")
            return _NO_DATE

    def values(self, name: str, *, required: bool = True) -> tuple[Value, ...]:
        """The items of a list field, each with its line."""
        value = self._fields.get(name)
        if value is not None and value.items is None and (value.text or value.fields):
            self.complain(value.line, f"write `{name}` as a list")
            return ()
        items = tuple(value) if value else ()
        if required and not items:
            self.complain(self.line(name), f"add the missing field `{name}`")
        return items

    def words(self, name: str, *, required: bool = True) -> tuple[Value, ...]:
        """The items of a list of plain texts; others are complained of and left out."""
        items = self.values(name, required=required)
        for item in items:
            if not item.text.strip():
                self.complain(item.line, f"write each of `{name}` as plain text")
        return tuple(item for item in items if item.text.strip())


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
