"""What the console is given by whoever starts it; it makes none of this itself."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from console.passwords import Passwords
from conversations import people
from conversations.ledger import Ledger
from conversations.render import Words
from insight.model import Names


@dataclass(frozen=True)
class Media:
    """A photo, voice note or file as the provider hands it out."""

    body: bytes
    content_type: str


class MediaFetcher(Protocol):
    """Fetches what a parent sent, by what the inbound row says of it."""

    def fetch(self, *, channel: str, media: Mapping[str, Any]) -> Media:
        """The file.

        Raises:
            TemporaryFailure: the provider did not answer.
            PermanentFailure: the provider no longer has it.
        """
        ...


class Eraser(Protocol):
    """Erases a person in the caller's transaction."""

    def __call__(self, session: Session, person_id: str, *, now: datetime) -> None:
        """Erase everything of a person; only ids and times stay."""
        ...


@dataclass(frozen=True)
class ConsoleServices:
    """Handed to `create_console`.

    Attributes:
        ledger: sessions, keys, words, clock and channel capabilities.
        assets: the folder of the NHS.UK frontend (`images/`, `*.css`, `*.js`); served at /assets.
        base_url: where staff reach the console; https makes cookies Secure and sends HSTS.
        demo: shows the banner that nobody will call.
        must_verify: whether everybody has to set up two-step sign-in before anything else.
        media: None where no channel can hand out files.
        erase: erases a person; whoever starts the console may end more than the ledger knows.
        ready_only: roles that may send ready-made replies and no words of their own.
        blocked: numbers that nothing may show.
        shelf: every text as it stands in the files, approved or not.
        topics: topic id -> title.
        names: words for the ids of topics, needs, services and districts, read at each call.
        pause: waits some seconds; tests hand in one that does not.
    """

    ledger: Ledger
    assets: Path
    base_url: str
    service_name: str
    demo: bool
    must_verify: bool = False
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    media: MediaFetcher | None = None
    erase: Eraser = people.erase
    ready_only: frozenset[str] = frozenset()
    blocked: tuple[str, ...] = ()
    shelf: Words = field(default_factory=lambda: Words({"en": {}}, {}, {}, demo=False))
    topics: Mapping[str, str] = field(default_factory=dict)
    names: Callable[[], Names] = Names
    passwords: Passwords = field(default_factory=Passwords)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def secure(self) -> bool:
        """Whether staff reach the console through https."""
        return self.base_url.startswith("https://")
