"""What a parent is told of a service."""

from pathlib import Path

from jinja2 import Environment, StrictUndefined

from content.loader import load_messages
from signposting.card import card, checked
from signposting.match import rank
from signposting.model import CostOption, Phone, identifier
from signposting.needs import Needs
from signposting.query import Match
from tests.unit.signposting.making import query, service

MESSAGES = load_messages(Path(__file__).parents[3], "en")


def say(key: str, /, **variables: object) -> str:
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701
    text = environment.from_string(MESSAGES[key].web)
    return text.render({"health_visitor": "your health visitor", **variables}).strip()


def shown(**changes: object) -> dict[str, str]:
    made = service("helper", **changes)
    return card(Match(made, None, ("signpost.why.open_now", "signpost.why.local")), say)


def test_a_card_says_why_how_cost_and_when_it_was_checked() -> None:
    found = shown()
    assert found["name"] == "Helper"
    assert found["why"] == "Open now, in your area"
    assert (found["contact"], found["cost"]) == ("07700 900123", "free")
    assert found["checked"] == "Sep 2026"


def test_every_way_is_told_and_the_first_is_the_short_one() -> None:
    text = Phone(identifier("t"), "85258", "sms", "SHOUT")
    call = Phone(identifier("c"), "07700 900123", "voice")
    found = shown(phones=(call, text), url="https://example.org/", email="help@example.org")
    assert found["contact"] == ("07700 900123, text SHOUT to 85258, example.org, help@example.org")
    assert found["contact_short"] == "07700 900123"


def test_contact_that_nobody_verified_is_not_told() -> None:
    found = shown(verified=False, url="https://example.org", opening_hours="24/7")
    assert "07700" not in str(found)
    assert "example.org" not in str(found)
    assert found["hours"] == ""
    assert found["contact"].startswith("ask your health visitor")


def test_a_number_for_professionals_is_not_told() -> None:
    phone = Phone(identifier("p"), "07700 900123", "voice", None, for_professionals=True)
    assert "07700" not in str(shown(phones=(phone,)))


def test_a_cost_in_the_words_of_others_is_to_be_asked() -> None:
    found = shown(cost_options=(CostOption(identifier("x"), "Ten groats"),))
    assert found["cost"] == say("signpost.cost.unknown")


def test_a_near_place_is_told_in_miles_and_a_far_one_is_not() -> None:
    made = service("helper")
    assert card(Match(made, 3.2, ()), say)["why"] == "About 2.0 miles away"
    assert card(Match(made, 40.0, ()), say)["why"] == ""


def test_dates_are_told_as_exactly_as_they_are_known() -> None:
    dates = {"2026": "2026", "2026-09": "Sep 2026", "2026-09-03": "3 Sep 2026", None: ""}
    for written, told in dates.items():
        assert checked(service("helper", source_date=written)) == told


def test_every_reason_that_can_be_given_has_its_words(needs: Needs) -> None:
    source = "".join(
        path.read_text("utf-8")
        for path in (Path(__file__).parents[3] / "signposting").glob("*.py")
    )
    keys = {part.split('"')[0] for part in source.split('"signpost.')[1:]}
    keys |= {f"why.stage_{stage}" for stage in ("pregnancy", "newborn", "young_baby")}
    keys |= {f"why.stage_{stage}" for stage in ("older_baby", "toddler")}
    keys |= {f"cost.{cost}" for cost in ("free", "standard_call", "charged")}
    keys = {key for key in keys if "{" not in key}
    assert len(keys) > 15
    assert {key for key in keys if f"signpost.{key}" not in MESSAGES} == set()


def test_the_reasons_of_a_real_choice_read_as_one_line(needs: Needs) -> None:
    match = rank([service("helper", maximum_weeks=52)], query(), needs=needs)[0]
    assert (
        card(match, say)["why"] == "For families with a young baby, you can contact them yourself"
    )
