"""Browser sessions and one-time codes of the web chat: who may read and write which conversation.

A session's secret is the cookie's value, 128 random bits; the conversation's address is another
random value, sealed with the secret, so that a copy of the database opens no conversation.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_, orm, select, update

from channels.web_chat.config import WebChatConfig
from channels.web_chat.tables import WebCode, WebSession
from common.clock import Clock
from common.crypto import Box, Keyring
from common.db import Sessions, reading
from common.errors import NotFound
from conversations.people import address_index

# No I, L, O, U, 0 or 1: a code is written down by hand. 12 of 30 characters are 58 bits.
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 12
# How stale the time of last use may be; saves a write on most requests.
_TOUCH: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Session:
    """A session that is alive.

    Attributes:
        token: the cookie's value.
        left_s: seconds until it ends if nothing happens.
    """

    token: str
    address: str
    shared: bool
    left_s: float


class SessionStore:
    """Keeps the sessions and codes; every method is one short transaction."""

    def __init__(
        self, sessions: Sessions, keyring: Keyring, *, clock: Clock, config: WebChatConfig
    ) -> None:
        self._db = sessions
        self._keyring = keyring
        self._clock = clock
        self._config = config

    def start(self, *, address: str | None = None, shared: bool = False) -> Session:
        """A new session, of a new conversation where no address is given."""
        token = secrets.token_urlsafe(16)
        address = address or secrets.token_hex(16)
        row_id = self._index("web_session", token)
        now = self._clock.now()
        with self._db.begin() as db:
            db.add(
                WebSession(
                    id=row_id,
                    owner_index=address_index(self._keyring, "web_chat", address),
                    address_sealed=self._box("web_session", token).seal(
                        address, where=f"web_sessions|address|{row_id}"
                    ),
                    shared=shared,
                    created_at=now,
                    last_seen_at=now,
                )
            )
        return Session(token, address, shared, self._idle_s(shared))

    def find(self, token: str | None, *, touch: bool) -> Session | None:
        """The living session of a cookie's value.

        Args:
            token: None or nonsense gives None.
            touch: whether this is the parent's own doing, which makes it live on.
        """
        if not token or len(token) > 64:
            return None
        row_id = self._index("web_session", token)
        with reading(self._db) as db:
            row = db.get(WebSession, row_id)
        if row is None:
            return None
        now = self._clock.now()
        left = row.last_seen_at + timedelta(seconds=self._idle_s(row.shared)) - now
        if left <= timedelta(0):
            return None
        if touch and now - row.last_seen_at >= _TOUCH:
            with self._db.begin() as db:
                db.execute(
                    update(WebSession).where(WebSession.id == row_id).values(last_seen_at=now)
                )
        if touch:
            left = timedelta(seconds=self._idle_s(row.shared))
        address = self._box("web_session", token).open(
            row.address_sealed, where=f"web_sessions|address|{row_id}"
        )
        return Session(token, str(address), row.shared, left.total_seconds())

    def set_shared(self, token: str, *, shared: bool) -> None:
        """Note whether others use this device."""
        row_id = self._index("web_session", token)
        with self._db.begin() as db:
            db.execute(
                update(WebSession)
                .where(WebSession.id == row_id)
                .values(shared=shared, last_seen_at=self._clock.now())
            )

    def end(self, token: str | None) -> None:
        """Forget a session; the conversation itself stays with the service."""
        if not token:
            return
        with self._db.begin() as db:
            db.execute(
                delete(WebSession).where(WebSession.id == self._index("web_session", token))
            )

    def new_code(self, session: Session) -> str:
        """A code for this conversation, `ABCD-EFGH-JKMN`; earlier ones stop working."""
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        row_id = self._index("web_code", code)
        owner = address_index(self._keyring, "web_chat", session.address)
        with self._db.begin() as db:
            db.execute(delete(WebCode).where(WebCode.owner_index == owner))
            db.add(
                WebCode(
                    id=row_id,
                    owner_index=owner,
                    address_sealed=self._box("web_code", code).seal(
                        session.address, where=f"web_codes|address|{row_id}"
                    ),
                    expires_at=self._clock.now() + timedelta(days=self._config.code_days),
                )
            )
        return "-".join(code[n : n + 4] for n in range(0, _CODE_LENGTH, 4))

    def redeem(self, typed: str, *, shared: bool) -> Session:
        """A new session of the conversation that the code stands for; the code is used up.

        Raises:
            NotFound: there is no such code, or it is too old, or it was used.
        """
        code = "".join(c for c in typed.upper() if c.isalnum())
        row_id = self._index("web_code", code)
        with self._db.begin() as db:
            row = db.scalar(select(WebCode).where(WebCode.id == row_id).with_for_update())
            if row is None or row.expires_at <= self._clock.now():
                raise NotFound("the code is not known")
            sealed = row.address_sealed
            db.delete(row)
        address = self._box("web_code", code).open(sealed, where=f"web_codes|address|{row_id}")
        return self.start(address=str(address), shared=shared)

    def purge(self) -> int:
        """Delete sessions and codes that are over; how many there were."""
        now = self._clock.now()
        own = now - timedelta(seconds=self._config.idle_s)
        shared = now - timedelta(seconds=self._config.shared_idle_s)
        over = or_(
            WebSession.last_seen_at <= own,
            WebSession.shared.is_(True) & (WebSession.last_seen_at <= shared),
        )
        with self._db.begin() as db:
            ended = db.execute(delete(WebSession).where(over))
            codes = db.execute(delete(WebCode).where(WebCode.expires_at <= now))
            return int(getattr(ended, "rowcount", 0)) + int(getattr(codes, "rowcount", 0))

    def _idle_s(self, shared: bool) -> float:
        return self._config.shared_idle_s if shared else self._config.idle_s

    def _index(self, kind: str, secret: str) -> str:
        return self._keyring.blind_index(kind, secret)

    def _box(self, kind: str, secret: str) -> Box:
        # The key of the index is kept outside the database: a short code alone opens nothing.
        return Box(bytes.fromhex(self._keyring.blind_index(f"{kind}/key", secret)))


def forget(session: orm.Session, owner_index: str) -> None:
    """End all sessions and codes of an address, by its fingerprint; for erasure."""
    session.execute(delete(WebSession).where(WebSession.owner_index == owner_index))
    session.execute(delete(WebCode).where(WebCode.owner_index == owner_index))
