"""Keeps blocked numbers out: finds them however they are spaced, with or without +44; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_DIGITS = re.compile(r"(?:\+|00)?\d(?:[ \u00a0().\-]{0,2}\d){3,}")
_SHORTEST_PART = 9  # shorter blocked numbers (text codes) count only as a whole number


class BlockedNumbers:
    """The numbers that nothing may hold.

    Args:
        numbers: as written (`Deployment.blocked`).
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        self._numbers = frozenset(plain(number) for number in numbers)

    def found(self, text: str) -> tuple[str, ...]:
        """Blocked numbers in a text, as they are written there, in order."""
        return tuple(match[0] for match in _DIGITS.finditer(text) if self._is_blocked(match[0]))

    def found_within(self, value: Any) -> tuple[str, ...]:
        """Blocked numbers anywhere in nested mappings and lists."""
        return tuple(number for text in _texts(value) for number in self.found(text))

    def without(self, value: Any) -> Any:
        """A copy of a nested value with every blocked number taken out of its texts."""
        if isinstance(value, str):
            for number in self.found(value):
                value = value.replace(number, "").strip()
            return value
        if isinstance(value, Mapping):
            return {key: self.without(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(item) for item in value]
        if isinstance(value, int) and not isinstance(value, bool) and self.found(str(value)):
            return None
        return value

    def _is_blocked(self, written: str) -> bool:
        digits = plain(written)
        return digits in self._numbers or any(
            number in digits for number in self._numbers if len(number) >= _SHORTEST_PART
        )


def plain(number: str) -> str:
    """Digits only, with a leading 0 for +44 and 0044."""
    digits = "".join(character for character in number if character.isdigit())
    for prefix in ("0044", "44"):
        if digits.startswith(prefix) and len(digits) >= len(prefix) + 9:
            return "0" + digits[len(prefix) :].removeprefix("0")
    return digits


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
