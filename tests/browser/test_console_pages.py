"""The console in a real browser: by keyboard alone, live without reload, open to everybody."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from common.clock import SetClock
from common.crypto import Keyring
from common.db import engine_for
from console.tables import Staff
from conversations.model import Choice
from conversations.states import Delivery, Holder, Origin, Outcome
from conversations.tables import Conversation
from insight import activity
from insight.tables import Count
from signposting import importer, needs
from tests.fakes.console import PASSWORD, House, house_on, verdict
from tests.unit.signposting.making import service

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = [1280, 375]
MOST_TABS = 80


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def house(
    sqlite_template: Path, tmp_path: Path, keyring: Keyring, clock: SetClock
) -> Iterator[House]:
    path = tmp_path / "console.db"
    shutil.copy(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    yield house_on(engine, keyring, clock, assets=ROOT / "var" / "assets")
    engine.dispose()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(house.app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on(
        "console",
        lambda said: troubles.append(said.text) if "Content Security" in said.text else None,
    )
    yield opened
    context.close()
    assert troubles == []


def sign_in(page: Page, staff: Staff) -> None:
    page.goto("/sign-in")
    page.fill("#email", staff.email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox**")


def crying(house: House) -> str:
    """A conversation with a flag, choices and every kind of message."""
    row = house.parent_writes("he wont stop crying", channel="web_chat", address="w")
    house.we_say(row.conversation_id, "That is hard.", choices=(Choice("Find help", "/x"),))
    house.parent_writes(
        "i could shake him",
        channel="web_chat",
        address="w",
        intent=None,
        outcome=Outcome.CRISIS_ANSWERED,
        risk=verdict("now", "losing_control", "could shake him"),
    )
    house.we_say(row.conversation_id, "Put him down and step away.", origin=Origin.SAFETY)
    house.we_say(row.conversation_id, "Lost.", state=Delivery.PERMANENT_FAILURE)
    house.parent_writes(
        "", channel="web_chat", address="w", kind="photo", media={"type": "image/png"}
    )
    house.task(row.conversation_id)
    return row.conversation_id


def counted(house: House) -> None:
    """Some numbers for the pictures of a year."""
    today = house.clock.now().date()
    with house.sessions.begin() as db:
        for measure, keys in (
            ("received", ("sms", "web_chat")),
            ("age", ("pregnancy", "toddler")),
        ):
            for weeks in range(40):
                day = today - timedelta(weeks=weeks)
                db.add_all(Count(measure=measure, day=day, key=key, number=weeks) for key in keys)
        db.add(Count(measure="topic", day=today, key="<b>bold</b> & more", number=3))
        entry = activity.Entry("training", today, 12, "Midwife", "<i>Trust</i>")
        activity.add(db, entry, now=house.clock.now(), by=None)


def directory(house: House) -> None:
    """A service that was changed and closed, and one that waits to be checked."""
    odd = service("odd", name="<b>Night</b> line\u202e", verified=False, assured_date=None)
    importer.write(house.sessions, [odd, service("other")], needs.load(), feed="test")
    worker = house.signed_in(house.staff())
    changes = {"phone": "07700 900125", "description": "x" * 900, "reason": "<i>rang</i>"}
    worker.post("/directory/odd/change", **changes)
    worker.post("/directory/odd/close", reason="y" * 400)


def paths(house: House) -> list[str]:
    conversation_id = crying(house)
    counted(house)
    directory(house)
    house.parent_writes("<h1>big</h1>\u202e" + "x" * 50_000 + "Z\u0351\u0342" * 300)
    referral = house.referral(due_in=timedelta(minutes=-5))
    done = house.parent_writes("x", address="d", risk=verdict("gentle", "psychosis", "x"))
    other = house.signed_in(house.staff("clinician", "Joan Ashworth"))
    other.post(f"/risk/{house.flag_of(done).id}/acknowledge", outcome="false_alarm")
    other.post(f"/conversations/{conversation_id}/notes", text="Rang the midwife")
    other.post(f"/review/{done.id}/mark", mark="wrong_class", cls="loss", tier="gentle")
    missed = house.parent_writes("everyone would cope without me", address="m")
    other.post(f"/review/{missed.id}/mark", mark="missed", cls="suicide", tier="now")
    other.post(f"/conversations/{referral.conversation_id}/loss", lives="yes")
    other.post("/words/topic.sleep/approve", sha256=house.services.shelf.topics["sleep"].hash())
    other.post("/words/crisis.loss/ask", wanted="<b>Softer</b>, please")
    with house.sessions.begin() as db:
        db.get_one(Conversation, referral.conversation_id).young = "under_16"
    return [
        "/inbox",
        "/inbox?stage=newborn",
        f"/conversations/{conversation_id}",
        f"/conversations/{done.conversation_id}",
        f"/conversations/{referral.conversation_id}",
        "/risk",
        "/risk?shown=acknowledged",
        "/review",
        "/review?mark=missed&cls=suicide",
        f"/review/{missed.id}",
        f"/review/{done.id}",
        "/tasks",
        "/directory?shown=closed",
        "/directory?shown=active&words=o",
        "/directory/odd",
        "/directory/other",
        "/words",
        "/words?shown=wanted",
        "/words/topic.sleep",
        "/words/utter_greet?language=pl",
        "/insight",
        "/insight/report",
        "/insight/activity",
        "/referrals",
        f"/referrals/{referral.id}",
        "/audit",
        "/account",
        "/account/two-step",
        "/nowhere",
    ]


def check(page: Page, where: str, width: int) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, f"{where} at {width}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} at {width}"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_an_accessibility_fault_or_runs_over_the_edge(
    house: House, page: Page, width: int
) -> None:
    visited = paths(house)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/sign-in")
    check(page, "/sign-in", width)
    sign_in(page, house.staff("manager", "Mary Manager"))
    for path in visited:
        page.goto(path)
        for folded in page.locator("main details").all():
            folded.evaluate("one => one.open = true")
        check(page, path, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_held_conversation_and_a_refused_reply_are_as_good(
    house: House, page: Page, width: int
) -> None:
    conversation_id = crying(house)
    page.set_viewport_size({"width": width, "height": 800})
    staff = house.staff()
    sign_in(page, staff)
    house.signed_in(staff).post(f"/conversations/{conversation_id}/take-over")
    page.goto(f"/conversations/{conversation_id}")
    expect(page.locator("#reply-text")).to_be_visible()
    check(page, "a held conversation", width)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "a refused reply", width)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_an_administrator_are_as_good(house: House, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/sign-in")
    page.fill("#email", house.staff("admin", "Omar Reed").email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/audit**")
    check(page, "/audit", width)
    page.goto("/staff")
    check(page, "/staff", width)


def tab_to(page: Page, name: str, *, within: str = "*") -> None:
    """Press Tab until something of this name has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(within) => { const one = document.activeElement;"
            " if (!one.closest(within)) return '';"
            " return (one.labels?.[0] ?? one).textContent.trim().replace(/\\s+/g, ' ') }",
            within,
        )
        if focused.startswith(name):
            return
    pytest.fail(f"Tab never reached {name!r}")


def test_everything_that_matters_goes_by_keyboard_alone(house: House, page: Page) -> None:
    conversation_id = crying(house)
    house.parent_writes("hello", address="other")
    referral = house.referral(address="other")
    staff = house.staff("clinician", "Joan Ashworth")
    browser = house.signed_in(staff)
    browser.post(f"/referrals/{referral.id}/move", event="triage", reason="read", version="1")
    keys = page.keyboard

    page.goto("/sign-in")
    tab_to(page, "Email address")
    keys.type(staff.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/inbox**")

    tab_to(page, f"Web chat {conversation_id[-6:].upper()}", within=".c-list")
    keys.press("Enter")
    page.wait_for_url(f"**/conversations/{conversation_id}")
    tab_to(page, "Take over")
    keys.press("Enter")
    page.wait_for_url("**done=taken**")
    tab_to(page, "Reply to the parent")
    keys.type("I am here with you.")
    tab_to(page, "Send")
    keys.press("Enter")
    page.wait_for_url("**done=replied**")
    expect(page.locator("#messages")).to_contain_text("I am here with you.")
    page.goto(f"/conversations/{conversation_id}")
    tab_to(page, "Hand back")
    keys.press("Enter")
    page.wait_for_url("**done=handed_back**")
    assert house.conversation(conversation_id).holder == Holder.ASSISTANT

    tab_to(page, "Risk", within="nav")
    keys.press("Enter")
    page.wait_for_url("**/risk")
    tab_to(page, "Acknowledge", within=".c-closing")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("Spoke")
    tab_to(page, "Acknowledge", within=".c-closing")
    keys.press("Enter")
    page.wait_for_url("**done=acknowledged**")

    tab_to(page, "Referrals", within="nav")
    keys.press("Enter")
    page.wait_for_url("**/referrals")
    tab_to(page, referral.reference)
    keys.press("Enter")
    page.wait_for_url(f"**/referrals/{referral.id}")
    tab_to(page, "How")
    keys.type("Text")
    keys.press("Tab")
    keys.type("No")
    tab_to(page, "Log attempt")
    keys.press("Enter")
    page.wait_for_url("**done=referral_changed**")
    expect(page.locator("main")).to_contain_text("Tried by text: no answer")


def test_the_safety_review_goes_by_keyboard_alone(house: House, page: Page) -> None:
    conversation_id = crying(house)
    missed = house.parent_writes("everyone would cope without me", address="m")
    sign_in(page, house.staff())
    keys = page.keyboard
    tab_to(page, "Safety review", within="nav")
    keys.press("Enter")
    page.wait_for_url("**/review")
    expect(page.locator("main")).to_contain_text("i could shake him")
    tab_to(page, f"False alarm: message of conversation {conversation_id[-6:].upper()}")
    keys.press("Enter")
    page.wait_for_url("**done=marked**")
    expect(page.locator(".c-list")).to_contain_text("False alarmAmina Khan")

    page.goto(f"/conversations/{missed.conversation_id}")
    tab_to(page, "Should have been flagged")
    keys.press("Enter")
    page.wait_for_url(f"**/review/{missed.id}")
    tab_to(page, "What it should have been flagged as")
    keys.type("Suicide")
    tab_to(page, "How urgent")
    keys.type("Urgent")
    tab_to(page, "Mark as missed")
    keys.press("Enter")
    page.wait_for_url("**done=marked**")
    expect(page.locator("#messages")).to_contain_text("Marked: missed (Suicide)")


def test_a_refused_acknowledgement_shows_the_note_again_and_is_as_good(
    house: House, page: Page
) -> None:
    crying(house)
    sign_in(page, house.staff())
    page.goto("/risk")
    page.locator(".c-closing summary").click()
    page.get_by_label("Note for colleagues").fill("Rang her at ten")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what came of it.")
    expect(page.get_by_label("Note for colleagues")).to_have_value("Rang her at ten")
    check(page, "a refused acknowledgement", 1280)


def test_a_new_message_appears_without_reload_and_a_draft_stays(house: House, page: Page) -> None:
    conversation_id = crying(house)
    sign_in(page, house.staff())
    page.goto(f"/conversations/{conversation_id}")
    page.get_by_role("button", name="Take over").click()
    page.fill("#reply-text", "a half-written answer")
    house.parent_writes("are you there?", channel="web_chat", address="w")
    expect(page.locator("#messages")).to_contain_text("are you there?", timeout=30_000)
    expect(page.locator("#reply-text")).to_have_value("a half-written answer")


def test_a_new_conversation_appears_in_the_inbox_without_reload(house: House, page: Page) -> None:
    sign_in(page, house.staff())
    expect(page.locator("#inbox-count")).to_have_text("0 conversations")
    house.parent_writes("x", risk=verdict("now", "suicide", "x"))
    expect(page.locator("#inbox-count")).to_have_text("1 conversation", timeout=30_000)
    expect(page.locator(".c-item--urgent")).to_have_count(1)


def test_a_page_left_open_says_that_it_was_signed_out(house: House, page: Page) -> None:
    sign_in(page, house.staff())
    house.later(minutes=31)
    expect(page.locator("#signed-out")).to_be_visible(timeout=30_000)


def test_without_script_everything_still_works(
    house: House, browser: Browser, address: str
) -> None:
    conversation_id = crying(house)
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, house.staff())
    page.goto(f"/conversations/{conversation_id}")
    page.get_by_role("button", name="Take over").click()
    page.fill("#reply-text", "without script")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages")).to_contain_text("without script")
    context.close()


def test_no_script_of_a_parent_runs(house: House, page: Page) -> None:
    row = house.parent_writes(
        "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    )
    sign_in(page, house.staff())
    page.goto(f"/conversations/{row.conversation_id}")
    expect(page.locator("#messages")).to_contain_text("onerror")
    assert "taken" not in page.title()


def test_nothing_is_asked_of_another_host(house: House, page: Page, address: str) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    visited = paths(house)
    sign_in(page, house.staff("manager", "Mary Manager"))
    for path in visited:
        page.goto(path)
    assert asked
    assert {url for url in asked if not url.startswith((address, "data:"))} == set()


def test_pages_are_not_kept_after_signing_out(house: House, page: Page) -> None:
    conversation_id = crying(house)
    sign_in(page, house.staff())
    page.goto(f"/conversations/{conversation_id}")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    try:
        page.go_back()
    except Error:  # Chromium reports the redirect of the page that it may not show as aborted
        page.goto(f"/conversations/{conversation_id}")
    expect(page.locator("body")).not_to_contain_text("crying")
