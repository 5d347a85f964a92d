"""Houses for the tests that run the real processes; each test here bears the marker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.house import ROOT, House
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.processes)
            # Whichever test comes first starts the house that they share.
            item.add_marker(pytest.mark.timeout(600))


def _need_model() -> None:
    for path, how in (("var/models/assistant.tar.gz", "model"), ("bot/.venv", "bot-env")):
        if not (ROOT / path).exists():
            pytest.fail(f"{path} is missing: run 'make {how}'")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """`first1001 serve --demo` on SQLite, for every test that leaves it whole."""
    _need_model()
    with House(tmp_path_factory.mktemp("house") / "var") as made:
        made.start_doubles()
        made.start("serve")
        made.await_ready()
        yield made


@pytest.fixture(scope="session")
def ledger(house: House) -> Iterator[Ledger]:
    with Ledger.of(house) as made:
        yield made


@pytest.fixture
def parents(house: House, ledger: Ledger) -> Iterator[Parents]:
    """Parents who write to the shared house."""
    with Parents(house, ledger) as made:
        yield made
