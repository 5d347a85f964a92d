"""Two workers on one ledger: both take turns, no turn is taken twice, and one may die."""

import signal
from collections.abc import Iterator

import psutil
import pytest

from common.db import reading
from conversations.tables import Conversation, Outbound
from tests.postgres import Cluster
from tests.processes.house import House, until
from tests.processes.ledger import INTRODUCTION, Ledger
from tests.processes.parents import Parents, SmsPhone

TOLD = ["hello", "what can you do", "my baby cries all night", "thank you"]


@pytest.fixture(
    scope="module", params=["postgresql", pytest.param("sqlite", marks=pytest.mark.slow)]
)
def home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    url = None
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.create("two_workers", template="template_first1001")
    settings = {"FIRST1001_WORKERS": "2", "FIRST1001_TURN_ATTEMPTS": "10"}
    folder = tmp_path_factory.mktemp("two") / "var"
    with House(folder, database_url=url, settings=settings) as made:
        made.start_doubles(list_lag_s=5.0)
        made.start("serve")
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


def workers(house: House) -> list[psutil.Process]:
    """The two workers of `serve`, once both are there."""
    children = psutil.Process(house.running("serve").pid).children

    def found() -> list[psutil.Process]:
        made = [child for child in children() if "worker" in child.cmdline()]
        return made if len(made) == 2 else []

    return until(found, "two workers run")


def owners(books: Ledger) -> set[str]:
    """The processes that hold a turn just now."""
    with reading(books.sessions) as db:
        return {row.turn_owner for row in db.query(Conversation) if row.turn_owner is not None}


def answered_in_order(books: Ledger, conversation_id: str) -> None:
    came = [row.id for row in books.inbound() if row.conversation_id == conversation_id]
    went = books.outbound(Outbound.conversation_id == conversation_id)
    replies = [row.inbound_id for row in went if row.message_key != INTRODUCTION]
    assert replies == came


def all_write(phones: list[SmsPhone], books: Ledger) -> None:
    before = books.count()
    for text in TOLD:
        for phone in phones:
            phone.say(text)
    books.await_quiet(more_than=before + len(TOLD) * len(phones) - 1)


def test_many_parents_at_once_are_each_answered_once_and_in_order(
    home: House, books: Ledger, writers: Parents
):
    workers(home)
    phones = [writers.sms() for _ in range(6)]

    all_write(phones, books)

    books.assert_whole()
    conversations = {row.conversation_id for row in books.inbound()}
    assert len(conversations) == len(phones)
    for one in conversations:
        answered_in_order(books, one)


def test_each_of_them_takes_turns(home: House, books: Ledger, writers: Parents):
    rasa = until(
        lambda: [
            child
            for child in psutil.Process(home.running("serve").pid).children()
            if "bot.launch" in child.cmdline()
        ],
        "the assistant runs",
    )[0]
    rasa.send_signal(signal.SIGSTOP)
    try:
        # A worker takes a few turns at a time: with this many both have their hands full.
        for _ in range(24):
            writers.sms().say("hello")
        until(lambda: len(owners(books)) == 2, "both hold turns")
    finally:
        rasa.send_signal(signal.SIGCONT)
    books.await_quiet()
    books.assert_whole()


def test_when_one_dies_the_other_goes_on(home: House, books: Ledger, writers: Parents):
    first, second = workers(home)
    first.kill()

    all_write([writers.sms(), writers.sms()], books)

    assert second.is_running()
    books.assert_whole()
