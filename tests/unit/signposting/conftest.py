from collections.abc import Callable
from pathlib import Path

import pytest

from common.deployment import Deployment, load
from places.store import Places
from signposting import deployment_services
from signposting import needs as taxonomy
from signposting.model import Service
from signposting.needs import Needs
from tests.unit.places.sample import DEPLOYMENTS, build_sample

Area = tuple[Deployment, Places, list[Service]]


@pytest.fixture(scope="session")
def places_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sample(tmp_path_factory.getbasetemp() / "places-sample")


@pytest.fixture(scope="session")
def needs() -> Needs:
    return taxonomy.load()


@pytest.fixture(scope="session")
def area(places_file: Path, needs: Needs) -> Callable[[str], Area]:
    """A deployment by name with its places and its services."""
    known: dict[str, Area] = {}

    def find(name: str) -> Area:
        if name not in known:
            deployment = load(DEPLOYMENTS, name)
            places = Places(places_file, names=deployment.places)
            services = deployment_services.read(deployment, needs, places=places)
            known[name] = (deployment, places, services)
        return known[name]

    return find
