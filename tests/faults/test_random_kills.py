"""Days on which a killer follows no rule but a seed; the long ones only in the full run."""

import pytest

from tests.faults.random_kills import RandomDay
from tests.postgres import Cluster
from tests.processes.house import House
from tests.processes.ledger import Ledger

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1800)]
# Nobody is to give up while the assistant starts again and again.
PATIENT = {"FIRST1001_TURN_ATTEMPTS": "10"}


def live(house: House, seed: int, *, kills: int, apart: bool = False) -> None:
    with house:
        house.start_doubles(list_lag_s=5.0)
        if apart:
            house.start_apart()
        else:
            house.start("serve")
            house.await_ready()
        with Ledger.of(house) as ledger:
            day = RandomDay(house, ledger, seed)
            roles = ("worker", "web", "assistant") if apart else ("serve",)
            day.live_through(kills=kills, parents=4, roles=roles)
            day.assert_nothing_is_lost()


def test_nothing_is_lost_when_everything_is_killed_at_once(tmp_path):
    live(House(tmp_path / "var", settings=PATIENT), 1001, kills=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_in_a_long_row_of_kills(tmp_path, seed: int):
    live(House(tmp_path / "var", settings=PATIENT), seed, kills=8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_on_postgresql_either(tmp_path, postgres: Cluster, seed: int):
    url = postgres.create(f"random_{seed}", template="template_first1001")
    house = House(tmp_path / "var", database_url=url, settings=PATIENT)
    live(house, seed, kills=12, apart=True)
