"""Looking places up in a file built from real postcodes."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import SettingsError
from places.grid import to_degrees
from places.model import distance_km
from places.store import Places
from tests.unit.places.sample import postcodes

POSTCODES = postcodes()
DISTRICT = "E08000032"


@given(st.sampled_from(POSTCODES), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_postcode_is_found_however_it_is_spaced_and_cased(
    bradford: Places, postcode: str, data: st.DataObject
) -> None:
    written = postcode.replace(" ", data.draw(st.sampled_from(["", " ", "  ", "-"])))
    written = data.draw(st.sampled_from([written.lower(), written.upper(), written.title()]))
    found = bradford.lookup(written)
    assert found is not None
    assert (found.kind, found.text) == ("postcode", postcode)


@given(st.text(max_size=600))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_a_lookup(bradford: Places, text: str) -> None:
    found = bradford.lookup(text)
    assert found is None or found.kind in {"postcode", "outward", "name"}


def test_a_postcode_has_district_ward_nation_and_position(bradford: Places) -> None:
    found = bradford.lookup("BD5 8HL")
    assert found is not None
    assert found.district_code == DISTRICT
    assert (found.ward_code, found.ward_name) == ("E05001358", "Little Horton")
    assert (found.nation, found.outward, found.split) == ("england", "BD5", False)
    assert found.easting is not None
    assert 400_000 < found.easting < 430_000


@pytest.mark.parametrize("slip", ["BD5 8HI", "BDS 8HL", "bd5 8h1"])
def test_a_slip_of_the_thumb_still_leads_to_the_place(bradford: Places, slip: str) -> None:
    found = bradford.lookup(slip)
    assert found is not None
    assert (found.outward, found.district_code) == ("BD5", DISTRICT)


def test_a_postcode_that_does_not_exist_gives_its_outward_code(bradford: Places) -> None:
    found = bradford.lookup("BD5 9ZZ")
    assert found is not None
    assert (found.kind, found.text, found.district_code) == ("outward", "BD5", DISTRICT)


@pytest.mark.parametrize(
    ("outward", "inside", "split"),
    [
        ("BD1", True, False),
        ("BD5", True, False),
        ("BD13", True, False),  # a handful at the edge do not make it split
        ("LS29", True, True),
        ("BD20", True, True),
        ("BD4", True, True),
        ("BD19", False, False),
        ("BD24", False, False),
        ("HX3", False, False),
    ],
)
def test_the_district_of_an_outward_code_is_by_polygon_not_by_letters(
    bradford: Places, outward: str, inside: bool, split: bool
) -> None:
    found = bradford.lookup(outward)
    assert found is not None
    assert (found.district_code == DISTRICT, found.split) == (inside, split)
    assert sum(share.share for share in found.shares) == pytest.approx(1)


@pytest.mark.parametrize("outward", ["BD23", "BD24", "BD19"])
def test_no_part_of_these_is_in_the_district(bradford: Places, outward: str) -> None:
    found = bradford.lookup(outward)
    assert found is not None
    assert DISTRICT not in found.district_codes


def test_a_split_code_names_all_its_districts(bradford: Places) -> None:
    found = bradford.lookup("bd20")
    assert found is not None
    assert found.district_codes == (DISTRICT, "E07000163")


@pytest.mark.parametrize(
    ("text", "nation"),
    [
        ("EH1", "scotland"),
        ("CF10", "wales"),
        ("BT1 1AA", "northern_ireland"),
        ("IM1", None),
        ("OX1", "england"),
    ],
)
def test_the_nation_is_known_where_the_district_is_not(
    bradford: Places, text: str, nation: str | None
) -> None:
    found = bradford.lookup(text)
    assert found is not None
    assert found.nation == nation


@pytest.mark.parametrize(
    ("text", "name", "outward"),
    [
        ("Manningham", "Manningham", "BD8"),
        ("manningam", "Manningham", "BD8"),
        ("I live in west bowling with my mum", "West Bowling", "BD5"),
        ("KEIGHLEY", "Keighley", "BD21"),
        ("silsden", "Silsden", "BD20"),
    ],
)
def test_towns_and_neighbourhoods_are_known(
    bradford: Places, text: str, name: str, outward: str
) -> None:
    found = bradford.lookup(text)
    assert found is not None
    assert (found.kind, found.text, found.outward) == ("name", name, outward)
    assert (found.district_code, found.split) == (DISTRICT, False)


def test_every_name_of_a_deployment_leads_somewhere(bradford: Places, caerwen: Places) -> None:
    from common.deployment import load
    from tests.unit.places.sample import DEPLOYMENTS

    for places, name in ((bradford, "bradford"), (caerwen, "caerwen")):
        for place in load(DEPLOYMENTS, name).places:
            assert places.lookup(place), place


def test_a_neighbour_with_a_name_like_ours_is_outside(bradford: Places) -> None:
    for text in ("skipton", "craven", "leeds", "cleckheaton"):
        found = bradford.lookup(text)
        assert found is not None
        assert DISTRICT not in found.district_codes, text


def test_a_ward_is_known_by_its_name(bradford: Places) -> None:
    found = bradford.lookup("Windhill and Wrose")
    assert found is not None
    assert found.ward_name == "Windhill and Wrose"


@pytest.mark.parametrize("text", ["", "   ", "?", "my baby is 9 weeks old", "no", "xyzzy"])
def test_what_names_no_place_is_none(bradford: Places, text: str) -> None:
    assert bradford.lookup(text) is None


def test_the_invented_area_lies_over_real_welsh_postcodes(caerwen: Places) -> None:
    inside, split = caerwen.lookup("LD1 5HG"), caerwen.lookup("LD2")
    assert inside is not None
    assert split is not None
    assert (inside.district_code, inside.nation) == ("X06000001", "wales")
    assert split.split
    assert set(split.district_codes) == {None, "X06000001"}


def test_every_postcode_of_the_district_is_in_a_ward(bradford: Places) -> None:
    sample = Random(1).sample([p for p in POSTCODES if p.startswith("BD")], 400)
    for postcode in sample:
        found = bradford.lookup(postcode)
        assert found is not None
        assert (found.ward_code is not None) == (found.district_code == DISTRICT)


def test_distance_is_straight_and_in_kilometres(bradford: Places) -> None:
    found = bradford.lookup("BD5 8HL")
    assert found is not None
    assert found.easting is not None
    assert found.northing is not None
    assert distance_km(found, found.easting + 3000, found.northing - 4000) == 5.0
    assert distance_km(found, None, None) is None


def test_the_grid_is_turned_into_degrees() -> None:
    # Tower of London, grid reference TQ 336 805.
    assert to_degrees(533_600, 180_500) == pytest.approx((-0.076, 51.508), abs=0.001)


def test_a_missing_or_broken_file_says_what_to_do(tmp_path: Path) -> None:
    broken = tmp_path / "places.db"
    with pytest.raises(SettingsError, match="first1001 postcodes"):
        Places(broken)
    broken.write_bytes(b"not a database at all" * 100)
    with pytest.raises(SettingsError, match="is broken"):
        Places(broken)
