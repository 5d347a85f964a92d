"""When the assistant or its actions fail: retries, then the honest fallback, and never silence."""

import signal
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest

from tests.processes.house import House, until
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents, SmsPhone
from tests.processes.proxy import ActionDoor

HONEST = "Something is broken on our side"
ATTEMPTS = 3
FAILING = {
    "fail": "i dont feel anything for my baby",
    "reject": "my baby wont stop crying",
    "hang": "how can i play with my newborn",
}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, ActionDoor]]:
    """Web, worker and assistant apart, with a door between the assistant and its actions."""
    # Here time-outs are waited for, again and again.
    short = {"FIRST1001_ACTION_TIMEOUT_S": "1.2", "FIRST1001_TURN_TIMEOUT_S": "2"}
    with House(tmp_path_factory.mktemp("failing") / "var", settings=short) as house:
        house.start_doubles()
        house.start_apart(assistant=False)
        door = ActionDoor(house.ports["ACTION"])
        door.open()
        yield house, door
        door.shut()


@pytest.fixture
def door(rooms: tuple[House, ActionDoor]) -> ActionDoor:
    return rooms[1]


@pytest.fixture
def apart(rooms: tuple[House, ActionDoor]) -> House:
    return rooms[0]


@pytest.fixture(scope="module")
def books(rooms: tuple[House, ActionDoor]) -> Iterator[Ledger]:
    with Ledger.of(rooms[0]) as made:
        yield made


@pytest.fixture
def phones(apart: House, books: Ledger) -> Iterator[Parents]:
    with Parents(apart, books) as made:
        yield made


def rasa_of(house: House) -> psutil.Process:
    """The process of Rasa itself, below the one that keeps it running."""
    [child] = until(lambda: psutil.Process(house.running("assistant").pid).children(), "Rasa runs")
    return child


@pytest.fixture
def assistant(apart: House, door: ActionDoor) -> psutil.Process:
    """Rasa, up and ready, started where it is not."""
    running = apart._running.get("assistant")
    if running is None or running.code is not None:
        apart.start("assistant", FIRST1001_ACTION_PORT=str(door.port))
    apart.await_ready()
    return rasa_of(apart)


@pytest.fixture
def no_assistant(apart: House) -> None:
    """Nothing listens where the assistant should."""
    running = apart._running.get("assistant")
    if running is not None and running.code is None:
        running.end()


def assert_fell_back(books: Ledger, phone: SmsPhone) -> None:
    row = next(r for r in reversed(books.inbound()) if r.outcome == "failed_with_fallback")
    assert row.attempts == ATTEMPTS
    assert any(HONEST in words and "999" in words for words in phone.heard())
    assert [t for t in books.tasks("failed_turn") if t.about_id == row.id]


def test_without_an_assistant_the_parent_gets_the_honest_fallback(
    no_assistant: None, phones: Parents, books: Ledger
):
    phone = phones.sms()

    phone.ask("hello")

    assert_fell_back(books, phone)
    assert books.inbound()[-1].failure == "unreachable"
    books.assert_whole()


def test_without_an_assistant_a_crisis_gets_its_text_at_once(
    no_assistant: None, phones: Parents, books: Ledger
):
    for phone in (phones.sms(), phones.telegram(), phones.browser()):
        answer = phone.ask("i want to end my life")

        assert "999" in answer
        assert HONEST not in answer
        row = books.inbound()[-1]
        assert (row.outcome, row.attempts) == ("crisis_answered", 0)


def test_an_action_that_fails_rejects_or_hangs_ends_in_the_fallback(
    assistant: psutil.Process, door: ActionDoor, phones: Parents, books: Ledger
):
    door.moods = {text: mood for mood, text in FAILING.items()}
    door.met.clear()
    before = books.count()
    told = {mood: phones.sms() for mood in FAILING}

    for mood, phone in told.items():
        phone.say(FAILING[mood])
    books.await_quiet(more_than=before + len(told) - 1)

    assert Counter(door.met) == dict.fromkeys(FAILING, ATTEMPTS), "one call for each try"
    door.moods = {}
    for phone in told.values():
        assert any(HONEST in words for words in phone.heard())
    failed = books.inbound()[before:]
    assert {(r.outcome, r.attempts, r.failure) for r in failed} == {
        ("failed_with_fallback", ATTEMPTS, "action")
    }
    # The next message is answered as if nothing had been.
    assert HONEST not in told["fail"].ask(FAILING["fail"])
    assert books.inbound()[-1].outcome == "answered"
    books.assert_whole()


def test_a_dead_action_endpoint_ends_in_the_fallback(
    assistant: psutil.Process, door: ActionDoor, phones: Parents, books: Ledger
):
    phone = phones.sms()
    door.shut()
    try:
        phone.ask("i dont feel anything for my baby")
    finally:
        door.open()

    assert_fell_back(books, phone)
    assert books.inbound()[-1].failure == "action"


def test_an_action_that_fails_once_is_tried_again_and_answers(
    assistant: psutil.Process, door: ActionDoor, phones: Parents, books: Ledger
):
    phone = phones.sms()
    text = "my baby wont stop crying"
    door.met.clear()
    door.moods = {text: "fail"}
    before = books.count()

    phone.say(text)
    until(lambda: door.met, "the first try")
    door.moods = {}
    books.await_quiet(more_than=before)

    assert books.inbound()[-1].outcome == "answered"
    assert not any(HONEST in words for words in phone.heard())


def test_an_assistant_that_hangs_ends_in_the_fallback(
    assistant: psutil.Process, phones: Parents, books: Ledger
):
    phone = phones.sms()
    assistant.send_signal(signal.SIGSTOP)
    try:
        phone.ask("hello")
    finally:
        assistant.send_signal(signal.SIGCONT)

    assert_fell_back(books, phone)
    assert books.inbound()[-1].failure == "timeout"
