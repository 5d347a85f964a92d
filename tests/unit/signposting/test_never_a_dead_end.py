"""Every ward, need and stage of each area, and places all over the country, get an answer."""

from collections.abc import Callable
from itertools import product

import pytest

from places.model import Place
from signposting.match import STAGES, Match, rank
from signposting.needs import Needs
from tests.unit.places.sample import postcodes
from tests.unit.signposting.conftest import Area
from tests.unit.signposting.making import query

FindArea = Callable[[str], Area]


def wards(found: Area) -> list[Place]:
    """One postcode in each ward of the area, or each outward code where there are no wards."""
    deployment, places, _ = found
    by_ward: dict[str, Place] = {}
    for postcode in postcodes():
        if postcode[:2] not in {"BD", "LS", "LD"}:
            continue
        place = places.lookup(postcode)
        assert place is not None
        if deployment.eligibility.covers(place.district_code):
            by_ward.setdefault(place.ward_code or place.outward or "", place)
    return list(by_ward.values())


def check(found: list[Match], need: str, needs: Needs) -> None:
    assert 1 <= len(found) <= 3
    assert any(match.service.has_contact for match in found)
    related = {need, *needs.near(need), *needs.far(need)}
    for match in found:
        if match.fit != "general":
            assert related & set(match.service.needs)


@pytest.mark.parametrize(("name", "count"), [("bradford", 30), ("caerwen", 3)])
def test_every_ward_and_need_has_an_answer(
    area: FindArea, needs: Needs, name: str, count: int
) -> None:
    found = area(name)
    places = wards(found)
    assert len(places) >= count
    for number, place in enumerate(places):
        for turn, need in enumerate(needs.by_id):
            stage = list(STAGES)[(number + turn) % len(STAGES)]
            check(rank(found[2], query(need, place=place, stage=stage), needs=needs), need, needs)


@pytest.mark.slow
def test_every_ward_need_and_stage_has_an_answer(area: FindArea, needs: Needs) -> None:
    found = area("bradford")
    for place, need, stage in product(wards(found), needs.by_id, STAGES):
        matches = rank(found[2], query(need, place=place, stage=stage), needs=needs)
        check(matches, need, needs)


def test_two_hundred_places_in_england_have_an_answer(area: FindArea, needs: Needs) -> None:
    _, places, services = area("bradford")
    everywhere = [place for code in postcodes() if (place := places.lookup(code))]
    english = [place for place in everywhere if place.nation == "england"]
    for number, place in enumerate(english[:: len(english) // 200]):
        for need in list(needs.by_id)[number % 4 :: 4]:
            asked = query(need, place=place, stage=list(STAGES)[number % 5])
            check(rank(services, asked, needs=needs), need, needs)


@pytest.mark.parametrize("text", ["EH1", "CF10", "BT1", None])
@pytest.mark.parametrize("role", ["mother", "father", "partner", "grandparent", "unknown"])
def test_those_elsewhere_or_nowhere_have_an_answer(
    area: FindArea, needs: Needs, text: str | None, role: str
) -> None:
    _, places, services = area("bradford")
    place = places.lookup(text) if text else None
    for need in needs.by_id:
        found = rank(services, query(need, place=place, role=role), needs=needs)
        check(found, need, needs)


def test_any_help_at_all_is_an_answer_too(area: FindArea, needs: Needs) -> None:
    for name in ("bradford", "caerwen"):
        _, _, services = area(name)
        for stage in (*STAGES, None):
            assert rank(services, query(None, stage=stage), needs=needs)


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        ("bonding", "little-minds-matter"),
        ("crying", "cry-sis"),
        ("feeding", "national-breastfeeding-helpline"),
        ("low-mood", "pandas"),
        ("suicide", "first-response-bradford"),
        ("domestic-abuse", "national-domestic-abuse-helpline"),
        ("baby-unwell", "nhs-111"),
        ("loss", "sands"),
        ("safer-sleep", "lullaby-trust"),
        ("play", "bradford-libraries-rhyme-time"),
        ("twins", "twins-trust"),
        ("money", "moneyhelper"),
    ],
)
def test_the_mother_of_a_baby_of_nine_weeks_in_little_horton_gets_what_is_right(
    area: FindArea, needs: Needs, need: str, expected: str
) -> None:
    _, places, services = area("bradford")
    asked = query(need, place=places.lookup("BD5 8HL"), stage="young_baby")
    assert expected in [match.service.slug for match in rank(services, asked, needs=needs)]


def test_a_father_who_is_hurt_gets_the_line_for_men(area: FindArea, needs: Needs) -> None:
    _, places, services = area("bradford")
    asked = query("domestic-abuse", place=places.lookup("BD5 8HL"), role="father")
    found = rank(services, asked, needs=needs)
    assert found[0].service.slug == "mens-advice-line"
    assert "national-domestic-abuse-helpline" not in [m.service.slug for m in found]


def test_fewer_movements_lead_to_urgent_help_first(area: FindArea, needs: Needs) -> None:
    _, places, services = area("bradford")
    asked = query("baby-movements", place=places.lookup("BD5"), stage="pregnancy")
    found = [match.service.slug for match in rank(services, asked, needs=needs)]
    assert found[0] == "bri-maternity-assessment"
    assert set(found) & {"nhs-111", "emergency-999"}


def test_the_crisis_line_also_serves_beyond_the_district(area: FindArea, needs: Needs) -> None:
    _, places, services = area("bradford")
    for text, covered in (("BD23", True), ("BD24", True), ("LS12", False), ("BD19", False)):
        asked = query("crisis", place=places.lookup(text))
        found = [match.service.slug for match in rank(services, asked, needs=needs)]
        assert ("first-response-bradford" in found) == covered, text


def test_wales_has_its_own_lines(area: FindArea, needs: Needs) -> None:
    _, places, services = area("caerwen")
    place = places.lookup("LD1 5HG")
    crisis = rank(services, query("crisis", place=place), needs=needs)
    abuse = rank(services, query("domestic-abuse", place=place), needs=needs)
    assert "nhs-111-press-2" in [match.service.slug for match in crisis]
    assert abuse[0].service.slug == "live-fear-free"
    assert abuse[0].service.shown_phone == "0808 80 10 800"
