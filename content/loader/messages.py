"""Reads the texts under keys (messages, crisis texts); picks no channel, fills no variable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from content.loader.fields import Fields
from content.loader.marked import Value, read_yaml
from content.loader.model import STATUSES, Choice, ContentError, Message, Messages, Problem
from content.loader.topics import content_root

FOLDERS = ("messages", "crisis")
_SHARED = ("status", "review_date", "source")
_FIELDS = ("web", "sms", "telegram", "choices", *_SHARED)


def load_messages(root: Path, language: str) -> Messages:
    """Every text of a language under its key, crisis texts included.

    Args:
        root: the repository or its content folder.
        language: a BCP 47 code that names the files, such as `en` or `ur-Latn`.

    Raises:
        ContentError: no file, or one that cannot be read; every such line is listed.
    """
    messages, problems = read_messages(root, language)
    if problems:
        raise ContentError(problems)
    return messages


def read_messages(root: Path, language: str) -> tuple[Messages, list[Problem]]:
    """What could be read of a language's texts, and what could not."""
    messages: dict[str, Message] = {}
    problems: list[Problem] = []
    paths = [content_root(root) / folder / f"{language}.yml" for folder in FOLDERS]
    if not any(path.is_file() for path in paths):
        problems.append(Problem(paths[0], 1, f"write the texts in `{language}`"))
    for path in paths:
        if not path.is_file():
            continue
        try:
            value = read_yaml(path.read_text(encoding="utf-8"), path)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        _read_file(value, path, messages, problems)
    return MappingProxyType(messages), problems


def languages(root: Path) -> tuple[str, ...]:
    """The languages that have a file of texts, sorted."""
    folders = (content_root(root) / folder for folder in FOLDERS)
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.yml")}))


def _read_file(
    value: Value, path: Path, messages: dict[str, Message], problems: list[Problem]
) -> None:
    entries = dict(value.fields or {})
    defaults = entries.pop("_defaults", Value(value.line, fields={}))
    shared = dict(defaults.fields or {})
    Fields(defaults, path, problems).only(_SHARED)
    for key, entry in entries.items():
        if key in messages:
            problems.append(Problem(path, entry.line, f"`{key}` stands in another file too"))
            continue
        messages[key] = _message(key, entry, shared, path, problems)


def _message(
    key: str, entry: Value, shared: Mapping[str, Value], path: Path, problems: list[Problem]
) -> Message:
    own = entry.fields or {}
    fields = Fields(Value(entry.line, fields={**shared, **own}), path, problems)
    fields.only(_FIELDS)
    choices = []
    for value in fields.values("choices", required=False):
        item = Fields(value, path, problems)
        item.only(("label", "payload"))
        choice = Choice(item.text("label"), item.text("payload"))
        if choice.payload and not choice.payload.startswith("/"):
            item.complain(item.line("payload"), "begin the payload with /")
        choices.append(choice)
    return Message(
        key=key,
        web=fields.text("web"),
        sms=fields.text("sms", required=False) or None,
        telegram=fields.text("telegram", required=False) or None,
        choices=tuple(choices),
        status=fields.one_of("status", STATUSES),
        review_date=fields.date("review_date"),
        source=fields.text("source"),
        path=path,
        line=entry.line,
    )
