"""Invented referrals, written by the real use cases at the times of the plan."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.bootstrap import House
from app.demo import plan
from app.demo.rows import drama_number
from common.crypto import Box
from conversations import people
from conversations.tables import Conversation
from places.model import Place
from referrals import creation, service
from referrals.baby import Baby
from referrals.contact import Route
from referrals.history import NO_MESSAGE
from referrals.model import Home, Record, to_json
from referrals.phones import Phone
from referrals.service import Change, Tried
from referrals.states import Event

_WEEKS = {
    "newborn": (0, 6),
    "young_baby": (6, 26),
    "older_baby": (26, 52),
    "toddler": (52, 103),
}
_ENDS = (
    (Event.ACCEPT, 0.72),
    (Event.SIGNPOST, 0.14),
    (Event.FAMILY_DECLINES, 0.08),
    (Event.NOT_ACCEPT, 0.06),
)
_OPEN = timedelta(days=10)


@dataclass(frozen=True)
class _Call:
    """An effect as a turn would have made it (referrals.creation.EffectCall)."""

    key: str
    args: Mapping[str, Any]
    conversation_id: str
    person_id: str
    channel: str
    box: Box
    now: datetime


class Families:
    """Makes the referral of a family and lets staff work on it."""

    def __init__(self, house: House, *, staff_id: str) -> None:
        self._house = house
        self._staff_id = staff_id
        self._now = house.clock.now()
        inside = house.deployment.eligibility
        found = (house.places.lookup(name) for name in house.deployment.places)
        self._places = [
            p
            for p in found
            if p and p.outward and p.district_code and inside.covers(p.district_code)
        ]

    def place(self, number: int) -> Place:
        """Where a family lives: somewhere in the area."""
        return self._places[number % len(self._places)]

    def refer(self, session: Session, talk: plan.Talk, conversation_id: str) -> None:
        """Write the referral down and what staff did with it since."""
        rng = random.Random(f"family {conversation_id}")  # noqa: S311 (invented)
        conversation = session.get_one(Conversation, conversation_id)
        box = people.box_for(session, self._house.ledger.keyring, conversation.person_id)
        at = conversation.last_activity_at
        record = self._record(rng, talk, at.date())
        call = _Call(
            key=f"demo {conversation_id}/create_referral",
            args={"record": to_json(record)},
            conversation_id=conversation_id,
            person_id=conversation.person_id,
            channel=talk.channel,
            box=box,
            now=at,
        )
        made = creation.create_from_effect(session, call, deployment=self._house.deployment)
        self._work(session, rng, made, box, at)

    def _record(self, rng: random.Random, talk: plan.Talk, today: date) -> Record:
        place = self.place(talk.number)
        return Record(
            for_whom=rng.choice(("mother", "mother", "mother", "father", "parent")),
            baby=_baby(rng, talk.refers or "newborn", today),
            postcode=Home(
                text=place.outward or "",
                district_code=place.district_code,
                district_name=place.district_name,
            ),
            name=talk.name,
            phone=Phone(number=drama_number(talk.number)),
            phone_shared=rng.random() < 0.1,
            contact_route=Route(call=True, text=rng.random() < 0.8),
            best_time=rng.choice(("mornings", "afternoons", "any time")),
            reason=rng.choice(plan.REASONS),
            consent=True,
        )

    def _work(
        self, session: Session, rng: random.Random, referral_id: str, box: Box, at: datetime
    ) -> None:
        def move(event: Event, days: float) -> None:
            change = Change(event, self._staff_id, "Agreed at the weekly meeting.", NO_MESSAGE)
            service.change_state(
                session, referral_id, change, box=box, now=at + timedelta(days=days)
            )

        age = self._now - at
        if age < timedelta(days=1):
            return
        move(Event.TRIAGE, rng.uniform(0.2, 1.0))
        if age < timedelta(days=4):
            return
        tries = rng.choice((1, 1, 1, 2, 3))
        for n in range(tries):
            outcome = "reached" if n == tries - 1 else "no_answer"
            tried = Tried("call", outcome, self._staff_id)
            when = at + timedelta(days=1.2 + n * 1.1 + rng.random())
            service.log_attempt(session, referral_id, tried, box=box, now=min(when, self._now))
        if age < _OPEN:
            return
        move(rng.choices([e for e, _ in _ENDS], [w for _, w in _ENDS])[0], rng.uniform(6, 9))


def _baby(rng: random.Random, stage: str, today: date) -> Baby:
    if stage == "pregnancy":
        return Baby(born=False, due_date=today + timedelta(weeks=rng.randint(4, 28)))
    first, last = _WEEKS[stage]
    days = rng.randrange(first * 7, last * 7)
    return Baby(born=True, birth_date=today - timedelta(days=days), count=1)
