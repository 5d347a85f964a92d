"""The directory as Open Referral JSON: out and back, and what others send."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signposting import needs as taxonomy
from signposting import open_referral
from signposting.numbers import BlockedNumbers
from signposting.open_referral_reading import read
from tests.unit.places.sample import ROOT
from tests.unit.signposting.conftest import Area

NEEDS = taxonomy.load()
SAMPLES = ROOT / "tests" / "payloads" / "open_referral"
NOTHING = BlockedNumbers([])
FindArea = Callable[[str], Area]


def taken(value: Any, *, blocked: BlockedNumbers = NOTHING, trusted: bool = False) -> Any:
    return read(value, NEEDS, feed="file:test", blocked=blocked, trusted=trusted)


def foreign(**changes: Any) -> dict[str, Any]:
    record = {
        "id": "7d7a1f0e-6b1e-4a58-9d52-2f3f4f0e1d11",
        "name": "Tiny Steps",
        "status": "active",
        "organization": {
            "id": "0e0a3c44-2f0e-4b7e-8e6e-6a5f8f0c2a22",
            "name": "Tiny",
            "description": "Tiny",
        },
    }
    return {**record, **changes}


@pytest.mark.parametrize("name", ["bradford", "caerwen"])
def test_our_directory_comes_back_without_loss(area: FindArea, name: str) -> None:
    _, _, services = area(name)
    document = json.loads(json.dumps(open_referral.page(services, private=True)))
    back = taken(document, trusted=True)
    assert list(back.services) == services
    assert {report.outcome for report in back.reports} == {"accepted"}


def test_the_public_document_holds_nothing_for_staff(area: FindArea) -> None:
    _, _, services = area("bradford")
    text = json.dumps(open_referral.page(services))
    for service in services:
        assert service.staff_notes is None or service.staff_notes not in text
    assert '"unconfirmed"' not in text
    assert "0113 855 5509" not in text


def test_our_document_does_not_count_as_verified_unless_we_say_so(area: FindArea) -> None:
    _, _, services = area("bradford")
    back = taken(json.loads(json.dumps(open_referral.page(services))))
    assert not any(service.verified or service.has_contact for service in back.services)


def test_every_service_is_valid_by_the_uk_profile_with_formats_on(area: FindArea) -> None:
    packed = (SAMPLES / "uk_profile_service.schema.json.gz").read_bytes()
    schema = json.loads(gzip.decompress(packed))
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for name in ("bradford", "caerwen"):
        for service in area(name)[2]:
            record = open_referral.service_json(service)
            assert [error.message for error in validator.iter_errors(record)] == []


def test_the_samples_of_the_standard_are_taken_in() -> None:
    paths = sorted(SAMPLES.glob("*.json"))
    assert len(paths) == 4
    for path in paths:
        found = taken(json.loads(path.read_text("utf-8")))
        assert found.services, path
        assert "refused" not in {report.outcome for report in found.reports}, path


def test_a_list_that_lies_about_its_pages_is_read_by_what_it_holds(area: FindArea) -> None:
    page = {"total_items": 31, "total_pages": 1, "contents": [foreign(), foreign(name="Again")]}
    found = taken(page)
    assert [service.name for service in found.services] == ["Again"]
    assert [report.outcome for report in found.reports] == ["accepted", "repaired"]


def test_pages_are_cut_and_counted(area: FindArea) -> None:
    _, _, services = area("bradford")
    last = open_referral.page(services, number=8, size=10)
    assert (last["total_items"], last["total_pages"], last["size"]) == (74, 8, 4)
    assert (last["first_page"], last["last_page"], last["empty"]) == (False, True, False)
    assert open_referral.page(services, number=9, size=10)["empty"] is True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "not-a-uuid"}, "is not a UUID"),
        ({"status": "open"}, "status 'open' is not known"),
        ({"organization": None}, "has no organization"),
        ({"minimum_age": "two"}, "minimum_age 'two' is not an age"),
        ({"minimum_age": 1e9}, "is not an age"),
        ({"minimum_age": float("nan")}, "is not an age"),
        ({"assured_date": "soon"}, "is not a date"),
        ({"schedules": "always"}, "schedules is not a list"),
        ({"languages": [None, 3]}, "holds what is not an object"),
        ({"description": 12}, "description is not a text"),
    ],
)
def test_a_wrong_field_is_mended_and_reported(change: dict[str, Any], reason: str) -> None:
    found = taken([foreign(**change)])
    assert len(found.services) == 1
    assert found.reports[0].outcome == "repaired"
    assert any(reason in text for text in found.reports[0].reasons)


@pytest.mark.parametrize("record", [None, 3, "text", [], {}, {"name": ""}, {"name": None}])
def test_what_is_no_service_is_refused_and_reported(record: Any) -> None:
    found = taken([record])
    assert found.services == ()
    assert found.reports[0].outcome == "refused"
    assert found.reports[0].reasons


def test_years_become_weeks() -> None:
    found = taken([foreign(minimum_age="0.5", maximum_age=2.0)]).services[0]
    assert (found.minimum_weeks, found.maximum_weeks) == (26, 104)


def test_a_record_of_others_is_kept_whole_and_its_phones_are_not_shown() -> None:
    phones = [{"number": "07700 900199"}]
    record = foreign(phones=phones, url="https://example.org", x_extra={"a": [1]})
    found = taken([record]).services[0]
    assert dict(found.record or {}) == record
    assert not found.has_contact
    assert (found.url, found.phones) == (None, ())
    assert open_referral.service_json(found)["x_extra"] == {"a": [1]}


def test_a_blocked_number_does_not_come_in() -> None:
    record = foreign(phones=[{"number": "08451 228669"}], description="Ring 08451228669 or us")
    found = taken([record], blocked=BlockedNumbers(["08451 228 669"]))
    assert "228669" not in str(found.services[0])
    assert found.reports[0].reasons == ("a blocked number was taken out",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "status", "organization", "phones", "schedules", "attributes"]
                + ["service_areas", "service_at_locations", "location", "addresses", "uri"]
                + ["minimum_age", "languages", "code", "cost_options", "option", "contents"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_no_document_at_all_breaks_the_reading(value: Any) -> None:
    found = taken(value, blocked=BlockedNumbers(["88858"]))
    assert all(report.outcome in {"accepted", "repaired", "refused"} for report in found.reports)


def test_terms_name_their_groups_and_taxonomy() -> None:
    terms = {term["code"]: term for term in open_referral.terms_json(NEEDS)}
    assert terms["crying"]["parent_id"] == terms["group:you-and-your-baby"]["id"]
    assert open_referral.taxonomy_json(NEEDS)["name"] == terms["crying"]["taxonomy"]
