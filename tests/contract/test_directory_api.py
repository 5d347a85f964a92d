"""The read-only Open Referral API over both databases: valid by the profile, and hard to break."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from common.db import Sessions
from common.deployment import load
from places.store import Places
from signposting import api, cli
from signposting import needs as taxonomy
from signposting import open_referral_reading as read_again
from signposting.numbers import BlockedNumbers
from tests.fakes.serving import serving
from tests.unit.places.sample import DEPLOYMENTS, ROOT, build_sample

NEEDS = taxonomy.load()
SAMPLES = ROOT / "tests" / "payloads" / "open_referral"
ADDRESS = "https://help.example.org/directory"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    deployment = load(DEPLOYMENTS, "bradford")
    made = Places(build_sample(tmp_path_factory.mktemp("p") / "places"), names=deployment.places)
    yield made
    made.close()


@pytest.fixture
def client(sessions: Sessions, places: Places) -> Iterator[httpx.Client]:
    cli.import_services(sessions, load(DEPLOYMENTS, "bradford"), places=places)
    app = api.create(sessions, NEEDS, place_of=places.lookup, address=ADDRESS)
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as made:
        yield made


@pytest.fixture
def ask(client: httpx.Client) -> Ask:
    def get(path: str, **query: Any) -> Any:
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


def problems(kind: str, record: Any) -> list[str]:
    packed = (SAMPLES / f"uk_profile_{kind}.schema.json.gz").read_bytes()
    validator = jsonschema.Draft202012Validator(
        json.loads(gzip.decompress(packed)),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    return [error.message for error in validator.iter_errors(record)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/services", "service"),
        ("/service_at_locations", "service_at_location"),
        ("/organizations", "organization"),
    ],
)
def test_every_record_is_valid_by_the_uk_profile(ask: Ask, path: str, kind: str) -> None:
    listed = ask(path, per_page=100)
    assert listed["contents"]
    assert listed["total_items"] == len(listed["contents"])
    for record in listed["contents"]:
        assert problems(kind, record) == []
        assert problems(kind, ask(f"{path}/{record['id']}")) == []


def test_a_reader_that_follows_the_pages_gets_the_whole_directory(ask: Ask) -> None:
    first = ask("/services", per_page=10)
    pages = [ask("/services", per_page=10, page=n) for n in range(1, first["total_pages"] + 1)]
    contents = [record for page in pages for record in page["contents"]]
    assert len({record["id"] for record in contents}) == first["total_items"] == len(contents)
    assert [page["last_page"] for page in pages] == [False] * (len(pages) - 1) + [True]
    assert ask("/services", page=first["total_pages"] * 10)["empty"] is True
    back = read_again.read(contents, NEEDS, feed="other", blocked=BlockedNumbers([]))
    assert {report.outcome for report in back.reports} == {"accepted"}


def test_a_directory_of_others_is_named_by_its_details_and_its_taxonomy(ask: Ask) -> None:
    assert ask("/") == {
        "version": "HSDS-UK-3.0",
        "profile": "https://openreferraluk.org",
        "openapi_url": f"{ADDRESS}/openapi.json",
    }
    [own] = ask("/taxonomies")["contents"]
    assert ask(f"/taxonomies/{own['id']}") == own
    terms = ask("/taxonomy_terms", per_page=100)["contents"]
    assert ask(f"/taxonomy_terms/{terms[-1]['id']}") == terms[-1]
    sleep = next(term for term in terms if term["code"] == "sleep")
    for record in ask("/services", taxonomy_term_id=sleep["id"])["contents"]:
        assert sleep["id"] in {one["taxonomy_term_id"] for one in record["attributes"]}
    assert ask("/services", taxonomy_id=own["id"])["total_items"] > 0
    assert ask("/services", taxonomy_id="another")["empty"] is True


def test_filters_narrow(ask: Ask) -> None:
    whole = ask("/services", per_page=100)["contents"]
    some = ask("/services", search="CRY", per_page=100)["contents"]
    assert 0 < len(some) < len(whole)
    assert all("cry" in f"{one['name']} {one.get('description')}".lower() for one in some)
    assert ask("/services", search="100%_")["empty"] is True
    organization = whole[0]["organization"]["id"]
    own = ask("/services", organization_id=organization)["contents"]
    assert {one["organization"]["id"] for one in own} == {organization}
    assert ask(f"/organizations/{organization}")["services"] == own
    monday = ask("/services", day="MO", start_time="10:00", end_time="11:00")["contents"]
    assert 0 < len(monday) < len(whole)
    assert all(one["maximum_age"] <= 2 for one in ask("/services", maximum_age=2)["contents"])


def test_a_postcode_asks_for_what_serves_it_and_proximity_for_what_is_near(ask: Ask) -> None:
    served = ask("/services", postcode="BD5 8HL")["total_items"]
    assert 0 < served <= ask("/services")["total_items"]
    # The one place with a position in this file is some 19 km away.
    for path in ("/services", "/service_at_locations"):
        near = ask(path, postcode="BD5 8HL", proximity=15_000)
        far = ask(path, postcode="BD5 8HL", proximity=25_000)
        assert (near["total_items"], far["total_items"]) == (0, 1)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/services", {"postcode": "ZZ99 9ZZ"}, 400),
        ("/services", {"proximity": 500}, 400),
        ("/services", {"page": 0}, 422),
        ("/services", {"per_page": 5_000}, 422),
        ("/services", {"day": "MONDAY"}, 422),
        ("/services/no-such-id", {}, 404),
        ("/service_at_locations/no-such-id", {}, 404),
        ("/organizations/no-such-id", {}, 404),
        ("/taxonomies/no-such-id", {}, 404),
        ("/taxonomy_terms/no-such-id", {}, 404),
    ],
)
def test_what_is_asked_wrongly_is_told_why(
    client: httpx.Client, path: str, query: dict[str, Any], status: int
) -> None:
    answer = client.get(path, params=query)
    assert answer.status_code == status
    assert answer.json().keys() & {"error", "detail"}


def test_other_sites_may_read_it_and_nobody_may_write(client: httpx.Client) -> None:
    answer = client.get("/services", headers={"Origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    again = client.get("/services", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post("/services", json={}).status_code == 405


def test_nothing_for_staff_and_no_number_for_professionals_is_in_it(client: httpx.Client) -> None:
    text = client.get("/services", params={"per_page": 100}).text
    assert '"staff_notes"' not in text
    assert '"unconfirmed"' not in text
    assert '"for_professionals"' not in text


def test_no_query_breaks_it(client: httpx.Client) -> None:
    address = str(client.base_url)
    described = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == 11
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        def hold(case: Case) -> None:
            # A postcode may have the right form and not exist: that is told by 400.
            case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])

        hold()
