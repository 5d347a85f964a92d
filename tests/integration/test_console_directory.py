"""The directory in the console: what is checked, closed and changed is so in the next answer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from common.clock import SetClock
from common.crypto import Keyring
from console import services as console_services
from signposting import importer, needs
from signposting.model import Service
from signposting.store import Directory
from tests.fakes.console import Browser, House, house_on
from tests.unit.signposting.making import query, service

NEEDS = needs.load()
OLD = date(2025, 9, 1)


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    made = house_on(engine, keyring, clock)
    blocked = replace(made.services, blocked=("07700 900666",))
    assert isinstance(blocked, console_services.ConsoleServices)
    made.app.state.services = blocked
    take(made, *file())
    return made


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff())


def file() -> list[Service]:
    """What the deployment's file says, every time it is read."""
    fresh = date(2026, 2, 20)
    return [service("night-line", assured_date=OLD), service("play-group", assured_date=fresh)]


def take(house: House, *services: Service) -> importer.ImportReport:
    return importer.write(house.sessions, services, NEEDS, feed="test")


def answered(house: House) -> dict[str, Service]:
    found = Directory(house.sessions, NEEDS).search(query(now=house.clock.now()))
    return {match.service.slug: match.service for match in found}


def details(**changes: str) -> dict[str, str]:
    return {"phone": "07700 900123", "description": "Helps.", "reason": "I rang them", **changes}


def test_what_nobody_checked_for_90_days_waits_and_one_press_settles_it(
    house: House, browser: Browser
) -> None:
    waiting = browser.get("/directory").text
    assert "Night Line" in waiting
    assert "Play Group" not in waiting
    done = browser.post("/directory/night-line/right", back="list")
    assert done.headers["location"] == "/directory?done=service_checked"
    assert "Everything was checked" in browser.get("/directory").text
    assert answered(house)["night-line"].assured_date == house.clock.now().date()
    house.clock.set(house.clock.now() + timedelta(days=91))
    assert "Night Line" in house.signed_in(house.staff("manager")).get("/directory").text


def test_a_closed_service_is_in_no_answer_even_after_its_file_was_read_again(
    house: House, browser: Browser
) -> None:
    refused = browser.post("/directory/night-line/close")
    assert refused.status_code == 422
    assert "Say how you know" in refused.text
    assert "night-line" in answered(house)
    browser.post("/directory/night-line/close", reason="Their own page says so")
    assert "night-line" not in answered(house)
    report = take(house, *file())
    assert (report.updated, report.unchanged) == ((), 2)
    assert "night-line" not in answered(house)
    assert "Night Line" in browser.get("/directory?shown=closed").text
    browser.post("/directory/night-line/open")
    assert answered(house)["night-line"].assured_date == house.clock.now().date()


def test_other_details_are_told_at_once_and_can_be_taken_back(
    house: House, browser: Browser
) -> None:
    before = answered(house)["night-line"]
    browser.post(
        "/directory/night-line/change",
        **details(
            phone="07700 900124", url="https://night.example", opening_hours="Mo-Fr 09:00-17:00"
        ),
    )
    after = answered(house)["night-line"]
    assert [phone.number for phone in after.phones] == ["07700 900124"]
    assert (after.url, after.opening_hours) == ("https://night.example", "Mo-Fr 09:00-17:00")
    assert after.assured_date == house.clock.now().date()
    take(house, *file())
    assert answered(house)["night-line"] == after
    page = browser.get("/directory/night-line").text
    assert "I rang them" in page
    back = page.split("/directory/corrections/")[1].split("/take-back")[0]
    browser.post(f"/directory/corrections/{back}/take-back")
    assert answered(house)["night-line"] == before
    assert take(house, *file()).updated == ()
    assert "(taken back)" in browser.get("/directory/night-line").text
    assert browser.post(f"/directory/corrections/{back}/take-back").status_code == 409


def test_only_the_newest_correction_can_be_taken_back(house: House, browser: Browser) -> None:
    browser.post("/directory/night-line/change", **details(phone="07700 900124"))
    first = browser.get("/directory/night-line").text
    first = first.split("/directory/corrections/")[1].split("/take-back")[0]
    house.later(minutes=1)
    browser.post("/directory/night-line/change", **details(phone="07700 900125"))
    assert browser.post(f"/directory/corrections/{first}/take-back").status_code == 409
    assert answered(house)["night-line"].phones[0].number == "07700 900125"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "Nothing was changed"),
        ({"phone": "07700 900666"}, "must never be shown"),
        ({"description": "Ring 07700 900666 for help."}, "must never be shown"),
        ({"phone": "ring us"}, "at least three digits"),
        ({"phone": "07700 900124", "reason": ""}, "Say how you know"),
        ({"url": "javascript:alert(1)"}, "https:// in front"),
        ({"email": "nobody"}, "has an @ in it"),
        ({"description": ""}, "needs a description"),
        ({"opening_hours": "x" * 500}, "under 400 letters"),
    ],
)
def test_a_wrong_detail_is_refused_with_what_was_typed(
    house: House, browser: Browser, changes: dict[str, str], why: str
) -> None:
    before = answered(house)["night-line"]
    refused = browser.post("/directory/night-line/change", **details(**changes))
    assert refused.status_code == 422
    assert why in refused.text
    if "phone" in changes:
        assert f'value="{changes["phone"]}"' in refused.text
    assert answered(house)["night-line"] == before


def test_a_number_can_be_given_to_a_service_that_had_none(house: House, browser: Browser) -> None:
    silent = service("quiet", verified=False, phones=(), assured_date=None)
    take(house, *file(), silent)
    page = browser.get("/directory/quiet").text
    assert "contact not verified" in page
    browser.post("/directory/quiet/change", **details(phone="07700 900127"))
    told = answered(house)["quiet"]
    assert (told.verified, told.phones[0].number) == (True, "07700 900127")


def test_each_correction_is_in_the_audit_log_and_an_admin_corrects_nothing(
    house: House, browser: Browser
) -> None:
    browser.post("/directory/night-line/right")
    browser.post("/directory/night-line/close", reason="gone")
    assert house.audited("service.checked")[0].subject_id == "night-line"
    assert house.audited("service.closed")[0].subject_id == "night-line"
    admin = house.signed_in(house.staff("admin", "An Admin"))
    assert admin.post("/directory/night-line/right").status_code == 403


def test_words_find_by_name_or_organisation_and_nothing_breaks_on_odd_ones(
    browser: Browser,
) -> None:
    assert "Play Group" in browser.get("/directory?shown=active&words=PLAY gr").text
    assert "No service." in browser.get("/directory?shown=active&words=100%25_'\"<").text
    assert browser.get("/directory/no-such-service").status_code == 404
