"""Typed reading of the YAML files of a deployment, with errors that name file and field.

Checks shapes only; what a field means is its reader's business.
"""

from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from common.errors import InvalidInput, SettingsError
from common.opening_hours import OpeningHours, parse


@dataclass(frozen=True)
class Fields:
    """A mapping or list inside a file; `where` is the path to it, for errors."""

    path: Path
    where: str
    value: Any

    def error(self, key: str, problem: str) -> SettingsError:
        """An error that names the file and the field."""
        return SettingsError(f"{self.path}: {self._name(key)} {problem}")

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def names(self) -> tuple[str, ...]:
        """Names of the fields, in the order of the file."""
        return tuple(str(key) for key in self._mapping())

    def items(self) -> ItemsView[str, Any]:
        """The fields as they are."""
        return self._mapping().items()

    def section(self, key: str) -> "Fields":
        """A mapping within; an empty one where the field is null or missing is an error."""
        value = self._get(key)
        if not isinstance(value, Mapping):
            raise self.error(key, "must be a mapping")
        return Fields(self.path, self._name(key), value)

    def items_of(self, key: str | None = None) -> Iterator["Fields"]:
        """The mappings of a list; without a key, of this value itself."""
        value = self.value if key is None else self._get(key)
        name = self.where if key is None else self._name(key)
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise SettingsError(f"{self.path}: {name or 'the file'} must be a list of mappings")
        for index, item in enumerate(value):
            label = item.get("id", index)
            yield Fields(self.path, f"{name}[{label}]", item)

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "must be a text (in quotes where it looks like a number)")
        return value.strip()

    def optional_text(self, key: str) -> str | None:
        """A text, or None where the field is null or missing."""
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, not empty."""
        value = self._get(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self.error(key, "must be a list of texts")
        return tuple(value)

    def optional_texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the field is null or missing."""
        return self.texts(key) if self.has(key) else ()

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of the allowed words."""
        value = default if default is not None and not self.has(key) else self._get(key)
        if value not in allowed:
            raise self.error(key, f"must be one of: {', '.join(allowed)}")
        return str(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._get(key)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def number(self, key: str) -> int:
        """A whole number, not negative."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(key, "must be a whole number")
        return value

    def optional_number(self, key: str) -> int | None:
        """A whole number, or None where the field is null or missing."""
        return self.number(key) if self.has(key) else None

    def day(self, key: str) -> date:
        """A date (YYYY-MM-DD, without quotes)."""
        value = self._get(key)
        if not isinstance(value, date):
            raise self.error(key, "must be a date such as 2026-11-25")
        return value

    def hours(self, key: str) -> OpeningHours:
        """Opening hours such as "Mo-Fr 09:00-17:00"."""
        try:
            return parse(self.text(key))
        except InvalidInput as e:
            raise self.error(key, f"is wrong: {e}") from e

    def zone(self, key: str) -> ZoneInfo:
        """A time zone by its name."""
        try:
            return ZoneInfo(self.text(key))
        except (ZoneInfoNotFoundError, ValueError) as e:
            raise self.error(key, "must be a time zone such as Europe/London") from e

    def _name(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise SettingsError(f"{self.path}: {self.where or 'the file'} must be a mapping")
        return self.value

    def _get(self, key: str) -> Any:
        mapping = self._mapping()
        if key not in mapping:
            raise self.error(key, "is missing")
        return mapping[key]


# A safe loader, in C where PyYAML was built with it: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Fields:
    """Read a YAML file.

    Raises:
        SettingsError: it is missing or is not YAML.
    """
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506  (a safe one)
        return Fields(path, "", data)
    except FileNotFoundError as e:
        raise SettingsError(f"{path}: the file is missing") from e
    except (yaml.YAMLError, UnicodeDecodeError) as e:
        raise SettingsError(f"{path}: not readable as YAML: {e}") from e
