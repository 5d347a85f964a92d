from pathlib import Path

import pytest

from common.deployment import load
from places.store import Places
from tests.unit.places.sample import DEPLOYMENTS, build_sample


@pytest.fixture(scope="session")
def places_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sample(tmp_path_factory.getbasetemp() / "places-sample")


@pytest.fixture(scope="session")
def bradford(places_file: Path) -> Places:
    return Places(places_file, names=load(DEPLOYMENTS, "bradford").places)


@pytest.fixture(scope="session")
def caerwen(places_file: Path) -> Places:
    return Places(places_file, names=load(DEPLOYMENTS, "caerwen").places)
