"""Processes of one house wake each other, on SQLite by pipes and on PostgreSQL by NOTIFY.

Each side here has signals and a doorbell of its own, as a process has. Where something must wake
up by a ring alone, nobody looks by himself for hours: a lost ring fails the test by its time-out.
"""

import os
import queue
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from app import doorbell
from app.worker import Worker
from common.settings import load
from conversations.delivery import Deliveries
from conversations.inbox import Inbox
from conversations.ledger import Ledger, Signals
from conversations.model import InboundMessage
from conversations.turn import Turns
from tests.fakes.ledger import CAPABILITIES, PlainWords, ScriptedAssistant, ScriptedSender, result

PATIENCE_S = 60
HOURS = 6 * 3600.0
ONE_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def settings(tmp_path, database_url):
    given = {"FIRST1001_VAR": str(tmp_path / "var"), "FIRST1001_DATABASE_URL": database_url}
    return load(given, demo=True)


@dataclass
class Side:
    """One process: what it heard of conversations, and whether work came to it."""

    signals: Signals
    door: doorbell.Doorbell
    spoken: queue.Queue = field(default_factory=queue.Queue)

    def heard(self):
        return self.spoken.get(timeout=PATIENCE_S)

    def was_called(self, kind):
        return self.signals.wait(kind, PATIENCE_S)

    def has_no_call(self, kind):
        return not self.signals.wait(kind, 0)


@pytest.fixture
def side(settings):
    made = []

    def make(*rooms):
        signals = Signals()
        one = Side(signals, doorbell.hang(settings, signals, rooms=rooms))
        made.append(one)
        signals.listen(one.spoken.put)
        assert one.door.bell.listening.wait(PATIENCE_S)
        # On a new connection everybody looks once by himself.
        for kind in ("turn", "send"):
            while not one.has_no_call(kind):
                pass
        return one

    yield make
    for one in made:
        one.door.close()


def test_the_web_calls_the_worker_and_the_worker_wakes_the_pages(side):
    web, worker = side(doorbell.PAGES), side(doorbell.WORK)

    web.signals.work_came("turn")
    assert worker.was_called("turn")
    web.signals.work_came("send")
    assert worker.was_called("send")
    worker.signals.spoke(ONE_ID)
    assert web.heard() == ONE_ID


def test_what_was_heard_is_not_told_again(side):
    web, other, worker = side(doorbell.PAGES), side(doorbell.PAGES), side(doorbell.WORK)

    worker.signals.spoke(ONE_ID)
    web.heard(), other.heard()
    # Rings of one sender keep their order: an echo would come before this one.
    worker.signals.spoke("the next")

    assert (web.heard(), other.heard()) == ("the next", "the next")


def test_a_page_on_another_machine_hears_what_staff_said_on_this_one(side):
    one, other = side(doorbell.PAGES), side(doorbell.PAGES)

    one.signals.spoke(ONE_ID)

    assert other.heard() == ONE_ID
    assert one.heard() == ONE_ID
    assert one.spoken.empty()


def test_a_worker_keeps_its_work_to_itself(side):
    worker, other = side(doorbell.WORK), side(doorbell.WORK)

    worker.signals.work_came("send")
    web = side(doorbell.PAGES)
    web.signals.work_came("turn")

    assert other.was_called("turn")
    assert other.has_no_call("send")


def test_a_process_that_does_everything_hears_all_and_calls_nobody(side):
    alone, worker = side(doorbell.PAGES, doorbell.WORK), side(doorbell.WORK)

    alone.signals.work_came("turn")
    worker.signals.spoke(ONE_ID)

    assert alone.was_called("turn")
    assert alone.heard() == ONE_ID
    assert worker.has_no_call("turn")


def test_ringing_where_nobody_is_left_does_no_harm(side):
    web, worker = side(doorbell.PAGES), side(doorbell.WORK)
    worker.door.close()

    web.signals.work_came("turn")

    late = side(doorbell.WORK)
    web.signals.work_came("turn")
    assert late.was_called("turn")


class Told(list):
    """What a provider took, told to a queue as well."""

    def __init__(self, told):
        super().__init__()
        self.told = told

    def append(self, message):
        self.told.put(message)


def test_a_reply_waits_for_nobody_to_look(side, sessions, keyring, clock):
    web, work = side(doorbell.PAGES), side(doorbell.WORK)

    def ledger(signals):
        return Ledger(sessions, keyring, PlainWords(), clock, CAPABILITIES, signals)

    sent = queue.Queue()
    sender = ScriptedSender()
    sender.taken = Told(sent)
    turns = Turns(
        ledger(work.signals),
        ScriptedAssistant(lambda _request: result("utter_greet")),
        {},
        "w1",
        lease_s=30,
        attempts=3,
    )
    deliveries = Deliveries(ledger(work.signals), {"sms": sender}, "w1", lease_s=30)
    worker = Worker(turns, deliveries, work.signals, threads=2, look_every_s=HOURS)
    worker.start()
    try:
        # They look once at their start; all but the first message needs a ring.
        for number in range(5):
            receipt = Inbox(ledger(web.signals)).receive(
                InboundMessage("sms", "+447700900123", f"SM{number}", text="hello")
            )
            # Once for the message itself, and once for its answer, from the other side.
            assert [web.heard(), web.heard()] == [receipt.conversation_id] * 2
            sent.get(timeout=PATIENCE_S)
    finally:
        worker.stop()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_listener_comes_back_after_its_connection_was_cut(side, engine):
    web, worker = side(doorbell.PAGES), side(doorbell.WORK)

    with engine.begin() as connection:
        cut = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        ).scalar()
    assert cut == 2
    # Back again it looks by itself once, for what it may have missed.
    assert worker.was_called("turn")
    assert worker.was_called("send")
    assert worker.door.bell.listening.wait(PATIENCE_S)

    web.signals.work_came("turn")
    assert worker.was_called("turn")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_ring_reconnects_after_its_own_connection_was_cut(side, engine):
    web, worker = side(doorbell.PAGES), side(doorbell.WORK)
    web.signals.work_came("turn")
    assert worker.was_called("turn")

    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'SELECT pg_notify%'"
            )
        )
    web.signals.work_came("turn")

    assert worker.was_called("turn")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pipe_of_a_dead_process_is_taken_away(side, settings):
    web = side(doorbell.PAGES)
    folder = doorbell.folder(settings)
    os.mkfifo(folder / "work-1-dead")

    web.signals.work_came("turn")

    assert [path.name for path in folder.iterdir() if path.name.startswith("work")] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_pipe_holds_nobody_up(side, settings):
    web = side(doorbell.PAGES)
    pipe = doorbell.folder(settings) / "work-1-asleep"
    os.mkfifo(pipe)
    asleep = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for _ in range(20_000):
            web.signals.work_came("turn")
        assert len(os.read(asleep, 1 << 20)) < 20_000 * len("turn\n")
    finally:
        os.close(asleep)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_folder_with_a_long_path_is_no_trouble(tmp_path, database_url):
    deep = tmp_path / ("d" * 120) / "var"
    given = {"FIRST1001_VAR": str(deep), "FIRST1001_DATABASE_URL": database_url}
    signals, web = Signals(), Signals()
    doors = [
        doorbell.hang(load(given, demo=True), signals, rooms={doorbell.WORK}),
        doorbell.hang(load(given, demo=True), web, rooms={doorbell.PAGES}),
    ]
    try:
        web.work_came("turn")
        assert signals.wait("turn", PATIENCE_S)
    finally:
        for door in doors:
            door.close()


def test_a_real_process_is_heard(side, settings):
    worker = side(doorbell.WORK)
    program = """
import sys
from app import doorbell
from common.settings import load
from conversations.ledger import Signals
signals = Signals()
given = {"FIRST1001_VAR": sys.argv[1], "FIRST1001_DATABASE_URL": sys.argv[2]}
door = doorbell.hang(load(given, demo=True), signals, rooms={doorbell.PAGES})
signals.work_came("send")
door.close()
"""
    subprocess.run(
        [sys.executable, "-c", program, str(settings.var), settings.database_url], check=True
    )

    assert worker.was_called("send")
