"""What actions may read: places, directory, deployment, words; handed in, never made on import."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from jinja2.sandbox import ImmutableSandboxedEnvironment

from common.deployment import Deployment
from common.errors import TechnicalFailure
from content.loader import Message, Topic, load_messages
from places.model import Place
from referrals.store import Sent
from signposting.needs import Needs
from signposting.query import Match, Query


class PlaceFinder(Protocol):
    """Finds a place by postcode, outward code or name (places.store.Places)."""

    def lookup(self, text: str) -> Place | None:
        """The place, or None."""
        ...


class Finder(Protocol):
    """Searches the directory (signposting.store.Directory)."""

    @property
    def needs(self) -> Needs:
        """The taxonomy that queries speak."""
        ...

    def search(self, query: Query) -> list[Match]:
        """What fits, best first."""
        ...


class SentReferrals(Protocol):
    """What was sent from a conversation (referrals.store.Referrals)."""

    def of_conversation(self, conversation_id: str) -> tuple[Sent, ...]:
        """Newest first."""
        ...


@dataclass(frozen=True)
class Deps:
    """What actions read.

    Attributes:
        topics: topic id -> topic.
        messages: key -> message in English, for clauses inside a variable; read from the
            content folder beside the deployments where it is not given.
        languages: those other than English that have a pack of words.
        referrals: how a sent referral stands; without it only what the conversation itself
            knows is told.
    """

    deployment: Deployment
    places: PlaceFinder
    directory: Finder
    topics: Mapping[str, Topic]
    messages: Mapping[str, Message] | None = None
    referrals: SentReferrals | None = None
    languages: frozenset[str] = frozenset()

    def local(self, now: datetime) -> datetime:
        """A time in the deployment's zone."""
        return self.deployment.local(now)

    def say(self, key: str, channel: str, **variables: object) -> str:
        """The words of a clause.

        Raises:
            TechnicalFailure: there is no such key.
        """
        message = self._words.get(key)
        if message is None:
            raise TechnicalFailure(f"no words for the key {key!r}")
        given = {**self.deployment.variables(), **variables}
        return self._jinja.from_string(message.text(channel)).render(given).strip()

    @cached_property
    def _words(self) -> Mapping[str, Message]:
        if self.messages is not None:
            return self.messages
        return load_messages(self.deployment.folder.parents[1], "en")

    @cached_property
    def _jinja(self) -> ImmutableSandboxedEnvironment:
        return ImmutableSandboxedEnvironment(autoescape=False)


_current: list[Deps] = []


def set_deps(deps: Deps | None) -> None:
    """Set what actions use that were made without dependencies; None unsets it."""
    _current[:] = [deps] if deps is not None else []


def get_deps() -> Deps:
    """What was set.

    Raises:
        TechnicalFailure: nothing was set: the process is not wired.
    """
    if not _current:
        raise TechnicalFailure("actions were run before set_deps")
    return _current[0]


Slots = dict[str, Any]
