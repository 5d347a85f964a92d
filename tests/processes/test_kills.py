"""Kill -9 at each stage of a message: nothing is lost, and nothing happens twice.

Inside the database everything happens exactly once. At the provider one attempt whose answer never
came may be repeated once, and is counted.
"""

import random
from collections.abc import Iterator

import pytest

from tests.postgres import Cluster
from tests.processes.house import House
from tests.processes.ledger import INTRODUCTION, Ledger
from tests.processes.parents import Twilio
from tests.processes.rough_day import (
    ASSISTANT,
    CRISIS,
    POINTS,
    RECEIVE_POINTS,
    TURN_POINTS,
    RoughDay,
)

# A safety text does not wait until the provider's list can be trusted.
EVERYWHERE = (*POINTS, CRISIS + "send.answered", ASSISTANT)
# Each point on one of the two databases, those that differ most on both; `make test-full` has all.
SAMPLE = random.Random(1001)
ON_SQLITE = (
    "send.marked",
    "send.answered",
    CRISIS + "send.answered",
    *SAMPLE.sample(TURN_POINTS, 2),
    SAMPLE.choice(RECEIVE_POINTS),
    ASSISTANT,
)
ON_POSTGRESQL = (
    CRISIS + "send.answered",
    *(point for point in POINTS if point not in ON_SQLITE),
)
# The provider's list shows a text so long after it was taken: within the time that we wait for it.
LIST_LAG_S = 30.0
# A new assistant may need a minute on a busy machine; here nobody is to give up before.
PATIENT = {"FIRST1001_TURN_ATTEMPTS": "10"}


def house_in(tmp: pytest.TempPathFactory, url: str | None = None) -> House:
    return House(tmp.mktemp("rough") / "var", database_url=url, settings=PATIENT)


def live(house: House, names: tuple[str, ...]) -> Iterator[RoughDay]:
    with house:
        house.start_doubles(list_lag_s=LIST_LAG_S)
        house.start_apart()
        with Ledger.of(house) as ledger:
            day = RoughDay(house, ledger, Twilio(house))
            day.live_through(names)
            yield day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoughDay]:
    yield from live(house_in(tmp_path_factory), ON_SQLITE)


@pytest.fixture(scope="module")
def whole_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoughDay]:
    yield from live(house_in(tmp_path_factory), EVERYWHERE)


@pytest.fixture(scope="module")
def day_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster
) -> Iterator[RoughDay]:
    url = postgres.create("rough_day", template="template_first1001")
    yield from live(house_in(tmp_path_factory, url), ON_POSTGRESQL)


@pytest.fixture(scope="module")
def whole_day_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster
) -> Iterator[RoughDay]:
    url = postgres.create("whole_rough_day", template="template_first1001")
    yield from live(house_in(tmp_path_factory, url), EVERYWHERE)


def check(day: RoughDay, name: str) -> None:
    day.assert_all_died_where_told()
    ids = day.inbound_ids(name)
    assert len(ids) == 1, "the message is there once"
    said = [row for row in day.ledger.outbound() if row.inbound_id == ids[0]]
    replies = [row for row in said if row.message_key != INTRODUCTION]
    assert len(replies) == 1
    for row in said:
        taken = day.taken_by_provider(row.id)
        # A kill also strikes a message of another parent that happened to be on its way.
        assert row.resends <= 1, (name, row.message_key)
        assert 1 <= taken <= 1 + row.resends, (name, row.message_key)


@pytest.mark.parametrize("name", ON_SQLITE)
def test_a_message_is_answered_once_though_the_process_died_on_its_way(day: RoughDay, name: str):
    check(day, name)


def test_the_ledger_is_whole_after_a_rough_day(day: RoughDay):
    day.ledger.assert_whole()


def test_an_extra_send_happens_only_where_an_answer_was_lost_and_is_counted(day: RoughDay):
    extra = {row: day.taken_by_provider(row.id) - 1 for row in day.ledger.outbound()}

    # The crisis text had gone, but the provider's list did not show it yet, and it may not wait.
    [crisis] = day.inbound_ids(CRISIS + "send.answered")
    assert {row.inbound_id for row, more in extra.items() if more} <= {crisis}
    assert all(more <= row.resends for row, more in extra.items())
    # What had not gone is sent, and counted as well: nobody can tell the two apart.
    [marked] = day.inbound_ids("send.marked")
    repeated = [row for row in extra if row.resends]
    assert marked in {row.inbound_id for row in repeated}
    assert "".join(day.house.logs().values()).count("send.repeated") == len(repeated)


@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_the_same_holds_on_postgresql(day_on_postgres: RoughDay, name: str):
    check(day_on_postgres, name)
    day_on_postgres.ledger.assert_whole()


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERYWHERE)
def test_the_same_holds_at_every_point(whole_day: RoughDay, name: str):
    check(whole_day, name)
    whole_day.ledger.assert_whole()


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERYWHERE)
def test_the_same_holds_at_every_point_on_postgresql(whole_day_on_postgres: RoughDay, name: str):
    check(whole_day_on_postgres, name)
    whole_day_on_postgres.ledger.assert_whole()
