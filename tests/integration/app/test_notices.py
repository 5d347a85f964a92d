"""Who waits for a person is told of once, in cover, on the real path from message to route."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts import clock as escalation
from alerts import notices, waiting
from alerts.cover import AlwaysCovered, NeverCovered, TeamHours
from alerts.model import WAITS
from alerts.notices import TRIES_A_ROUTE, Noticing
from alerts.tables import AlertNotice
from app.alerting import callbacks
from common import deployment as deployments
from common.clock import SetClock
from common.db import engine_for, sessions_for
from common.errors import PermanentFailure, TemporaryFailure
from conversations import tasks
from conversations.inbox import Inbox
from conversations.model import InboundMessage
from conversations.states import Kind, Outcome
from conversations.tables import Inbound, Task
from referrals.tables import Referral
from tests.fakes.console import House, house_on
from tests.fakes.ledger import ledger as make_ledger

ROOT = Path(__file__).resolve().parents[3]
WORDS = "she will not stop and i am so tired"


@dataclass
class Kept:
    """A route that keeps what it takes; fails as often as told."""

    name: str = "mail"
    taken: list = field(default_factory=list)
    failures: int = 0
    refuses: bool = False
    people: tuple[str, ...] = ("on_call",)

    def reaches(self, person):
        return person in self.people

    def send(self, page):
        if self.refuses:
            raise PermanentFailure("no", code="refused")
        if self.failures:
            self.failures -= 1
            raise TemporaryFailure("later", code="busy")
        self.taken.append(page)


def noticing(*routes, cover=None):
    return Noticing(
        cover=cover or AlwaysCovered(),
        after=WAITS,
        to="on_call",
        routes=routes,
        sources=(waiting.in_tasks, waiting.held_and_silent, callbacks),
        link=lambda conversation_id: f"https://console.example/conversations/{conversation_id}",
    )


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


@pytest.fixture
def house(engine, keyring, clock) -> House:
    return house_on(engine, keyring, clock)


def sends(ledger, kind=Kind.PHOTO, *, number="+447700900001", text=WORDS):
    media = {"items": []} if kind != Kind.TEXT else None
    message = InboundMessage("sms", number, f"SM{number}{kind}", kind=kind, text=text, media=media)
    return Inbox(ledger).receive(message)


def send_due(ledger, what):
    return notices.send_due(ledger.sessions, what, ledger.clock)


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.VOICE_NOTE])
def test_a_photo_or_voice_note_that_nobody_looks_at_is_told_of_once(ledger, clock, kind):
    route = Kept()
    said = sends(ledger, kind)
    assert send_due(ledger, noticing(route)) == 0
    clock.advance(hours=3, minutes=59)
    assert send_due(ledger, noticing(route)) == 0
    clock.advance(minutes=1)
    assert send_due(ledger, noticing(route)) == 1
    clock.advance(days=3)
    assert send_due(ledger, noticing(route)) == 0
    (text,) = route.taken
    assert text.link == f"https://console.example/conversations/{said.conversation_id}"
    assert text.link in text.body
    assert "tired" not in text.subject + text.body


@pytest.mark.parametrize("kind", ["person_wanted", "call_back"])
def test_a_wish_for_a_person_that_stays_open_is_told_of_and_a_closed_one_is_not(
    house, clock, kind
):
    route = Kept()
    open_one = house.parent_writes(WORDS, address="a").conversation_id
    closed = house.parent_writes(WORDS, address="b").conversation_id
    house.task(open_one, kind)
    done = house.task(closed, kind)
    with house.sessions.begin() as db:
        tasks.finish(db, done.id, staff_id="s", outcome="done", now=clock.now())
    clock.advance(hours=5)
    assert send_due(house.ledger, noticing(route)) == 1
    assert route.taken[0].link.endswith(open_one)


def test_a_task_of_another_kind_is_left_to_the_list(house, clock):
    house.task(house.parent_writes(WORDS).conversation_id, "failed_delivery")
    clock.advance(days=9)
    assert send_due(house.ledger, noticing(Kept())) == 0


def test_a_request_to_be_called_that_nobody_touched_is_told_of(house, clock):
    route = Kept()
    referral, other = house.referral(address="a"), house.referral(address="b")
    with house.sessions.begin() as db:
        db.get_one(Referral, referral.id).kind = "callback"
    clock.advance(hours=5)
    assert send_due(house.ledger, noticing(route)) == 1
    assert route.taken[0].link.endswith(referral.conversation_id)
    assert other.conversation_id not in route.taken[0].link


def test_a_message_to_somebody_who_holds_the_conversation_and_is_silent_is_told_of(house, clock):
    route = Kept()
    row = house.parent_writes("hello")
    staff = house.signed_in(house.staff())
    staff.post(f"/conversations/{row.conversation_id}/take-over")
    clock.advance(minutes=1)
    for text in ("are you there?", "please"):
        house.parent_writes(text, outcome=Outcome.HELD_BY_PERSON)
    clock.advance(minutes=61)
    assert send_due(house.ledger, noticing(route)) == 1, "two messages, one notice"
    again = house.signed_in(house.staff())
    said = again.post(f"/conversations/{row.conversation_id}/reply", text="I am here")
    assert said.status_code == 303
    house.parent_writes("thank you", outcome=Outcome.HELD_BY_PERSON)
    clock.advance(minutes=59)
    assert send_due(house.ledger, noticing(route)) == 0
    clock.advance(minutes=2)
    assert send_due(house.ledger, noticing(route)) == 1


def test_a_message_that_its_holder_answered_is_not_told_of(house, clock):
    row = house.parent_writes("hello")
    staff = house.signed_in(house.staff())
    staff.post(f"/conversations/{row.conversation_id}/take-over")
    house.parent_writes("are you there?", outcome=Outcome.HELD_BY_PERSON)
    staff.post(f"/conversations/{row.conversation_id}/reply", text="I am here")
    clock.advance(days=2)
    assert send_due(house.ledger, noticing(Kept())) == 0


def test_only_hours_of_cover_count_and_nobody_is_told_at_night(sessions, keyring):
    # Tuesday 3 March 2026, four in the afternoon; the team works from nine to five.
    clock = SetClock(datetime(2026, 3, 3, 16, 0, tzinfo=UTC))
    ledger = make_ledger(sessions, keyring, clock)
    bradford = deployments.load(ROOT / "deployments", "bradford")
    what = noticing(Kept(), cover=TeamHours(bradford, "clinicians"))
    sends(ledger)
    clock.advance(hours=4)
    assert send_due(ledger, what) == 0, "one hour of cover has passed"
    clock.advance(hours=15, minutes=59)
    assert send_due(ledger, what) == 0, "a minute short of four"
    clock.advance(minutes=1)
    assert send_due(ledger, what) == 1


def test_what_became_overdue_as_cover_ended_is_told_when_it_begins_again(sessions, keyring):
    clock = SetClock(datetime(2026, 3, 3, 13, 0, tzinfo=UTC))
    ledger = make_ledger(sessions, keyring, clock)
    bradford = deployments.load(ROOT / "deployments", "bradford")
    what = noticing(Kept(), cover=TeamHours(bradford, "clinicians"))
    sends(ledger)
    clock.advance(hours=4, seconds=1)
    assert send_due(ledger, what) == 0
    clock.advance(hours=16)
    assert send_due(ledger, what) == 1


def test_nobody_is_told_where_nobody_covers(ledger, clock):
    sends(ledger)
    clock.advance(days=2)
    assert send_due(ledger, noticing(Kept(), cover=NeverCovered())) == 0


def test_a_notice_goes_by_one_route_and_by_the_next_where_that_refuses(ledger, clock):
    refusing, other = Kept("mail", refuses=True), Kept("webhook")
    sends(ledger)
    clock.advance(hours=5)
    assert send_due(ledger, noticing(refusing, other)) == 0
    clock.advance(seconds=31)
    assert send_due(ledger, noticing(refusing, other)) == 1
    sends(ledger, number="+447700900002")
    clock.advance(hours=5)
    quiet = Kept("webhook")
    assert send_due(ledger, noticing(Kept("mail"), quiet)) == 1
    assert quiet.taken == []


def test_a_route_that_keeps_failing_is_given_up_and_it_stays_on_record(ledger, clock):
    broken, other = Kept("mail", failures=1000), Kept("webhook", failures=1000)
    sends(ledger)
    clock.advance(hours=5)
    for _ in range(2 * TRIES_A_ROUTE + 3):
        assert send_due(ledger, noticing(broken, other)) == 0
        clock.advance(seconds=31)
    assert (broken.failures, other.failures) == (1000 - TRIES_A_ROUTE, 1000 - TRIES_A_ROUTE)
    with ledger.sessions() as db:
        row = db.scalars(select(AlertNotice)).one()
        assert (row.route, row.failure, row.sent_at) == ("webhook", "given_up", None)


def test_without_a_route_to_who_is_told_nothing_is_written_down(ledger, clock):
    sends(ledger)
    clock.advance(hours=5)
    assert send_due(ledger, noticing(Kept(people=("manager",)))) == 0
    with ledger.sessions() as db:
        assert db.scalars(select(AlertNotice)).all() == []
    assert send_due(ledger, noticing(Kept())) == 1


def test_a_process_that_died_between_writing_and_sending_loses_no_notice(
    database_url, ledger, clock
):
    class Dying(Kept):
        def send(self, page):
            raise KeyboardInterrupt

    sends(ledger)
    clock.advance(hours=5)
    with pytest.raises(KeyboardInterrupt):
        send_due(ledger, noticing(Dying()))
    clock.advance(seconds=31)
    route, engine = Kept(), engine_for(database_url)
    assert notices.send_due(sessions_for(engine), noticing(route), clock) == 1
    engine.dispose()


def test_a_database_that_is_away_is_tried_again(tmp_path, clock):
    engine = engine_for(f"sqlite:///{tmp_path / 'empty.db'}")
    assert escalation.look(sessions_for(engine), noticing(Kept()), clock) == 0
    engine.dispose()


def test_hundreds_of_tasks_that_were_told_of_hide_no_new_one(house, clock):
    conversation_id = house.parent_writes(WORDS).conversation_id
    with house.sessions.begin() as db:
        for number in range(waiting.AT_ONCE + 20):
            tasks.open_task(
                db, conversation_id, kind="look_at", about_id=f"{number}", now=clock.now()
            )
    clock.advance(hours=5)
    told = sum(send_due(house.ledger, noticing(Kept())) for _ in range(4))
    assert told == waiting.AT_ONCE + 20
    with house.sessions() as db:
        assert len(db.scalars(select(AlertNotice.id)).all()) == len(
            db.scalars(select(Task.id)).all()
        )
        assert db.scalars(select(Inbound.id)).all()
