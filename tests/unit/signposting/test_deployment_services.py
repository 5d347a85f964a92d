"""Reading the services of a deployment."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from common.deployment import load
from common.errors import SettingsError
from signposting import deployment_services
from signposting.deployment_services import earliest_day
from signposting.needs import Needs
from tests.unit.places.sample import DEPLOYMENTS
from tests.unit.signposting.conftest import Area

FindArea = Callable[[str], Area]


@pytest.fixture
def change(tmp_path: Path, needs: Needs) -> Callable[[str, str], None]:
    """Reads a copy of the invented area with one text put in place of another."""

    def read(old: str, new: str) -> None:
        root = tmp_path / "deployments"
        shutil.copytree(DEPLOYMENTS, root)
        path = root / "caerwen" / "services.yml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        deployment_services.read(load(root, "caerwen"), needs)

    return read


def test_all_services_are_there(area: FindArea) -> None:
    assert len(area("bradford")[2]) == 74
    assert len(area("caerwen")[2]) >= 10


@pytest.mark.parametrize("name", ["bradford", "caerwen"])
def test_only_verified_contact_is_in_a_shown_field(area: FindArea, name: str) -> None:
    for service in area(name)[2]:
        if not service.verified:
            assert service.phones == ()
            assert (service.url, service.email, service.opening_hours) == (None, None, None)
            assert (service.shown_phone, service.shown_sms) == (None, None)
            assert not service.has_contact


def test_contact_that_nobody_verified_is_kept_for_staff(area: FindArea) -> None:
    found = {service.slug: service for service in area("bradford")[2]}
    assert found["bliss"].unconfirmed["url"]
    assert not found["bliss"].has_contact


def test_a_number_for_professionals_is_not_shown_to_parents(area: FindArea) -> None:
    found = {service.slug: service for service in area("bradford")[2]}
    unit = found["yh-mother-baby-unit"]
    assert unit.phones
    assert unit.shown_phone is None


@pytest.mark.parametrize("name", ["bradford", "caerwen"])
def test_every_service_has_its_sources(area: FindArea, name: str) -> None:
    for service in area(name)[2]:
        assert service.sources, service.slug
        assert service.checked, service.slug
        assert service.needs, service.slug


def test_regions_become_their_districts(area: FindArea) -> None:
    found = {service.slug: service for service in area("bradford")[2]}
    scopes = {area.scope for area in found["wy-healthier-together"].areas}
    assert len(scopes) == 5
    assert "district:E08000035" in scopes


def test_a_service_with_a_postcode_has_a_position(area: FindArea) -> None:
    found = {service.slug: service for service in area("caerwen")[2]}
    location = found["first-steps-caerwen"].locations[0]
    assert location.easting == 305_970
    assert location.latitude == pytest.approx(52.24, abs=0.01)


@pytest.mark.parametrize("name", ["bradford", "caerwen"])
def test_one_service_takes_referrals_through_this_assistant(area: FindArea, name: str) -> None:
    deployment, _, services = area(name)
    ours = [service for service in services if service.referral_here]
    assert [service.name.partition(":")[0] for service in ours] == [deployment.service_name]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("phone: 0800 448 0737", "phone: 08451 228669", "holds a blocked number"),
        ("needs: [crying, sleep, coping]", "needs: [crying, flying]", "'flying', which is not in"),
        ("area: [uk]", "area: [moon]", "not an area that we know"),
        ("- id: samaritans", "- id: emergency-999", "is there twice"),
        ("evidence: B", "evidence: D", "cannot be true on evidence D"),
        ("evidence: B", "evidence: Z", "must be one of: A, B, C, D"),
        ("opening_hours: 24/7", "opening_hours: mostly", "opening hours are not understood"),
        ("from_weeks: pregnancy", "from_weeks: always", "must be a whole number"),
        ("languages: [cy, en]", "languages: [xx]", "not a language that we know"),
        ("cost: free", "cost: cheap", "must be one of: free"),
        ("checked: 2026-11-22", "checked: lately", "must be a date"),
    ],
)
def test_a_wrong_field_is_refused_by_file_service_and_field(
    change: Callable[[str, str], None], old: str, new: str, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem) as caught:
        change(old, new)
    assert "services.yml: [" in str(caught.value)


def test_a_postcode_that_does_not_exist_is_refused(
    area: FindArea, needs: Needs, tmp_path: Path
) -> None:
    root = tmp_path / "deployments"
    shutil.copytree(DEPLOYMENTS, root)
    path = root / "caerwen" / "services.yml"
    path.write_text(path.read_text("utf-8").replace("LD1 5HG", "LD1 0ZZ"), "utf-8")
    with pytest.raises(SettingsError, match=r"\[first-steps-caerwen\]\.postcode LD1 0ZZ"):
        deployment_services.read(load(root, "caerwen"), needs, places=area("caerwen")[1])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026", date(2026, 1, 1)),
        ("2026-09", date(2026, 9, 1)),
        ("2026-09-13", date(2026, 9, 13)),
    ],
)
def test_a_vague_date_counts_from_its_first_day(text: str, day: date) -> None:
    assert earliest_day(text) == day
