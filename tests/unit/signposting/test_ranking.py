"""Which services are offered, in which order, and why."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from places.model import Share
from signposting.match import rank
from signposting.model import Language, Location, Organization, identifier
from signposting.needs import Needs
from tests.unit.signposting.making import place, query, service


def slugs(found: list) -> list[str]:
    return [match.service.slug for match in found]


def test_at_most_three_are_given(needs: Needs) -> None:
    many = [service(f"helper-{number}") for number in range(9)]
    assert len(rank(many, query(), needs=needs)) == 3
    assert len(rank(many, query(most=5), needs=needs)) == 5


def test_the_same_question_has_the_same_answer_in_any_order(needs: Needs) -> None:
    many = [service(f"helper-{number}") for number in range(9)]
    assert rank(many, query(), needs=needs) == rank(many[::-1], query(), needs=needs)


def test_a_service_for_the_need_comes_before_one_for_a_need_near_it(needs: Needs) -> None:
    exact = service("exact", needs=("sleep",), phones=(), verified=False)
    near = service("near", needs=("crying",))
    found = rank([near, exact], query("sleep"), needs=needs)
    assert slugs(found) == ["exact", "near"]
    assert found[1].reasons[0] == "signpost.why.near"


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("pregnancy", ["from-pregnancy"]),
        ("newborn", ["first-weeks", "from-birth", "from-pregnancy"]),
        ("young_baby", ["from-birth", "from-pregnancy"]),
        ("toddler", ["from-pregnancy"]),
        (None, ["first-weeks", "from-birth", "from-pregnancy", "only-pregnancy"]),
    ],
)
def test_only_services_for_the_age_of_the_baby_are_given(
    needs: Needs, stage: str | None, expected: list[str]
) -> None:
    services = [
        service("first-weeks", minimum_weeks=0, maximum_weeks=6),
        service("from-birth", minimum_weeks=0, maximum_weeks=52),
        service("from-pregnancy"),
        service("only-pregnancy", maximum_weeks=0),
    ]
    asked = query(stage=stage, most=9)
    found = set(slugs(rank(services, asked, needs=needs)))
    assert found == set(expected) | ({"only-pregnancy"} if stage == "pregnancy" else set())


def test_a_service_of_another_area_is_never_given(needs: Needs) -> None:
    services = [
        service("here", scopes=("district:E08000032",)),
        service("there", scopes=("district:E07000163",)),
        service("next-code", scopes=("outward:BD23",)),
        service("wales", scopes=("nation:wales",)),
        service("everywhere"),
    ]
    found = rank(services, query(place=place(), most=9), needs=needs)
    assert set(slugs(found)) == {"here", "everywhere"}
    assert "signpost.why.local" in found[0].reasons


def test_an_outward_code_beyond_the_district_can_be_covered(needs: Needs) -> None:
    beyond = place("E07000163", outward="BD23")
    crossing = service("crossing", scopes=("district:E08000032", "outward:BD23"))
    assert slugs(rank([crossing], query(place=beyond), needs=needs)) == ["crossing"]


def test_a_split_code_gets_local_services_with_a_warning(needs: Needs) -> None:
    shares = (
        Share("E08000032", "Here", "england", 0.6),
        Share("E07000163", "There", "england", 0.4),
    )
    split = place(kind="outward", outward="BD20", split=True, shares=shares)
    found = rank(
        [service("here", scopes=("district:E08000032",))], query(place=split), needs=needs
    )
    assert "signpost.why.local_perhaps" in found[0].reasons


def test_without_a_place_national_help_comes_before_local(needs: Needs) -> None:
    services = [service("a-local", scopes=("district:E08000032",)), service("national")]
    assert slugs(rank(services, query(), needs=needs)) == ["national", "a-local"]


def test_a_scottish_parent_gets_no_english_service(needs: Needs) -> None:
    services = [service("english", scopes=("nation:england",)), service("everywhere")]
    scottish = place(None, nation="scotland", outward="EH1")
    assert slugs(rank(services, query(place=scottish), needs=needs)) == ["everywhere"]


def test_the_nearer_of_two_comes_first_and_says_how_far(needs: Needs) -> None:
    def at(slug: str, east: int) -> Location:
        return Location(identifier(slug), slug, easting=east, northing=431_000)

    services = [
        service("a-far", locations=(at("far", 436_000),)),
        service("b-near", locations=(at("near", 417_500),)),
    ]
    found = rank(services, query(place=place()), needs=needs)
    assert [(m.service.slug, m.distance_km) for m in found] == [("b-near", 1.5), ("a-far", 20.0)]


def test_a_line_that_answers_now_leads_when_life_is_at_risk(needs: Needs) -> None:
    services = [
        service("day-time", needs=("suicide",), opening_hours="Mo-Fr 09:00-17:00"),
        service("always", needs=("crisis", "suicide"), opening_hours="24/7"),
    ]
    assert slugs(rank(services, query("suicide"), needs=needs)) == ["always", "day-time"]


def test_a_crisis_line_does_not_lead_where_there_is_no_crisis(needs: Needs) -> None:
    services = [
        service("line", needs=("low-mood", "crisis"), opening_hours="24/7"),
        service("peer-support", needs=("anxiety", "low-mood")),
    ]
    assert slugs(rank(services, query("low-mood"), needs=needs)) == ["peer-support", "line"]


@pytest.mark.parametrize("need", ["housing", "money", "relationships", None, "low-mood"])
def test_nobody_gets_an_abuse_or_loss_service_who_did_not_ask(
    needs: Needs, need: str | None
) -> None:
    services = [
        service("abuse", needs=("domestic-abuse", "housing", "low-mood", "information")),
        service("loss", needs=("loss", "relationships", "money", "low-mood", "information")),
        service("other", needs=("information",)),
    ]
    assert slugs(rank(services, query(need), needs=needs)) == ["other"]


def test_loss_is_answered_without_a_word_on_the_age_of_the_baby(needs: Needs) -> None:
    services = [service("first-year", needs=("loss",), maximum_weeks=52)]
    for stage in ("pregnancy", "toddler"):
        found = rank(services, query("loss", stage=stage), needs=needs)
        assert slugs(found) == ["first-year"]
        assert not [reason for reason in found[0].reasons if "stage" in reason]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("mother", {"all", "women"}),
        ("father", {"all", "men"}),
        ("partner", {"all", "women", "men"}),
        ("unknown", {"all", "women", "men"}),
        ("professional", {"all", "women", "men", "professionals"}),
    ],
)
def test_services_for_some_people_are_given_to_them(
    needs: Needs, role: str, expected: set[str]
) -> None:
    services = [
        service("all"),
        service("women", people="women"),
        service("men", people="men"),
        service("professionals", people="professionals"),
    ]
    assert set(slugs(rank(services, query(role=role, most=9), needs=needs))) == expected


def test_a_father_gets_what_is_for_fathers_first(needs: Needs) -> None:
    services = [service("all"), service("dads-too", needs=("sleep", "dads"))]
    found = rank(services, query(role="father"), needs=needs)
    assert slugs(found) == ["dads-too", "all"]
    assert "signpost.why.for_dads" in found[0].reasons


def test_a_service_in_her_language_comes_first_and_says_so(needs: Needs) -> None:
    urdu = (Language(identifier("ur"), "ur", "Urdu"),)
    services = [service("all"), service("speaks", languages=urdu)]
    found = rank(services, query(language="ur"), needs=needs)
    assert slugs(found) == ["speaks", "all"]
    assert found[0].reasons[0] == "signpost.why.language"
    assert found[0].variables["language"] == "Urdu"


def test_one_of_those_given_can_be_reached_at_once(needs: Needs) -> None:
    silent = [service(f"silent-{n}", phones=(), verified=False) for n in range(4)]
    found = rank([*silent, service("near", needs=("crying",))], query(), needs=needs)
    assert slugs(found)[-1] == "near"
    assert len(found) == 3


def test_what_she_has_seen_is_not_given_again(needs: Needs) -> None:
    services = [service("a"), service("b")]
    assert slugs(rank(services, query(exclude=("a",)), needs=needs)) == ["b"]


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_what_is_closed_is_not_given(needs: Needs, status: str) -> None:
    assert rank([service("closed", status=status)], query(), needs=needs) == []


def test_one_organisation_does_not_fill_the_list(needs: Needs) -> None:
    one = Organization(identifier("one"), "One", "One")
    services = [replace(service(f"a-{n}"), organization=one) for n in range(3)]
    found = rank([*services, service("z-other")], query(), needs=needs)
    assert "z-other" in slugs(found)[:2]


def test_a_need_that_nothing_answers_still_gets_what_helps_anyone(needs: Needs) -> None:
    services = [service("general", needs=("information",))]
    found = rank(services, query("debt"), needs=needs)
    assert slugs(found) == ["general"]
    assert found[0].reasons[0] == "signpost.why.general"


def test_it_says_when_it_is_open(needs: Needs) -> None:
    services = [
        service("a", opening_hours="24/7"),
        service("b", opening_hours="Mo-Fr 09:00-17:00"),
        service("c", opening_hours="Sa 09:00-17:00"),
    ]
    found = {m.service.slug: m.reasons for m in rank(services, query(), needs=needs)}
    assert "signpost.why.any_time" in found["a"]
    assert "signpost.why.open_now" in found["b"]
    assert "signpost.why.open_now" not in found["c"]


def test_the_service_of_this_assistant_says_that_she_can_ask_here(needs: Needs) -> None:
    found = rank([service("ours", referral_here=True, self_referral=None)], query(), needs=needs)
    assert "signpost.why.refer_here" in found[0].reasons
    assert "signpost.why.ask_how" not in found[0].reasons


def test_opening_hours_are_in_uk_time_whatever_the_clock_says(needs: Needs) -> None:
    summer = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)  # half past nine in the UK
    made = service("day-time", opening_hours="Mo-Fr 09:00-17:00")
    assert "signpost.why.open_now" in rank([made], query(now=summer), needs=needs)[0].reasons
