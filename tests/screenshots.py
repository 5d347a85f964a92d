"""Makes the pictures in docs/screenshots from a running demonstration: `make screenshots`."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.processes.house import House, run
from tests.processes.house import client as http_client

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
WIDTHS = {"1280": (1280, 900), "375": (375, 812)}
SAID = (
    "hello",
    "he cries all night and i dont know why",
)


def chat(page: Page, house: House) -> None:
    """A short talk on the web chat."""
    page.goto(house.public)
    for text in SAID:
        box = page.get_by_label("Your message")
        box.fill(text)
        box.press("Enter")
        page.get_by_text(text).first.wait_for()
        page.get_by_role("log").get_by_text("assistant", exact=False).last.wait_for()
        page.wait_for_timeout(1500)
    page.get_by_text(SAID[-1]).first.scroll_into_view_if_needed()


def console(page: Page, house: House, path: str = "/inbox") -> None:
    """A page of the console, after signing in."""
    email, password = house.sign_in()
    page.goto(house.console)
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password").first.fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(f"{house.console}{path}")


def at(path: str) -> Callable[[Page, House], None]:
    """How to reach a page of the console."""
    return lambda page, house: console(page, house, path)


def inside(path: str, link: str) -> Callable[[Page, House], None]:
    """The first page that a list of the console leads to."""

    def visit(page: Page, house: House) -> None:
        console(page, house, path)
        page.locator(f"main a[href^='{link}']").first.click()
        page.wait_for_load_state("networkidle")

    return visit


def seed(house: House) -> None:
    """Some conversations by SMS, so that the inbox has something to show."""
    lines = {
        "+447700900111": "my baby is 3 weeks and wont settle",
        "+447700900112": "i want to kill myself",
        "+447700900113": "is it normal not to feel love for my baby",
        "+447700900114": "how do dads bond with a baby",
    }
    with http_client(house.sms_double) as http:
        for number, text in lines.items():
            http.post(f"/_phones/{number}", json={"text": text}).raise_for_status()


def main() -> int:
    """Take every picture at both widths."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pages: dict[str, Callable[[Page, House], None]] = {
        "chat": chat,
        "console-inbox": at("/inbox"),
        "console-conversation": inside("/inbox", "/conversations/"),
        "console-risk": at("/risk"),
        "console-referrals": at("/referrals"),
        "console-referral": inside("/referrals", "/referrals/"),
        "console-directory": at("/directory"),
        "console-service": inside("/directory?shown=active", "/directory/"),
        "console-words": at("/words"),
        "console-text": at("/words/topic.cry-why?language=pl"),
        "console-insight": at("/insight"),
        "console-report": at("/insight/report?first=2020-01-01"),
        "console-activity": at("/insight/activity"),
    }
    whole = {"console-insight"}
    chromium = shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        House(Path(folder) / "var") as house,
        sync_playwright() as driver,
    ):
        house.start_doubles()
        run(house, "demo-data", "--conversations", "600")
        house.start("serve")
        house.await_ready()
        seed(house)
        browser = driver.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for name, visit in pages.items():
            for width, (x, y) in WIDTHS.items():
                page = browser.new_context(viewport={"width": x, "height": y}).new_page()
                visit(page, house)
                page.screenshot(path=FOLDER / f"{name}-{width}.png", full_page=name in whole)
                page.context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
