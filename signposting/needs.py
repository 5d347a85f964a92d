"""The taxonomy of needs: which words mean which need, and which needs lie near each other.

Reads one file when asked; chooses no service.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from common.deployment_files import Fields, read_yaml

FILE = Path(__file__).parent / "needs.yml"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Need:
    """One need; `near` are ids, closest first; `words` are how parents say it."""

    id: str
    group: str
    urgent: bool
    any_age: bool
    only_when_asked: bool
    near: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Needs:
    """The taxonomy, by id in the order of the file."""

    id: str
    name: str
    description: str
    version: str
    groups: Mapping[str, str]
    by_id: Mapping[str, Need]

    def near(self, need: str) -> tuple[str, ...]:
        """What else helps with a need, closest first."""
        return self.by_id[need].near if need in self.by_id else ()

    def far(self, need: str) -> tuple[str, ...]:
        """What is near to what is near, for when nothing nearer helps."""
        first = self.near(need)
        found = (far for near in first for far in self.near(near))
        return tuple(dict.fromkeys(n for n in found if n != need and n not in first))

    def kin(self, need: str) -> frozenset[str]:
        """The other needs of its group."""
        if need not in self.by_id:
            return frozenset()
        group = self.by_id[need].group
        return frozenset(n.id for n in self.by_id.values() if n.group == group and n.id != need)

    def may_offer(self, first_need: str, need: str | None) -> bool:
        """Whether a service whose first need this is may be offered for `need`."""
        primary = self.by_id.get(first_need)
        if primary is None or not primary.only_when_asked or self.is_urgent(need):
            return True
        return need is not None and need in self.by_id and self.by_id[need].group == primary.group

    def is_any_age(self, need: str | None) -> bool:
        """Whether the baby's age says nothing of what fits (loss)."""
        return need is not None and need in self.by_id and self.by_id[need].any_age

    def is_urgent(self, need: str | None) -> bool:
        """Whether lines that answer at once come first for this need."""
        return need is not None and need in self.by_id and self.by_id[need].urgent

    def named(self, text: str) -> str | None:
        """The need that a parent's words name: an id, or its longest phrase; None for none."""
        slug = "-".join(_WORD.findall(text.casefold()))
        if slug in self.by_id:
            return slug
        words = f" {' '.join(_WORD.findall(text.casefold().replace(chr(39), '')))} "
        found = [(len(phrase), need) for phrase, need in self._phrases if f" {phrase} " in words]
        return max(found, key=lambda item: item[0])[1] if found else None

    @cached_property
    def _phrases(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (" ".join(_WORD.findall(phrase.casefold().replace("'", ""))), need.id)
            for need in self.by_id.values()
            for phrase in (*need.words, need.id.replace("-", " "))
        )


def load(path: Path = FILE) -> Needs:
    """Read and check the taxonomy.

    Raises:
        SettingsError: a field is missing, a need is there twice or lies near an unknown one.
    """
    fields = read_yaml(path)
    groups: dict[str, str] = {}
    needs: dict[str, Need] = {}
    for group in fields.items_of("groups"):
        groups[group.text("id")] = group.text("name")
        members = group.section("needs")
        for need_id in members.names():
            if need_id in needs:
                raise members.error(need_id, "is there twice")
            needs[need_id] = _need(need_id, group, members.section(need_id))
    for need in needs.values():
        for other in need.near:
            if other not in needs:
                raise fields.error(need.id, f"lies near {other!r}, which is not a need")
    return Needs(
        id=fields.text("id"),
        name=fields.text("name"),
        description=fields.text("description"),
        version=fields.text("version"),
        groups=MappingProxyType(groups),
        by_id=MappingProxyType(needs),
    )


def _need(need_id: str, group: Fields, fields: Fields) -> Need:
    return Need(
        id=need_id,
        group=group.text("id"),
        urgent=group.has("urgent") and group.flag("urgent"),
        any_age=group.has("any_age") and group.flag("any_age"),
        only_when_asked=group.has("only_when_asked") and group.flag("only_when_asked"),
        near=fields.texts("near"),
        words=fields.texts("words"),
    )
