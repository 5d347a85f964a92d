"""The chat page as a parent uses it, in Chromium: with and without scripts, keyboard, exit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.exc import OperationalError

from common.clock import SetClock
from common.crypto import Keyring
from tests.browser.chat_site import FLAGS, NEUTRAL, Site, chat_site
from tests.fakes.serving import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def site(tmp_path: Path, keyring: Keyring, clock: SetClock) -> Iterator[Site]:
    with chat_site(tmp_path, keyring, clock) as made:
        yield made


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=site.url, reduced_motion="reduce")
    made.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    made = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on("request", lambda request: requests.append(request.url))
    made.goto("/")
    yield made
    assert errors == []
    assert [url for url in requests if not url.startswith((site.url, "data:"))] == []


def send(page: Page, words: str) -> None:
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send").click()


def log(page: Page) -> Any:
    return page.get_by_role("log")


def no_violations(page: Page) -> None:
    found = Axe().run(
        page,
        options={
            "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        },
    )
    assert found.violations_count == 0, found.generate_report()


def test_answer_comes_without_a_reload_and_choices_are_buttons(page: Page, site: Site) -> None:
    send(page, "hello")
    expect(log(page)).to_contain_text("What would you like to talk about?")
    page.get_by_role("button", name="Sleep").click()
    expect(log(page)).to_contain_text("Shall I look near you?")
    assert [m.choice and m.choice[1] for m in site.house.received] == [None, 1]
    expect(page.get_by_role("button", name="Bonding")).to_have_count(0)
    expect(log(page).locator(".chat-line--parent")).to_have_count(2)


def test_starter_begins_the_conversation(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Find support near me").click()
    expect(log(page)).to_contain_text("What would you like to talk about?")
    assert site.house.texts() == ["Find support near me"]


def test_everything_works_with_the_keyboard_alone(page: Page, site: Site) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.get_by_label("Your message").focus()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Crying")
    expect(button).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("Shall I look near you?")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("lines")
    page.keyboard.press("Enter")
    until(lambda: "two\nlines" in site.house.texts())


def test_focus_is_always_visible(page: Page) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    page.locator("body").click(position={"x": 1, "y": 1})
    seen = 0
    for _ in range(12):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
              const e = document.activeElement, s = getComputedStyle(e);
              if (e === document.body) return null;
              const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0;
              return ring || s.boxShadow !== 'none' || s.backgroundColor === 'rgb(255, 235, 59)';
            }"""
        )
        assert shown in {True, None}
        seen += shown is True
    assert seen >= 8


def test_crisis_answer_is_an_alert_once(page: Page) -> None:
    send(page, "i want to die")
    expect(log(page)).to_contain_text("Samaritans")
    expect(page.locator("#alert")).to_contain_text("call 999 now")
    assert page.locator("#alert").get_attribute("role") == "alert"
    expect(log(page).get_by_role("link", name="116 123")).to_have_attribute("href", "tel:116123")
    page.reload()
    expect(log(page)).to_contain_text("Samaritans")
    expect(page.locator("#alert")).to_be_empty()


def test_typing_is_a_status_of_its_own(page: Page, site: Site) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    site.house.waiting = True
    expect(page.locator("#typing")).to_have_text("The assistant is writing")
    assert page.locator("#typing").get_attribute("role") == "status"
    site.house.waiting = False
    expect(page.locator("#typing")).to_be_empty()


def test_reload_restores_the_chat_and_later_lines_still_come(page: Page, site: Site) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    page.reload()
    expect(log(page).locator(".chat-line")).to_have_count(2)
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    site.house.speak(site.house.received[0].address, "One more thing.", who="staff")
    expect(log(page)).to_contain_text("A member of the team")
    expect(log(page).locator(".chat-line")).to_have_count(3)


def test_two_windows_show_the_same_lines(page: Page, context: BrowserContext) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    other = context.new_page()
    other.goto("/")
    send(other, "i cry a lot")
    expect(log(page)).to_contain_text("i cry a lot")
    expect(log(page)).to_contain_text("it does not spoil them")


def test_failed_message_says_so_and_can_be_sent_again(page: Page, site: Site) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    site.house.fails_with = OperationalError("insert", {}, Exception("gone"))
    send(page, "my words")
    expect(log(page)).to_contain_text("Not sent.")
    no_violations(page)
    site.house.fails_with = None
    page.get_by_role("button", name="Try again").click()
    expect(log(page)).not_to_contain_text("Not sent.")
    until(lambda: site.house.texts() == ["hello", "my words"])
    expect(log(page).locator(".chat-line--parent")).to_have_count(2)


def test_empty_message_is_refused_at_the_field(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#message-error")).to_have_text("Enter a message")
    expect(page.get_by_label("Your message")).to_be_focused()
    assert page.get_by_label("Your message").get_attribute("aria-invalid") == "true"
    no_violations(page)
    send(page, "hello")
    expect(page.locator("#message-error")).to_be_hidden()


def test_exit_ends_the_session_and_back_shows_nothing(page: Page, site: Site) -> None:
    page.goto(NEUTRAL)
    page.goto("/")
    send(page, "my secret words")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    page.get_by_role("button", name="Exit this page").click()
    page.wait_for_url("**" + NEUTRAL)
    # The end travels beside the page that is left (sendBeacon), so it may come a moment later.
    until(lambda: page.context.cookies() == [])
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator("body")).not_to_contain_text("my secret words")
    page.goto("/")
    expect(page.locator("body")).not_to_contain_text("my secret words")


def test_three_presses_of_shift_leave_the_page(page: Page) -> None:
    send(page, "my secret words")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**" + NEUTRAL)
    page.goto("/")
    expect(page.locator("body")).not_to_contain_text("my secret words")


def test_capital_letters_do_not_leave_the_page(page: Page) -> None:
    page.get_by_label("Your message").focus()
    for letter in "ABCD":
        page.keyboard.press(f"Shift+{letter}")
    expect(page.get_by_label("Your message")).to_have_value("ABCD")
    assert NEUTRAL not in page.url


def test_nothing_is_kept_in_the_browsers_storage(page: Page) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    kept = page.evaluate(
        """async () => ({
          local: localStorage.length,
          session: sessionStorage.length,
          databases: (await indexedDB.databases()).length,
          caches: (await caches.keys()).length,
          cookie: document.cookie,
        })"""
    )
    assert kept == {"local": 0, "session": 0, "databases": 0, "caches": 0, "cookie": ""}
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_shared_device_gets_a_cookie_that_ends_with_the_browser(page: Page) -> None:
    page.get_by_role("button", name="Other people use this device").click()
    expect(page.locator("#device-state")).to_contain_text("Shared device.")
    [cookie] = page.context.cookies()
    assert cookie["expires"] == -1
    page.get_by_role("button", name="This is my own device").click()
    expect(page.locator("#device-state")).to_have_count(0)
    [cookie] = page.context.cookies()
    assert cookie["expires"] > 0


def test_code_continues_the_chat_in_another_browser(
    page: Page, browser: Browser, site: Site
) -> None:
    send(page, "my secret words")
    page.get_by_role("button", name="Get a code").click()
    code = page.locator(".chat-code").inner_text()
    other = browser.new_context(base_url=site.url).new_page()
    other.goto("/continue")
    other.get_by_label("Your code").fill("wrong")
    other.get_by_role("button", name="Continue").click()
    expect(other.get_by_role("alert")).to_contain_text("We do not know this code")
    no_violations(other)
    other.get_by_label("Your code").fill(code.lower())
    other.get_by_role("button", name="Continue").click()
    expect(log(other)).to_contain_text("my secret words")
    other.context.close()


def test_parent_is_warned_before_the_chat_goes_and_can_keep_it(page: Page, site: Site) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    site.clock.advance(minutes=28, seconds=30)
    expect(page.locator("#idle")).to_contain_text("go from this page")
    no_violations(page)
    page.get_by_role("button", name="Keep it here").click()
    expect(page.locator("#idle")).to_have_count(0)
    site.clock.advance(minutes=28)
    page.reload()
    expect(log(page)).to_contain_text("hello")
    site.clock.advance(minutes=31)
    expect(page.locator("#ended")).to_contain_text("no longer shown")
    expect(page.locator("body")).not_to_contain_text("What would you like to talk about?")


def test_without_scripts_it_is_a_form_that_leads_back_to_the_answer(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    send(page, "hello")
    expect(log(page)).to_contain_text("What would you like to talk about?")
    page.get_by_role("button", name="Sleep").click()
    expect(log(page)).to_contain_text("Shall I look near you?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Enter a message")
    page.get_by_role("button", name="Get a code").click()
    expect(page.locator(".chat-code")).to_be_visible()
    page.get_by_role("link", name="Check for new messages").click()
    expect(log(page)).to_contain_text("Shall I look near you?")
    page.get_by_role("button", name="Exit this page").click()
    page.wait_for_url("**" + NEUTRAL)
    page.go_back()
    expect(page.locator("body")).not_to_contain_text("Shall I look near you?")
    context.close()


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_no_state_of_the_page_scrolls_sideways_or_breaks_a_rule(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    no_violations(page)
    send(page, "i cry and here_is_a_very_long_word_" + "x" * 200)
    expect(page.get_by_role("button", name="Talk about sleep")).to_be_visible()
    no_violations(page)
    send(page, "i want to die")
    expect(log(page)).to_contain_text("Samaritans")
    page.get_by_role("button", name="Get a code").click()
    expect(page.locator(".chat-code")).to_be_visible()
    no_violations(page)
    for path in ("/", "/embed", "/continue"):
        page.goto(path)
        no_violations(page)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, path


def test_targets_are_large_enough_to_touch(page: Page) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24


def test_two_hundred_lines_break_no_rule(page: Page, site: Site) -> None:
    send(page, "hello")
    expect(page.get_by_role("button", name="Crying")).to_be_visible()
    for n in range(200):
        site.house.speak(site.house.received[0].address, f"line {n}")
    expect(log(page)).to_contain_text("line 199")
    expect(log(page).locator(".chat-line")).to_have_count(202)
    no_violations(page)


def test_widget_opens_talks_and_exits_the_page_that_holds_it(page: Page, site: Site) -> None:
    page.goto("/host")
    page.get_by_role("button", name="Chat with us").click()
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your message").fill("hello")
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("log")).to_contain_text("What would you like to talk about?")
    no_violations(page)
    frame.get_by_label("Your message").press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.get_by_role("log")).to_contain_text("What would you like to talk about?")
