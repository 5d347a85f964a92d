"""`serve` keeps its worker as a process of its own: what a kill of either of them does."""

import signal
import socket
from collections.abc import Iterator

import psutil
import pytest

from tests.processes.house import House, client, until
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents, Phone

CRISIS = "i want to end my life"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of this module's own, since its processes are killed here."""
    # A killed worker took a try with it; here nobody is to give up.
    settings = {"FIRST1001_TURN_ATTEMPTS": "10"}
    with House(tmp_path_factory.mktemp("apart") / "var", settings=settings) as made:
        made.start_doubles(list_lag_s=5.0)
        made.start("serve", A_SECRET_OF_SOMEBODY_ELSE="not for us")
        made.await_ready()
        yield made


@pytest.fixture(scope="module")
def books(home: House) -> Iterator[Ledger]:
    with Ledger.of(home) as made:
        yield made


@pytest.fixture
def writers(home: House, books: Ledger) -> Iterator[Parents]:
    with Parents(home, books) as made:
        yield made


def child_of(house: House, word: str) -> psutil.Process:
    """The child of `serve` that has this word in its command."""
    children = psutil.Process(house.running("serve").pid).children

    def found() -> list[psutil.Process]:
        return [child for child in children() if word in child.cmdline()]

    return until(found, f"{word} runs")[0]


def write_while_rasa_sleeps(house: House, books: Ledger, phones: list[Phone]) -> None:
    """Have each of them write, and a worker sit waiting for the answer to each."""
    rasa = child_of(house, "bot.launch")
    rasa.send_signal(signal.SIGSTOP)
    try:
        before = books.count()
        for phone in phones:
            phone.say("what can you do")
        until(lambda: books.count() == before + len(phones), "the messages are in the ledger")
        rows = books.inbound()[-len(phones) :]
        for row in rows:
            until(lambda row=row: books.is_claimed(row.id), "its turn is under way")
        child_of(house, "worker").kill()
    finally:
        rasa.send_signal(signal.SIGCONT)


def test_nothing_is_lost_or_doubled_when_the_worker_is_killed(
    home: House, books: Ledger, writers: Parents
):
    phones: list[Phone] = [writers.sms(), writers.browser()]
    for phone in phones:
        phone.ask("hello")
    first, known = child_of(home, "worker").pid, [len(phone.heard()) for phone in phones]

    write_while_rasa_sleeps(home, books, phones)
    books.await_quiet()

    for phone, before in zip(phones, known, strict=True):
        until(lambda p=phone, n=before: len(p.heard()) > n, "the answer is heard")
        assert len(phone.heard()) == before + 1
    assert child_of(home, "worker").pid != first
    assert all(row.resends == 0 for row in books.outbound())
    for phone in phones:
        assert phone.ask("hello")
    books.assert_whole()


def test_a_cry_for_help_is_answered_while_there_is_no_worker_at_all(tmp_path):
    with House(tmp_path / "var") as house:
        house.prepare()
        house.start("web")
        house.await_web()
        with Ledger.of(house) as ledger, Parents(house, ledger) as parents:
            page = parents.browser()
            page.say(CRISIS)
            until(lambda: "999" in "\n".join(page.heard()), "the page shows the safety text")


def test_the_worker_gets_our_settings_and_nobody_elses(home: House):
    given = child_of(home, "worker").environ()

    assert given["FIRST1001_MODE"] == "demo"
    assert given["FIRST1001_VAR"] == str(home.folder)
    assert "A_SECRET_OF_SOMEBODY_ELSE" not in given


def test_one_process_alone_registers_the_webhook(home: House):
    starts = home.running("serve").log.read_text().count("Press Ctrl+C to end.")
    with client(home.telegram_double) as http:
        told = until(lambda: http.get("/_log").text.count("webhook.set"), "Telegram is told")

    assert told == starts


def test_when_serve_is_killed_its_worker_dies_and_the_house_can_be_started_again(
    home: House, books: Ledger, writers: Parents
):
    worker = child_of(home, "worker")
    home.running("serve").kill()

    until(lambda: not worker.is_running(), "the worker dies with its parent")
    with socket.socket() as probe:
        until(
            lambda: probe.connect_ex(("127.0.0.1", home.ports["ACTION"])) != 0, "the port is free"
        )
    home.start("serve")
    home.await_ready()
    assert writers.sms().ask("hello")
    books.assert_whole()
