"""The queue: what needs a person stands first, and counts match the lists."""

import re

import pytest
from sqlalchemy import Engine

from common.clock import SetClock
from common.crypto import Keyring
from console import inbox
from conversations.states import Origin, Outcome
from conversations.tables import Conversation, Feedback, Outbound
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


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"language": "pl"}, {"polish"}),
        ({"stage": "newborn"}, {"newborn"}),
        ({"topic": "cry-why"}, {"newborn"}),
        ({"stage": "newborn", "language": "pl"}, set()),
        ({"answer": "not_useful"}, {"thumbs_down"}),
        ({"answer": "not_understood"}, {"lost"}),
        ({"answer": "referral"}, {"referred"}),
        ({"since": "2026-03-03"}, {"late"}),
        ({"until": "2026-03-02"}, {"polish", "newborn", "thumbs_down", "lost", "referred"}),
        ({"since": "soon"}, {"polish", "newborn", "thumbs_down", "lost", "referred", "late"}),
    ],
)
def test_more_filters_narrow_the_list_and_the_count(
    house: House, filters: dict[str, str], expected: set[str]
) -> None:
    names = ("polish", "newborn", "thumbs_down", "lost", "referred")
    ids = {name: write(house, name) for name in names}
    with house.sessions.begin() as db:
        db.get_one(Conversation, ids["polish"]).language = "pl"
        newborn = db.get_one(Conversation, ids["newborn"])
        newborn.stage, newborn.last_topic = "newborn", "cry-why"
        db.add(Feedback(id="f", conversation_id=ids["thumbs_down"], topic=None, useful=False,
                        given_at=house.clock.now()))  # fmt: skip
    said = house.we_say(ids["lost"], "I did not understand.")
    with house.sessions.begin() as db:
        db.get_one(Outbound, said.id).message_key = "utter_fallback"
    house.referral(address="referred")
    house.later(days=1)
    ids["late"] = write(house, "late")
    page = house.signed_in(house.staff()).get("/inbox", params=filters).text
    shown = set(re.findall(r'id="open-([0-9a-f]+)"', page))
    assert shown == {ids[name] for name in expected}
    counted = re.search(r'id="inbox-count">([\d,]+) conversation', page)
    assert counted
    assert int(counted[1]) == len(expected)


def test_a_number_a_reference_or_the_end_of_an_id_leads_there(
    house: House, browser: Browser
) -> None:
    row = house.parent_writes("hello", address="+447700900456")
    referral = house.referral(address="+447700900456")
    for given, leads in (
        ("07700 900456", f"/conversations/{row.conversation_id}"),
        ("+44 7700 900 456", f"/conversations/{row.conversation_id}"),
        (row.conversation_id[-8:].upper(), f"/conversations/{row.conversation_id}"),
        (referral.reference.lower().replace("-", " "), f"/referrals/{referral.id}"),
    ):
        found = browser.post("/inbox/find", what=given)
        assert found.headers.get("location") == leads, given


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "Give a reference"),
        ("sadia", "Give a reference"),
        ("07700 900999", "has this number"),
        ("0123456789abcdef", "ends so"),
        ("<script>", "Give a reference"),
    ],
)
def test_what_is_not_found_is_told_and_kept_out_of_the_address(
    house: House, browser: Browser, given: str, says: str
) -> None:
    house.parent_writes("hello")
    answered = browser.post("/inbox/find", what=given)
    assert answered.status_code == 422
    assert says in answered.text
    assert "location" not in answered.headers


def test_what_was_ticked_is_reviewed_but_not_what_changed_or_is_flagged(
    house: House, browser: Browser
) -> None:
    plain, changed = write(house, "a"), write(house, "b")
    flagged = write(house, "c", risk=verdict("gentle", "psychosis", "x"))
    page = browser.get("/inbox").text
    ticks = dict(t.split(":") for t in re.findall(r'name="ticked" value="([0-9a-f]+:\d+)"', page))
    assert set(ticks) == {plain, changed}
    house.parent_writes("more", address="b")
    ticked = [f"{i}:{ticks.get(i, '9')}" for i in (plain, changed, flagged, "0" * 32)]
    done = browser.client.post("/inbox/reviewed", data={"csrf": browser.csrf, "ticked": ticked})
    assert done.headers["location"] == "/inbox?done=bulk_some"
    reviewed = {i for i in (plain, changed, flagged) if house.conversation(i).reviewed_at}
    assert reviewed == {plain}
    assert [e.detail for e in house.audited("conversation.reviewed")] == ["in bulk"]
    nothing = browser.post("/inbox/reviewed")
    assert nothing.status_code == 422
    assert "Tick at least one" in nothing.text
