"""Signing in: sessions that end, tries that wait, forms that are ours, a second step."""

import re
from types import SimpleNamespace

import pyotp
import pytest
from sqlalchemy import Engine, select

from app import staffing
from common.clock import SetClock
from common.crypto import Keyring
from common.errors import NotFound
from console import sign_in
from console import staff as accounts
from console.tables import Staff, StaffSession
from tests.fakes.console import PASSWORD, Browser, Client, House, house_on


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


def form_token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def try_to_sign_in(client: Client, email: str, password: str):  # noqa: ANN201
    token = form_token(client.get("/sign-in").text)
    return client.post("/sign-in", data={"csrf": token, "email": email, "password": password})


def test_the_right_password_opens_the_inbox(house: House) -> None:
    staff, client = house.staff(), house.nobody()
    response = try_to_sign_in(client, staff.email.upper() + " ", PASSWORD)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert client.get("/").headers["location"] == "/inbox"
    assert client.get("/inbox").status_code == 200
    assert [e.staff_id for e in house.audited("sign_in.succeeded")] == [staff.id]


def test_wrong_password_and_unknown_address_get_the_same_answer(house: House) -> None:
    staff = house.staff()
    wrong = try_to_sign_in(house.nobody(), staff.email, "not the password")
    unknown = try_to_sign_in(house.nobody(), "nobody@example.org", "not the password")
    for response in (wrong, unknown):
        assert response.status_code == 422
        assert "The email address or password is wrong." in response.text
    assert len(house.audited("sign_in.failed")) == 1


@pytest.mark.parametrize("path", ["/", "/inbox", "/risk", "/conversations/abc", "/media/abc"])
def test_without_a_session_everything_leads_to_sign_in(house: House, path: str) -> None:
    response = house.nobody().get(path)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


def test_a_session_cookie_is_for_this_server_alone(house: House) -> None:
    staff, client = house.staff(), house.nobody()
    cookie = try_to_sign_in(client, staff.email, PASSWORD).headers.get_list("set-cookie")[0]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_with_https_the_cookie_is_secure_and_hsts_is_sent(
    engine: Engine, keyring: Keyring, clock: SetClock
) -> None:
    house = house_on(engine, keyring, clock, base_url="https://console.test")
    response = try_to_sign_in(house.nobody(), house.staff().email, PASSWORD)
    cookie = response.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-console=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "max-age" in response.headers["strict-transport-security"]


def test_the_token_is_kept_only_as_a_fingerprint(house: House) -> None:
    staff, client = house.staff(), house.nobody()
    try_to_sign_in(client, staff.email, PASSWORD)
    token = client.cookies["console"]
    with house.sessions() as db:
        row = db.scalars(select(StaffSession)).one()
    assert token not in (row.id, row.token_hash)


def test_a_session_ends_when_nobody_is_there(house: House) -> None:
    browser = house.signed_in(house.staff())
    house.later(minutes=29)
    assert browser.get("/inbox").status_code == 200
    house.later(minutes=29)
    assert browser.get("/inbox").status_code == 200
    house.later(minutes=31)
    assert browser.get("/inbox").status_code == 303


def test_a_page_that_asks_for_news_keeps_no_session_alive(house: House) -> None:
    browser = house.signed_in(house.staff())
    for _ in range(3):
        house.later(minutes=9)
        assert browser.get("/inbox/list", headers={"x-poll": "1"}).status_code == 200
    house.later(minutes=9)
    assert browser.get("/inbox/list", headers={"x-poll": "1"}).status_code == 401


def test_a_session_ends_after_twelve_hours_in_any_case(house: House) -> None:
    browser = house.signed_in(house.staff())
    for _ in range(36):
        house.later(minutes=20)
        last = browser.get("/inbox").status_code
    assert last == 303


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    browser = house.signed_in(house.staff())
    stolen = house.nobody()
    stolen.cookies.set("console", browser.client.cookies["console"])
    assert browser.post("/sign-out").status_code == 303
    assert stolen.get("/inbox").status_code == 303


def test_a_disabled_account_is_out_at_once(house: House) -> None:
    staff = house.staff()
    browser = house.signed_in(staff)
    with house.sessions.begin() as db:
        accounts.disable(db, db.get_one(Staff, staff.id), now=house.clock.now(), by=None)
    assert browser.get("/inbox").status_code == 303
    assert try_to_sign_in(house.nobody(), staff.email, PASSWORD).status_code == 422


def test_a_form_without_our_token_is_refused(house: House) -> None:
    staff, client = house.staff(), house.nobody()
    client.get("/sign-in")
    data = {"email": staff.email, "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 403
    assert client.post("/sign-in", data={**data, "csrf": "guess"}).status_code == 403
    browser = house.signed_in(staff)
    assert browser.client.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    assert browser.get("/inbox").status_code == 200


def test_many_wrong_passwords_make_that_source_wait_and_no_other(house: House) -> None:
    staff = house.staff()
    attacker, owner = house.nobody(), house.nobody()
    attacker.source = "198.51.100.9"
    for _ in range(5):
        assert try_to_sign_in(attacker, staff.email, "wrong password!").status_code == 422
    waiting = try_to_sign_in(attacker, staff.email, PASSWORD)
    assert waiting.status_code == 429
    assert "Try again in 1 minute." in waiting.text
    assert try_to_sign_in(owner, staff.email, PASSWORD).status_code == 303


def test_a_browser_that_signed_in_before_is_not_locked_out_by_its_neighbour(house: House) -> None:
    staff = house.staff()
    known, neighbour = house.nobody(), house.nobody()
    assert try_to_sign_in(known, staff.email, PASSWORD).status_code == 303
    for _ in range(5):
        try_to_sign_in(neighbour, staff.email, "wrong password!")
    assert try_to_sign_in(neighbour, staff.email, PASSWORD).status_code == 429
    assert try_to_sign_in(known, staff.email, PASSWORD).status_code == 303


def test_the_wait_ends(house: House) -> None:
    staff, client = house.staff(), house.nobody()
    for _ in range(6):
        try_to_sign_in(client, staff.email, "wrong password!")
    house.later(minutes=16)
    assert try_to_sign_in(client, staff.email, PASSWORD).status_code == 303


def test_an_account_under_attack_is_slowed_for_others_but_stays_open(house: House) -> None:
    staff, owner = house.staff(), house.nobody()
    for n in range(30):
        attacker = house.nobody()
        attacker.source = f"198.51.100.{n}"
        try_to_sign_in(attacker, staff.email, "wrong password!")
    house.slept.clear()
    assert try_to_sign_in(owner, staff.email, PASSWORD).status_code == 303
    assert 0 < house.slept[0] <= 3


def enrol(house: House, browser: Browser) -> str:
    page = browser.get("/account/two-step").text
    found = re.search(r'class="c-key">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(house.clock.now())
    assert browser.post("/account/two-step", code=code).status_code == 303
    return secret


def test_with_two_steps_the_password_alone_opens_nothing(house: House) -> None:
    staff = house.staff()
    secret = enrol(house, house.signed_in(staff))
    client = house.nobody()
    response = try_to_sign_in(client, staff.email, PASSWORD)
    assert response.headers["location"] == "/sign-in/code"
    assert client.get("/inbox").headers["location"] == "/sign-in/code"
    token = form_token(client.get("/sign-in/code").text)
    half_open = client.cookies["console"]
    house.later(minutes=1)
    code = pyotp.TOTP(secret).at(house.clock.now())
    response = client.post("/sign-in/code", data={"csrf": token, "code": code})
    assert response.status_code == 303
    assert client.get("/inbox").status_code == 200
    stolen = house.nobody()
    stolen.cookies.set("console", half_open)
    assert stolen.get("/inbox").status_code == 303


def test_wrong_codes_have_to_wait(house: House) -> None:
    staff = house.staff()
    enrol(house, house.signed_in(staff))
    client = house.nobody()
    try_to_sign_in(client, staff.email, PASSWORD)
    token = form_token(client.get("/sign-in/code").text)
    wrong = {"csrf": token, "code": "000000"}
    statuses = [client.post("/sign-in/code", data=wrong).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_the_secret_is_sealed_and_never_shown_again(house: House) -> None:
    staff = house.staff()
    browser = house.signed_in(staff)
    secret = enrol(house, browser)
    with house.sessions() as db:
        row = db.get_one(Staff, staff.id)
    assert row.totp_sealed is not None
    assert secret.encode() not in row.totp_sealed
    assert browser.get("/account/two-step").status_code == 303


def test_where_two_steps_are_a_must_nothing_else_opens_before(
    engine: Engine, keyring: Keyring, clock: SetClock
) -> None:
    house = house_on(engine, keyring, clock, must_verify=True)
    browser = house.signed_in(house.staff())
    assert browser.get("/inbox").headers["location"] == "/account/two-step"
    enrol(house, browser)
    assert browser.get("/inbox").status_code == 200


def test_a_changed_password_ends_the_other_sessions(house: House) -> None:
    staff = house.staff()
    here, elsewhere = house.signed_in(staff), house.signed_in(staff)
    wrong = here.post("/account/password", current="not it at all", new="four words are better")
    assert wrong.status_code == 422
    right = here.post("/account/password", current=PASSWORD, new="four words are better")
    assert right.status_code == 303
    assert here.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 303
    client = house.nobody()
    assert try_to_sign_in(client, staff.email, "four words are better").status_code == 303


def given_password(page: str) -> str:
    found = re.search(r'<code class="c-key">([^<]+)</code>', page)
    assert found
    return found[1]


def test_a_password_that_somebody_else_knows_opens_nothing_but_its_change(house: House) -> None:
    admin = house.signed_in(house.staff("admin", "Ada Min"))
    made = admin.post("/staff", email="new@example.org", name="New One", role="clinician")
    first, client = given_password(made.text), house.nobody()
    assert try_to_sign_in(client, "new@example.org", first).status_code == 303
    for path in ("/inbox", "/referrals"):
        assert client.get(path).headers["location"] == "/account#change"
    page = client.get("/account").text
    assert "Choose your own before you go on" in page
    form = {"csrf": form_token(page), "current": first, "new": first}
    assert client.post("/account/password", data=form).status_code == 422
    form["new"] = "four words are better"
    assert client.post("/account/password", data=form).status_code == 303
    assert client.get("/inbox").status_code == 200
    assert "Choose your own" not in client.get("/account").text


def test_an_admin_lets_in_who_lost_password_and_phone(house: House) -> None:
    staff = house.staff()
    browser = house.signed_in(staff)
    enrol(house, browser)
    admin = house.signed_in(house.staff("admin", "Ada Min"))
    first = given_password(admin.post(f"/staff/{staff.id}/reset").text)
    assert browser.get("/account").headers["location"] == "/sign-in", "sessions have ended"
    assert try_to_sign_in(house.nobody(), staff.email, PASSWORD).status_code == 422
    client = house.nobody()
    assert try_to_sign_in(client, staff.email, first).headers["location"] == "/"
    assert client.get("/inbox").headers["location"] == "/account#change"
    assert [e.subject_id for e in house.audited("staff.reset")] == [staff.id]


def test_nobody_resets_their_own_account(house: House) -> None:
    staff = house.staff("admin")
    admin = house.signed_in(staff)
    assert admin.post(f"/staff/{staff.id}/reset").status_code == 422
    assert admin.get("/staff").status_code == 200


def test_the_last_admin_is_let_in_from_the_command_line(
    house: House, database_url: str, keyring: Keyring
) -> None:
    staff = house.staff("admin")
    settings = SimpleNamespace(database_url=database_url, keyring=lambda: keyring)
    said = staffing.reset(settings, email=staff.email)
    first = said.split(" with ")[1].split()[0]
    client = house.nobody()
    assert try_to_sign_in(client, staff.email, first).status_code == 303
    assert client.get("/staff").headers["location"] == "/account#change"
    with pytest.raises(NotFound, match="no open account"):
        staffing.reset(settings, email="nobody@example.org")


def test_the_demo_worker_gets_a_new_password_at_each_start(house: House) -> None:
    made = []
    for _ in range(2):
        with house.sessions.begin() as db:
            made.append(
                accounts.demo_worker(
                    db,
                    keyring=house.keyring,
                    passwords=house.passwords,
                    now=house.clock.now(),
                )
            )
    first, second = made
    client = house.nobody()
    assert try_to_sign_in(client, first.email, first.password).status_code == 422
    assert try_to_sign_in(client, second.email, second.password).status_code == 303
    assert second.password not in repr(second)


def test_old_failures_are_forgotten(house: House) -> None:
    staff, client = house.staff(), house.nobody()
    for _ in range(4):
        try_to_sign_in(client, staff.email, "wrong password!")
    house.clock.advance(hours=2)
    attempt = sign_in.Attempt(staff.email, client.source, None)
    assert sign_in.admit(house.services, attempt)[1] == 0
