"""Reads YAML into plain values that remember their line; decides nothing about content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from content.loader.model import ContentError, Problem

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_NULL = frozenset({"", "~", "null"})


@dataclass(frozen=True, slots=True)
class Value:
    """A text, list or mapping and the line it begins on.

    Scalars stay the text that was written (an example `no` stays `no`); null is the empty text.
    """

    line: int
    text: str = ""
    items: tuple[Value, ...] | None = None
    fields: dict[str, Value] | None = None

    def __iter__(self) -> Iterator[Value]:
        """The items of a list; a mapping or a text has none."""
        return iter(self.items or ())


def read_yaml(text: str, path: Path, first_line: int = 1) -> Value:
    """Parse YAML that begins on `first_line` of `path`.

    Raises:
        ContentError: not YAML, or a key stands twice in one mapping; shows the line.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        what = getattr(error, "problem", None) or "is not YAML"
        raise ContentError([Problem(path, line, f"put the YAML right: {what}")]) from error
    if node is None:
        return Value(first_line, fields={})
    return _value(node, path, first_line)


def _value(node: yaml.Node, path: Path, first_line: int) -> Value:
    line = first_line + node.start_mark.line
    if isinstance(node, yaml.ScalarNode):
        plain_null = not node.style and node.value.lower() in _NULL
        return Value(line, "" if plain_null else node.value)
    if isinstance(node, yaml.SequenceNode):
        return Value(line, items=tuple(_value(item, path, first_line) for item in node.value))
    fields: dict[str, Value] = {}
    for key, value in node.value:
        if key.value in fields:
            at = first_line + key.start_mark.line
            raise ContentError([Problem(path, at, f"remove one of the two `{key.value}`")])
        fields[key.value] = _value(value, path, first_line)
    return Value(line, fields=fields)
