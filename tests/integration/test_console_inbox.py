"""The queue: what needs a person stands first, and counts match the lists."""

import re

import pytest
from sqlalchemy import Engine

from common.clock import SetClock
from common.crypto import Keyring
from console import inbox
from conversations.states import Origin, Outcome
from tests.fakes.console import Browser, House, house_on, verdict


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff())


def order(house: House, **filters: str) -> list[str]:
    with house.sessions() as db:
        found = inbox.rows(db, inbox.Filters(**filters), staff_id="nobody")
    return [row.conversation.id for row in found]


def write(house: House, address: str, **kwargs: object) -> str:
    house.later(minutes=1)
    return house.parent_writes("hello", address=address, **kwargs).conversation_id  # type: ignore[arg-type]


def test_urgent_flags_come_first_then_who_waits_then_the_latest(house: House) -> None:
    urgent = write(house, "a", risk=verdict("now", "suicide", "x"))
    unanswered = write(house, "b", outcome=None)
    failed = write(house, "c", outcome=Outcome.FAILED_WITH_FALLBACK)
    gentle = write(house, "d", risk=verdict("gentle", "unwanted_thoughts", "x"))
    with_task = write(house, "e")
    house.task(with_task)
    plain = write(house, "f")
    assert order(house) == [urgent, with_task, failed, unanswered, plain, gentle]


def test_an_acknowledged_flag_leaves_the_top(house: House, browser: Browser) -> None:
    row = house.parent_writes("x", address="a", risk=verdict("now", "suicide", "x"))
    plain = write(house, "b")
    assert order(house)[0] == row.conversation_id
    browser.post(f"/risk/{house.flag_of(row).id}/acknowledge", outcome="false_alarm")
    assert order(house) == [plain, row.conversation_id]


def test_a_reply_of_staff_or_a_review_ends_the_waiting(house: House, browser: Browser) -> None:
    held = write(house, "a", outcome=Outcome.HELD_BY_PERSON)
    failed = write(house, "b", outcome=Outcome.FAILED_WITH_FALLBACK)
    assert order(house, state="waiting") == [failed, held]
    house.we_say(held, "here I am", origin=Origin.STAFF)
    assert order(house, state="waiting") == [failed]
    browser.post(f"/conversations/{failed}/reviewed", seen_seq="99")
    assert order(house, state="waiting") == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"channel": "telegram"}, {"telegram"}),
        ({"flagged": "now"}, {"urgent"}),
        ({"flagged": "open"}, {"urgent", "gentle"}),
        ({"flagged": "any"}, {"urgent", "gentle"}),
        ({"state": "waiting"}, {"failed"}),
        ({"state": "held"}, {"held"}),
        ({"state": "stopped"}, set()),
        ({"state": "reviewed"}, {"reviewed"}),
        ({"state": "to_review", "channel": "telegram"}, {"telegram"}),
    ],
)
def test_filters_and_counts_agree(
    house: House, browser: Browser, filters: dict[str, str], expected: set[str]
) -> None:
    ids = {
        "urgent": write(house, "a", risk=verdict("now", "suicide", "x")),
        "gentle": write(house, "b", risk=verdict("gentle", "unwanted_thoughts", "x")),
        "failed": write(house, "c", outcome=Outcome.FAILED_WITH_FALLBACK),
        "telegram": write(house, "d", channel="telegram"),
        "held": write(house, "e"),
        "reviewed": write(house, "f"),
    }
    browser.post(f"/conversations/{ids['held']}/take-over")
    browser.post(f"/conversations/{ids['reviewed']}/reviewed", seen_seq="99")
    assert set(order(house, **filters)) == {ids[name] for name in expected}
    page = browser.get("/inbox", params=filters).text
    counted = re.search(r'id="inbox-count">([\d,]+) conversation', page)
    assert counted
    assert int(counted[1]) == len(expected)


def test_an_unknown_filter_is_as_none(house: House, browser: Browser) -> None:
    write(house, "a")
    assert "1 conversation<" in browser.get("/inbox?state=nonsense&flagged=odd").text


def test_the_list_shows_no_words_and_no_number(house: House, browser: Browser) -> None:
    house.parent_writes("a very private sentence", address="+447700900777")
    page = browser.get("/inbox").text
    assert "private sentence" not in page
    assert "7700900777" not in page


def test_what_came_since_the_last_look_is_marked(house: House, browser: Browser) -> None:
    row = house.parent_writes("one")
    assert "Not opened by you" in browser.get("/inbox").text
    browser.get(f"/conversations/{row.conversation_id}")
    assert "Not opened by you" not in browser.get("/inbox").text
    house.parent_writes("two")
    house.parent_writes("three")
    assert "2 new" in browser.get("/inbox").text
    page = browser.get(f"/conversations/{row.conversation_id}").text
    assert page.index("New since you last looked") < page.index("two")
    assert page.index("one") < page.index("New since you last looked")


def test_pages_cover_everything_once(house: House) -> None:
    made = {write(house, f"p{n}") for n in range(inbox.PAGE + 3)}
    browser = house.signed_in(house.staff())
    seen: list[str] = []
    for number in (1, 2):
        seen += re.findall(r'id="open-([0-9a-f]+)"', browser.get(f"/inbox?page={number}").text)
    assert len(seen) == len(made)
    assert set(seen) == made
    assert browser.get("/inbox?page=0").status_code == 422


def test_news_comes_only_when_there_is_some(house: House, browser: Browser) -> None:
    write(house, "a")
    first = browser.get("/inbox/list")
    same = browser.get("/inbox/list", headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.text) == (304, "")
    write(house, "b")
    fresh = browser.get("/inbox/list", headers={"if-none-match": first.headers["etag"]})
    assert fresh.status_code == 200
    assert "2 conversations" in fresh.text


def test_reviewing_goes_on_to_the_next_until_the_queue_is_empty(
    house: House, browser: Browser
) -> None:
    first, second = write(house, "a"), write(house, "b")
    at = browser.get("/inbox/next").headers["location"]
    assert at == f"/conversations/{second}"
    done = browser.post(f"{at}/reviewed", seen_seq="1")
    assert done.headers["location"] == f"/conversations/{first}?done=reviewed"
    done = browser.post(f"/conversations/{first}/reviewed", seen_seq="1")
    assert done.headers["location"] == "/inbox?done=queue_empty"
    assert browser.get("/inbox/next").headers["location"] == "/inbox"


def test_what_was_not_on_the_page_is_not_reviewed(house: House, browser: Browser) -> None:
    row = house.parent_writes("one")
    house.parent_writes("two")
    done = browser.post(f"/conversations/{row.conversation_id}/reviewed", seen_seq="1")
    assert done.status_code == 422
    assert house.conversation(row.conversation_id).reviewed_at is None
