"""Pages are rows: written before they are sent, sent once, and found again after a restart."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from alerts.cover import AlwaysCovered, NeverCovered
from alerts.model import DEFAULT_LADDER, PageText
from alerts.service import MOST_ATTEMPTS, Paging, send_due
from alerts.tables import AlertPage
from common.clock import SetClock
from common.db import engine_for, sessions_for
from common.errors import PermanentFailure, TemporaryFailure
from common.ids import new_id
from conversations.tables import Conversation, Flag, Inbound, Person

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@dataclass
class Kept:
    """A route that keeps what it takes; fails as often as told."""

    name: str
    taken: list[PageText] = field(default_factory=list)
    failures: int = 0
    refuses: bool = False

    def reaches(self, person):
        return True

    def send(self, page):
        if self.refuses:
            raise PermanentFailure("no", code="refused")
        if self.failures:
            self.failures -= 1
            raise TemporaryFailure("later", code="busy")
        self.taken.append(page)


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'alerts.db'}"
    engine = engine_for(url)
    AlertPage.metadata.create_all(
        engine,
        tables=[t.__table__ for t in (Person, Conversation, Inbound, Flag, AlertPage)],
    )
    engine.dispose()
    return url


@pytest.fixture
def sessions(url):
    engine = engine_for(url)
    yield sessions_for(engine)
    engine.dispose()


@pytest.fixture
def clock():
    return SetClock(START)


@pytest.fixture
def routes():
    return Kept("mail"), Kept("webhook")


def paging(routes, cover=None):
    return Paging(cover or AlwaysCovered(), DEFAULT_LADDER, routes, lambda _: "https://c.example")


def raise_flag(sessions, *, tier="now", joins=None, route="open"):
    flag_id, person, conversation, inbound = (new_id() for _ in range(4))
    with sessions.begin() as session:
        session.add(Person(id=person, created_at=START))
        session.flush()
        session.add(
            Conversation(
                id=conversation,
                person_id=person,
                channel="sms",
                route=route,
                created_at=START,
                last_activity_at=START,
            )
        )
        session.flush()
        session.add(
            Inbound(
                id=inbound,
                conversation_id=conversation,
                channel="sms",
                provider_message_id=inbound,
                seq=1,
                kind="text",
                body_sealed=b"sealed",
                received_at=START,
            )
        )
        session.flush()
        session.add(
            Flag(
                id=flag_id,
                conversation_id=conversation,
                inbound_id=inbound,
                tier=tier,
                classes=["suicide"],
                evidence_sealed=b"sealed",
                raised_at=START,
                joins=joins,
            )
        )
    return flag_id


def acknowledge(sessions, flag_id):
    with sessions.begin() as session:
        session.get_one(Flag, flag_id).acknowledged_at = START


def test_a_now_flag_is_paged_by_two_routes(sessions, clock, routes):
    raise_flag(sessions)
    assert send_due(sessions, paging(routes), clock) == 2
    assert [len(route.taken) for route in routes] == [1, 1]


def test_a_page_is_not_sent_twice(sessions, clock, routes):
    raise_flag(sessions)
    for _ in range(3):
        send_due(sessions, paging(routes), clock)
    assert [len(route.taken) for route in routes] == [1, 1]


def test_a_gentle_flag_never_pages(sessions, clock, routes):
    raise_flag(sessions, tier="gentle")
    clock.advance(days=2)
    assert send_due(sessions, paging(routes), clock) == 0


def test_a_flag_that_joined_another_does_not_page_by_itself(sessions, clock, routes):
    first = raise_flag(sessions)
    raise_flag(sessions, joins=first)
    assert send_due(sessions, paging(routes), clock) == 2


def test_nobody_is_paged_while_nobody_covers(sessions, clock, routes):
    raise_flag(sessions)
    clock.advance(hours=5)
    assert send_due(sessions, paging(routes, NeverCovered()), clock) == 0


def test_the_ladder_climbs_until_somebody_acknowledges(sessions, clock, routes):
    flag = raise_flag(sessions)
    for _ in range(8):
        send_due(sessions, paging(routes), clock)
        clock.advance(minutes=3)
    assert [page.to for page in routes[0].taken] == ["on_call", "on_call", "second", "manager"]
    acknowledge(sessions, flag)
    clock.advance(hours=3)
    assert send_due(sessions, paging(routes), clock) == 0


def test_a_restart_goes_on_where_it_was(url, sessions, clock, routes):
    raise_flag(sessions)
    send_due(sessions, paging(routes), clock)
    clock.advance(minutes=11)
    engine = engine_for(url)
    send_due(sessions_for(engine), paging(routes), clock)
    engine.dispose()
    assert [page.to for page in routes[0].taken] == ["on_call", "on_call", "second"]


def test_a_route_that_is_busy_is_tried_again(sessions, clock):
    busy, other = Kept("mail", failures=1), Kept("webhook")
    raise_flag(sessions)
    assert send_due(sessions, paging((busy, other)), clock) == 1
    clock.advance(seconds=25)
    assert send_due(sessions, paging((busy, other)), clock) == 1
    assert len(busy.taken) == 1


def test_a_route_that_refuses_does_not_hold_up_the_other(sessions, clock):
    refusing, other = Kept("mail", refuses=True), Kept("webhook")
    raise_flag(sessions)
    assert send_due(sessions, paging((refusing, other)), clock) == 1
    clock.advance(seconds=60)
    assert send_due(sessions, paging((refusing, other)), clock) == 0


def test_a_page_is_given_up_after_its_attempts_and_stays_on_record(sessions, clock):
    broken = Kept("mail", failures=10_000)
    raise_flag(sessions)
    for _ in range(MOST_ATTEMPTS + 3):
        send_due(sessions, paging((broken,)), clock)
        clock.advance(seconds=25)
    with sessions() as session:
        first = session.scalars(select(AlertPage).where(AlertPage.number == 0)).one()
    assert (first.attempts, first.sent_at, first.failure) == (MOST_ATTEMPTS, None, "failed")


def test_a_sender_that_died_after_claiming_loses_no_page(sessions, clock, routes):
    from alerts.service import due_pages

    raise_flag(sessions)
    with sessions.begin() as session:
        due_pages(session, clock.now(), paging(routes))
    assert send_due(sessions, paging(routes), clock) == 0
    clock.advance(seconds=31)
    assert send_due(sessions, paging(routes), clock) == 2


def test_a_page_for_an_opted_out_number_says_that_nothing_could_be_sent(sessions, clock, routes):
    raise_flag(sessions, route="opted_out")
    send_due(sessions, paging(routes), clock)
    assert not routes[0].taken[0].answerable


def test_the_clock_stops_when_told(sessions, clock, routes):
    from threading import Event, Thread

    from alerts.clock import run

    raise_flag(sessions)
    stop = Event()
    thread = Thread(target=run, args=(sessions, paging(routes), clock, stop))
    thread.start()
    deadline = datetime.now(UTC) + timedelta(seconds=30)
    while not routes[1].taken and datetime.now(UTC) < deadline:
        stop.wait(0.05)
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert len(routes[1].taken) == 1
