"""The safety review: flags and misses are marked, taken back and taken out as examples."""

import json
import re

import pytest
from sqlalchemy import Engine

from common.clock import SetClock
from common.crypto import Keyring
from console.tables import ScreenMark
from conversations import people
from conversations.tables import Inbound
from safety.screen import screen
from tests.fakes.console import Browser, House, house_on, verdict


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff("clinician", "Joan Ashworth"))


@pytest.fixture
def manager(house: House) -> Browser:
    return house.signed_in(house.staff("manager", "Mary Manager"))


def mark_of(house: House, row: Inbound) -> tuple[str, str | None, str | None] | None:
    with house.sessions() as db:
        found = db.get(ScreenMark, row.id)
        return None if found is None else (found.mark, found.cls, found.tier)


def exported(browser: Browser) -> list[dict]:
    return [json.loads(line) for line in browser.post("/review/export").text.splitlines()]


def flagged(house: House, text: str, *, tier: str = "now", cls: str = "suicide") -> Inbound:
    return house.parent_writes(text, address=text, risk=verdict(tier, cls, text))


def test_flags_stand_newest_first_with_the_words_that_raised_them(
    house: House, browser: Browser
) -> None:
    older = flagged(house, "i cant go on")
    house.later(minutes=5)
    newer = flagged(house, "he is blue", cls="baby_unwell")
    page = browser.get("/review").text
    assert page.index("he is blue") < page.index("i cant go on")
    assert f'href="/conversations/{older.conversation_id}"' in page
    read = {entry.subject_id for entry in house.audited("conversation.read_in_review")}
    assert read == {older.conversation_id, newer.conversation_id}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("cls=baby_unwell", {"blue"}),
        ("tier=gentle", {"thoughts"}),
        ("outcome=open", {"blue", "thoughts"}),
        ("outcome=false_alarm", {"cant"}),
        ("mark=unmarked", {"blue", "thoughts"}),
        ("mark=right", {"cant"}),
        ("mark=wrong_class", set()),
        ("cls=baby_unwell&tier=gentle", set()),
        ("cls=100%25_", set()),
    ],
)
def test_the_list_is_narrowed_by_kind_urgency_outcome_and_mark(
    house: House, browser: Browser, filters: str, expected: set[str]
) -> None:
    done = flagged(house, "cant")
    flagged(house, "blue", cls="baby_unwell")
    flagged(house, "thoughts", tier="gentle", cls="unwanted_thoughts")
    browser.post(f"/risk/{house.flag_of(done).id}/acknowledge", outcome="false_alarm")
    browser.post(f"/review/{done.id}/mark", mark="right")
    page = browser.get(f"/review?{filters}").text
    assert set(re.findall(r'c-quote" dir="auto">(\w+)<', page)) == expected


def test_a_long_list_comes_in_pages(house: House, browser: Browser) -> None:
    for number in range(21):
        flagged(house, f"words{number:02}")
        house.later(minutes=1)
    first, second = browser.get("/review").text, browser.get("/review?page=2").text
    assert "21 flags, page 1 of 2" in first
    assert "words20" in first
    assert "words00" not in first
    assert re.findall(r'c-quote" dir="auto">(\w+)<', second) == ["words00"]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"mark": "right"}, ("right", None, None)),
        ({"mark": "false_alarm", "cls": "loss", "tier": "now"}, ("false_alarm", None, None)),
        (
            {"mark": "wrong_class", "cls": "self_harm", "tier": "gentle"},
            ("wrong_class", "self_harm", "gentle"),
        ),
    ],
)
def test_a_flag_is_marked_by_somebody_at_a_time(
    house: House, fields: dict[str, str], kept: tuple[str, str | None, str | None]
) -> None:
    staff = house.staff()
    row = flagged(house, "i cant go on")
    done = house.signed_in(staff).post(
        f"/review/{row.id}/mark", back="cls=suicide&page=1&evil=//x", **fields
    )
    assert done.headers["location"] == "/review?cls=suicide&page=1&done=marked"
    assert mark_of(house, row) == kept
    (entry,) = house.audited("mark.put")
    assert (entry.staff_id, entry.subject_id) == (staff.id, row.id)
    assert house.flag_of(row).acknowledged_at is None, "a mark closes no flag"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mark": "made_up"},
        {"mark": "missed", "cls": "loss", "tier": "now"},
        {"mark": "wrong_class", "tier": "now"},
        {"mark": "wrong_class", "cls": "made_up", "tier": "now"},
        {"mark": "wrong_class", "cls": "loss"},
    ],
)
def test_a_mark_that_does_not_fit_is_refused_and_what_was_chosen_stays(
    house: House, browser: Browser, fields: dict[str, str]
) -> None:
    row = flagged(house, "i cant go on")
    refused = browser.post(f"/review/{row.id}/mark", **fields)
    assert refused.status_code == 422
    assert mark_of(house, row) is None
    if fields.get("cls") == "loss":
        assert '<option value="loss" selected>' in refused.text


def test_a_message_without_a_flag_is_marked_as_missed_from_its_conversation(
    house: House, browser: Browser
) -> None:
    row = house.parent_writes("everyone would cope without me")
    conversation = f"/conversations/{row.conversation_id}"
    assert f'href="/review/{row.id}"' in browser.get(conversation).text
    assert "everyone would cope without me" in browser.get(f"/review/{row.id}").text
    path = f"/review/{row.id}/mark"
    assert browser.post(path, mark="right", back="conversation").status_code == 422
    done = browser.post(path, mark="missed", cls="suicide", tier="now", back="conversation")
    assert done.headers["location"].startswith(f"{conversation}?done=marked#")
    assert "Marked: missed" in browser.get(conversation).text
    missed = browser.get("/review?mark=missed").text
    assert "everyone would cope without me" in missed
    assert "1 missed message<" in missed
    assert "everyone would cope" not in browser.get("/review").text, "it is no flag"


def test_a_mark_is_changed_and_taken_back_and_both_are_on_record(
    house: House, browser: Browser
) -> None:
    row = flagged(house, "i cant go on")
    path = f"/review/{row.id}/mark"
    browser.post(path, mark="wrong_class", cls="loss", tier="gentle")
    browser.post(path, mark="false_alarm")
    assert mark_of(house, row) == ("false_alarm", None, None)
    browser.post(path, mark="take_back")
    assert mark_of(house, row) is None
    browser.post(path, mark="take_back")
    details = [entry.detail for entry in house.audited("mark.put")]
    assert details == ["wrong_class loss gentle", "false_alarm"]
    assert len(house.audited("mark.taken_back")) == 1


def test_what_was_marked_is_taken_out_as_labelled_examples(house: House, manager: Browser) -> None:
    right = flagged(house, "i want to end it, ring 07700 900123 or me@home.org, BD1 1AA")
    alarm = flagged(house, "this teething is killing me")
    wrong = flagged(house, "i lost him")
    missed = house.parent_writes("everyone would cope without me", address="m")
    flagged(house, "nobody marked this")
    manager.post(f"/review/{right.id}/mark", mark="right")
    manager.post(f"/review/{alarm.id}/mark", mark="false_alarm")
    manager.post(f"/review/{wrong.id}/mark", mark="wrong_class", cls="loss", tier="gentle")
    manager.post(f"/review/{missed.id}/mark", mark="missed", cls="suicide", tier="now")
    response = manager.post("/review/export")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert 'filename="safety-review-2026-03-02.jsonl"' in response.headers["content-disposition"]
    found = [json.loads(line) for line in response.text.splitlines()]
    assert [(one["text"], one["class"], one["tier"]) for one in found] == [
        (
            "i want to end it, ring 07700 900000 or somebody@example.org, ZZ99 9ZZ",
            "suicide",
            "now",
        ),
        ("this teething is killing me", None, "none"),
        ("i lost him", "loss", "gentle"),
        ("everyone would cope without me", "suicide", "now"),
    ]
    assert len({one["id"] for one in found}) == 4
    assert right.id not in response.text
    assert right.conversation_id not in response.text
    (entry, *_) = house.audited("examples.exported")
    assert entry.detail == "4 examples"


def test_an_exported_example_reads_to_the_screen_as_the_message_did(
    house: House, manager: Browser
) -> None:
    text = "i took 20 tablets an hour ago call me on 07700 900123"
    row = flagged(house, text)
    manager.post(f"/review/{row.id}/mark", mark="right")
    (one,) = exported(manager)
    assert screen(one["text"]).classes == screen(text).classes != ()


def test_an_erased_parent_has_no_words_in_the_review_or_the_export(
    house: House, manager: Browser
) -> None:
    row = flagged(house, "i cant go on")
    manager.post(f"/review/{row.id}/mark", mark="right")
    with house.sessions.begin() as db:
        person = house.conversation(row.conversation_id).person_id
        people.erase(db, person, now=house.clock.now())
    page = manager.get("/review").text
    assert "cant go on" not in page
    assert "Erased: the words are gone." in page
    assert exported(manager) == []


def test_only_those_with_the_permission_take_examples_out(house: House, browser: Browser) -> None:
    row = flagged(house, "i cant go on")
    browser.post(f"/review/{row.id}/mark", mark="right")
    assert "Download labelled examples" not in browser.get("/review").text
    assert browser.post("/review/export").status_code == 403
    assert house.audited("examples.exported") == []


@pytest.mark.parametrize("back", ["board", "conversation"])
def test_a_flag_acknowledged_without_an_outcome_keeps_the_note_that_was_typed(
    house: House, browser: Browser, back: str
) -> None:
    row = flagged(house, "i cant go on")
    other = flagged(house, "another")
    path = f"/risk/{house.flag_of(row).id}/acknowledge"
    refused = browser.post(path, note="Rang her at ten", back=back)
    assert refused.status_code == 422
    assert "Choose what came of it." in refused.text
    assert f'href="#outcome-{house.flag_of(row).id}"' in refused.text
    assert re.search(r"<textarea[^>]*>Rang her at ten</textarea>", refused.text)
    assert refused.text.count("Rang her at ten") == 1
    assert house.flag_of(row).acknowledged_at is None
    assert house.flag_of(other).acknowledged_at is None


def test_a_note_that_is_too_long_keeps_the_outcome_and_the_note(
    house: House, browser: Browser
) -> None:
    row = flagged(house, "i cant go on")
    path = f"/risk/{house.flag_of(row).id}/acknowledge"
    refused = browser.post(path, note="x" * 4001, outcome="safeguarding")
    assert refused.status_code == 422
    assert "x" * 4001 in refused.text
    assert '<option value="safeguarding" selected>' in refused.text
    assert house.flag_of(row).acknowledged_at is None


@pytest.mark.parametrize("back", ["tasks", "conversation"])
def test_a_task_closed_without_an_outcome_keeps_the_note_that_was_typed(
    house: House, browser: Browser, back: str
) -> None:
    task = house.task(house.parent_writes("hello").conversation_id)
    refused = browser.post(f"/tasks/{task.id}/done", note="Left a message", back=back)
    assert refused.status_code == 422
    assert re.search(r"<textarea[^>]*>Left a message</textarea>", refused.text)
