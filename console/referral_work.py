"""What staff do with a referral: move it on, log an attempt, take it, tick it as copied.

Contact by a route that the parent ruled out is refused here, on the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from common.crypto import Box
from common.errors import InvalidInput, NotAllowed, NotFound
from console import audit, loss
from console.referral_reading import unsafe_routes
from console.takeover import By
from conversations import outbox, people
from conversations.ledger import Ledger
from conversations.model import Reply
from conversations.outbox import Speech
from conversations.states import Origin
from referrals import service
from referrals.creation import record_of
from referrals.history import NO_MESSAGE
from referrals.service import Change, Tried
from referrals.states import Event
from referrals.tables import Referral

# The approved message that may go with a change; every other change is not announced.
MESSAGES: Final[Mapping[Event, str]] = {
    Event.TRIAGE: "console.read",
    Event.ATTEMPT: "console.tried",
}
_REFUSED: Final[Mapping[str, str]] = {
    "call": "The parent asked not to be called. Choose another way.",
    "text": "The parent asked not to be texted. Choose another way.",
    "voicemail": "The parent asked for no voicemail.",
}


@dataclass(frozen=True)
class Attempt:
    """A try to reach the family."""

    route: str
    outcome: str
    note: str = ""


@dataclass(frozen=True)
class Move:
    """A change of state, as the form gave it."""

    event: str
    reason: str
    tell: bool
    version: int


@dataclass(frozen=True)
class Desk:
    """Who works, with what."""

    ledger: Ledger
    staff_id: str

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.ledger.clock.now()

    def move(self, session: Session, referral_id: str, move: Move) -> None:
        """Move a referral on, and tell the parent where that was chosen.

        Raises:
            NotFound: there is no such referral, or the parent was erased.
            Conflict: somebody changed it meanwhile, or the state does not allow it.
            InvalidInput: no event or no reason.
            NotAllowed: the message would go by a route that the parent ruled out.
        """
        if move.event not in set(Event):
            raise InvalidInput("Choose what happened.", code="event")
        event = Event(move.event)
        referral, box = self._open(session, referral_id)
        key = MESSAGES.get(event) if move.tell else None
        if key is not None:
            self._refuse_unsafe_message(referral, box)
        change = Change(event, self.staff_id, move.reason, key or NO_MESSAGE, move.version)
        before = referral.version
        changed = service.change_state(session, referral_id, change, box=box, now=self.now)
        if key is not None and changed.version != before:
            self._tell(session, changed, key, box)
        if event is Event.BABY_DIED and changed.version != before:
            by = By(self.staff_id, self.now)
            loss.tell(session, self.ledger, referral.conversation_id, by, surviving=False)
        self._record(session, referral_id, "referral.moved", detail=event)

    def log_attempt(self, session: Session, referral_id: str, attempt: Attempt) -> None:
        """Log a try to reach the family.

        Raises:
            NotAllowed: by a route that the parent ruled out.
            InvalidInput: no route or outcome.
            Conflict: it is not open for contact.
        """
        referral, box = self._open(session, referral_id)
        unsafe = unsafe_routes(record_of(referral, box))
        used = {attempt.route} | ({"voicemail"} if attempt.outcome == "voicemail_left" else set())
        for route in sorted(used & set(unsafe)):
            raise NotAllowed(_REFUSED[route])
        tried = Tried(attempt.route, attempt.outcome, self.staff_id, attempt.note)
        service.log_attempt(session, referral_id, tried, box=box, now=self.now)
        self._record(session, referral_id, "referral.attempted", detail=attempt.outcome)

    def take(self, session: Session, referral_id: str) -> None:
        """Become its owner."""
        service.assign(
            session, referral_id, owner=self.staff_id, actor=self.staff_id, now=self.now
        )
        self._record(session, referral_id, "referral.assigned")

    def mark_copied(self, session: Session, referral_id: str) -> None:
        """Tick that it was copied to the clinical record."""
        service.mark_copied(session, referral_id, actor=self.staff_id, now=self.now)
        self._record(session, referral_id, "referral.copied")

    def _open(self, session: Session, referral_id: str) -> tuple[Referral, Box]:
        referral = session.get(Referral, referral_id)
        if referral is None:
            raise NotFound("There is no such referral.")
        return referral, people.box_for(session, self.ledger.keyring, referral.person_id)

    def _refuse_unsafe_message(self, referral: Referral, box: Box) -> None:
        unsafe = unsafe_routes(record_of(referral, box))
        if referral.channel == "sms" and "text" in unsafe:
            raise NotAllowed(_REFUSED["text"])

    def _tell(self, session: Session, referral: Referral, key: str, box: Box) -> None:
        row = people.lock(session, referral.conversation_id)
        speech = Speech(
            Origin.STAFF,
            f"{referral.id}/{key}/{referral.version}",
            staff_id=self.staff_id,
        )
        outbox.say(session, self.ledger, row, [Reply(key)], box=box, speech=speech)

    def _record(
        self, session: Session, referral_id: str, action: str, *, detail: str | None = None
    ) -> None:
        subject = ("referral", referral_id)
        audit.record(
            session, self.staff_id, action=action, subject=subject, now=self.now, detail=detail
        )
