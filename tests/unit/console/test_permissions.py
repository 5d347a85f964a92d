"""Every route of the console says who may open it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Mount

from common.clock import SystemClock
from common.crypto import Keyring
from common.db import engine_for, sessions_for
from console.passwords import Passwords
from console.permissions import ROLES, Anyone, Permission, Require, Role
from console.services import ConsoleServices
from console.web import create_console
from conversations.ledger import Ledger
from tests.fakes.ledger import CAPABILITIES, PlainWords

OPEN_TO_ANYONE = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    path = tmp_path_factory.mktemp("console") / "empty.db"
    sessions = sessions_for(engine_for(f"sqlite:///{path}"))
    keys = Keyring({1: bytes(32)}, index_key=bytes(32))
    ledger = Ledger(sessions, keys, PlainWords(), SystemClock(), CAPABILITIES)
    return create_console(
        ConsoleServices(
            ledger=ledger,
            assets=Path("nowhere"),
            base_url="http://console.test",
            service_name="Test",
            demo=True,
            passwords=Passwords(cheap=True),
        )
    )


def guards(dependant: Dependant) -> Iterator[Require | Anyone]:
    for one in dependant.dependencies:
        if isinstance(one.call, Require | Anyone):
            yield one.call
        yield from guards(one)


def test_every_route_declares_exactly_one_guard(app: FastAPI) -> None:
    for route in app.routes:
        if isinstance(route, Mount):
            continue
        assert isinstance(route, APIRoute), f"{route} is a route of an unknown kind"
        found = list(guards(route.dependant))
        assert len(found) == 1, f"{route.methods} {route.path} has the guards {found}"


def test_only_the_listed_routes_are_open_to_anyone(app: FastAPI) -> None:
    found = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute)
        for guard in guards(route.dependant)
        if isinstance(guard, Anyone)
        for method in route.methods
    }
    assert found == OPEN_TO_ANYONE


def test_only_style_and_script_are_mounted(app: FastAPI) -> None:
    assert {r.path for r in app.routes if isinstance(r, Mount)} == {"/static", "/assets"}


def test_every_permission_guards_a_route(app: FastAPI) -> None:
    used = {
        guard.permission
        for route in app.routes
        if isinstance(route, APIRoute)
        for guard in guards(route.dependant)
        if isinstance(guard, Require)
    }
    assert used == set(Permission)


def test_every_role_is_in_the_table_and_has_an_account() -> None:
    assert set(ROLES) == set(Role)
    assert all(Permission.OWN_ACCOUNT in permissions for permissions in ROLES.values())


def test_an_administrator_reads_no_words_of_a_parent() -> None:
    forbidden = {
        Permission.READ_CONVERSATIONS,
        Permission.READ_REFERRALS,
        Permission.OPEN_MEDIA,
        Permission.READ_FLAGS,
        Permission.READ_TASKS,
    }
    assert not ROLES[Role.ADMIN] & forbidden
