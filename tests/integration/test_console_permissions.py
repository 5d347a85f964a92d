"""Real requests of each role to each route: in, or the page that says no."""

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine

from common.clock import SetClock
from common.crypto import Keyring
from console.permissions import ROLES, Permission, Require, Role
from insight import activity
from signposting import importer, needs
from signposting.corrections import Asked, correct
from signposting.numbers import BlockedNumbers
from tests.fakes.console import Browser, House, house_on, verdict
from tests.unit.signposting.making import service

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


def routes_of(house: House) -> list[tuple[str, str, Permission]]:
    """Method, path and permission of every guarded route."""
    found = []
    for route in house.app.routes:
        if isinstance(route, APIRoute):
            for one in route.dependant.dependencies:
                if isinstance(one.call, Require):
                    found += [(m, route.path, one.call.permission) for m in sorted(route.methods)]
    return found


def filled(house: House) -> dict[str, str]:
    """An id that exists for every kind of row in a path."""
    flagged = house.parent_writes("i cant go on", risk=verdict("now", "suicide", "cant go on"))
    photo = house.parent_writes("", kind="photo", media={"type": "image/png"})
    return {
        "{conversation_id}": flagged.conversation_id,
        "{inbound_id}": photo.id,
        "{flag_id}": house.flag_of(flagged).id,
        "{task_id}": house.task(flagged.conversation_id).id,
        "{referral_id}": house.referral().id,
        "{chart_id}": "age",
        "{activity_id}": entered(house),
        "{slug}": listed(house),
        "{content_id}": "utter_greet",
        "{correction_id}": corrected(house),
        "{staff_id}": house.staff("clinician", "Somebody Else").id,
        "{change}": "disable",
    }


def listed(house: House) -> str:
    """A service of the directory."""
    importer.write(house.sessions, [service("helper")], needs.load(), feed="test")
    return "helper"


def corrected(house: House) -> str:
    """A correction of it, which stands."""
    asked = Asked("helper", "checked", "somebody")
    with house.sessions.begin() as db:
        return correct(db, asked, now=house.clock.now(), blocked=BlockedNumbers([]))


def entered(house: House) -> str:
    """An entry of the team's own work."""
    now = house.clock.now()
    with house.sessions.begin() as db:
        activity.add(db, activity.Entry("event", now.date(), 12), now=now, by=None)
        return activity.latest(db, 1)[0].id


def ask(browser: Browser, method: str, path: str):  # noqa: ANN201
    if method == "GET":
        return browser.get(path)
    return browser.post(path, seen_seq="99", version="1")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_exactly_the_routes_of_its_permissions(house: House, role: Role) -> None:
    ids = filled(house)
    staff = house.staff(role, "The One Who Asks")
    for method, path, permission in routes_of(house):
        for name, value in ids.items():
            path = path.replace(name, value)  # noqa: PLW2901
        response = ask(house.signed_in(staff), method, path)
        to_sign_in = response.headers.get("location") == "/sign-in" and path != "/sign-out"
        assert not to_sign_in, f"{method} {path} did not know {role}"
        if permission in ROLES[role]:
            assert response.status_code not in (401, 403, 404, 500), f"{role} {method} {path}"
        else:
            assert response.status_code == 403, f"{role} {method} {path}"
            assert "Your role does not open this page." in response.text


def test_every_form_refuses_a_post_without_its_token(house: House) -> None:
    ids = filled(house)
    for role in (Role.MANAGER, Role.ADMIN):
        browser = house.signed_in(house.staff(role, f"The {role}"))
        for method, path, permission in routes_of(house):
            if method != "POST" or permission not in ROLES[role]:
                continue
            for name, value in ids.items():
                path = path.replace(name, value)  # noqa: PLW2901
            response = browser.client.post(path, data={"seen_seq": "99", "version": "1"})
            assert response.status_code == 403, path


@pytest.mark.parametrize(
    "path",
    ["/conversations/nothing", "/referrals/nothing", "/media/nothing", "/nowhere", "/inbox/x"],
)
def test_what_does_not_exist_is_404_in_plain_words(house: House, path: str) -> None:
    response = house.signed_in(house.staff("manager")).get(path)
    assert response.status_code == 404
    assert "There is no such" in response.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/risk/nothing/acknowledge", {"outcome": "false_alarm"}),
        ("/tasks/nothing/done", {"outcome": "done"}),
        ("/conversations/nothing/take-over", {}),
        ("/conversations/nothing/notes", {"text": "a"}),
        ("/conversations/nothing/reply", {"text": "a"}),
        ("/referrals/nothing/take", {}),
        ("/referrals/nothing/move", {"version": "1", "event": "triage", "reason": "a"}),
    ],
)
def test_a_form_about_nothing_is_404(house: House, path: str, fields: dict[str, str]) -> None:
    response = house.signed_in(house.staff("manager")).post(path, **fields)
    assert response.status_code == 404
