"""Hostile words render harmlessly, and every response carries the headers that keep it so."""

import logging
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from common.clock import SetClock
from common.crypto import Keyring
from common.db import Base, engine_for
from common.errors import TechnicalFailure
from console.tables import AuditEntry
from conversations.tables import Inbound
from tests.fakes.console import Browser, House, house_on, verdict

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</bdi></p><h1>mine</h1>",
    "{{ 7*7 }}{% for x in y %}",
    "javascript:alert(1)",
]


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff("manager"))


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_of_a_parent_is_shown_as_it_was_typed(
    house: House, browser: Browser, words: str
) -> None:
    row = house.parent_writes(words, risk=verdict("now", "suicide", words))
    house.we_say(row.conversation_id, words)
    browser.post(f"/conversations/{row.conversation_id}/notes", text=words)
    referral = house.referral(reason=words)
    for path in (f"/conversations/{row.conversation_id}", f"/referrals/{referral.id}"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<h1>mine" not in page
        shown = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert shown.replace('"', "&#34;") in page


def test_text_that_runs_the_other_way_is_isolated(house: House, browser: Browser) -> None:
    row = house.parent_writes("\u202egnissim eht \u2066")
    page = browser.get(f"/conversations/{row.conversation_id}").text
    assert re.search(r"<bdi[^>]*>\u202egnissim eht \u2066</bdi>", page)


def test_a_huge_message_is_folded_away(house: House, browser: Browser) -> None:
    row = house.parent_writes("x" * 100_000)
    page = browser.get(f"/conversations/{row.conversation_id}").text
    assert "Show the rest (98,500 characters more)" in page


PAGES = ["/inbox", "/risk", "/tasks", "/referrals", "/audit", "/account", "/sign-in", "/nowhere"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_headers(house: House, browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_inline_script_or_style(browser: Browser, path: str) -> None:
    page = browser.get(path).text
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert "<style" not in page
    assert not re.search(r"\sstyle=|\son[a-z]+=", page)


def test_no_page_asks_another_host_for_anything(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    for path in [*PAGES, f"/conversations/{row.conversation_id}", "/account/two-step"]:
        found = re.findall(r'(?:src|href|action)="(https?:)?//', browser.get(path).text)
        assert not found, path


def test_addresses_hold_ids_alone(house: House, browser: Browser) -> None:
    row = house.parent_writes("my name is Sadia", address="+447700900555")
    done = browser.post(f"/conversations/{row.conversation_id}/notes", text="Sadia rang")
    assert re.fullmatch(r"/conversations/[0-9a-f]{32}\?done=noted#notes", done.headers["location"])


def test_a_body_over_the_limit_is_refused(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    path = f"/conversations/{row.conversation_id}/notes"
    assert browser.post(path, text="x" * 70_000).status_code == 413
    assert browser.post(path, text="x" * 5_000).status_code == 422


def test_a_demonstration_says_that_nobody_will_call(
    engine: Engine, keyring: Keyring, clock: SetClock
) -> None:
    banner = "Demonstration: nobody will call."
    demo = house_on(engine, keyring, clock, demo=True)
    live = house_on(engine, keyring, clock, demo=False)
    assert banner in demo.nobody().get("/sign-in").text
    assert banner not in live.nobody().get("/sign-in").text


def test_a_fault_of_ours_is_one_plain_page(house: House, browser: Browser) -> None:
    row = house.parent_writes("a secret sentence")
    with house.sessions.begin() as db:
        db.get_one(Inbound, row.id).body_sealed = b"damaged on the disk"
    with capture_logs() as logged:
        response = browser.get(f"/conversations/{row.conversation_id}")
    assert response.status_code == 500
    assert "Traceback" not in response.text
    assert [entry["event"] for entry in logged] == ["console.broke"]
    assert "secret sentence" not in str(logged)


def test_a_database_that_is_gone_is_said_in_one_sentence(
    keyring: Keyring, clock: SetClock, tmp_path: Path
) -> None:
    path = tmp_path / "gone.db"
    house = house_on(engine_for(f"sqlite:///{path}"), keyring, clock)
    browser = house.signed_in(house.staff())
    house.sessions.kw["bind"].dispose()
    for one in tmp_path.iterdir():
        one.unlink()
    path.mkdir()
    with capture_logs() as logged:
        response = browser.get("/inbox")
    assert response.status_code == 503
    assert "The database does not answer. Try again in a minute." in response.text
    assert [entry["event"] for entry in logged] == ["console.database_down"]


def test_no_code_of_ours_rewrites_the_audit_log(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    browser.get(f"/conversations/{row.conversation_id}")
    (entry,) = house.audited("conversation.opened")
    with house.sessions() as db:
        db.get_one(AuditEntry, entry.id).action = "conversation.never_opened"
        with pytest.raises(TechnicalFailure, match="append only"):
            db.flush()
    with house.sessions() as db:
        db.delete(db.get_one(AuditEntry, entry.id))
        with pytest.raises(TechnicalFailure, match="append only"):
            db.flush()
    assert len(house.audited("conversation.opened")) == 1


def test_the_statements_make_the_table_itself_append_only(
    engine: Engine, keyring: Keyring, clock: SetClock
) -> None:
    table = Base.metadata.tables["audit_entries"]
    table.drop(engine, checkfirst=True)
    table.create(engine)
    house = house_on(engine, keyring, clock)
    browser = house.signed_in(house.staff())
    browser.get(f"/conversations/{house.parent_writes('hello').conversation_id}")
    for statement in ("UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"):
        with house.sessions() as db, pytest.raises(DBAPIError, match="append only"):
            db.execute(text(statement))
    assert len(house.audited("conversation.opened")) == 1


def test_no_word_of_a_parent_lies_open_in_the_database_or_the_log(
    house: House, browser: Browser, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    mark = "Zyxwvut"
    caplog.set_level(logging.DEBUG)
    row = house.parent_writes(f"i am {mark}", risk=verdict("now", "suicide", mark))
    browser.post(f"/conversations/{row.conversation_id}/notes", text=f"{mark} rang")
    browser.post(f"/conversations/{row.conversation_id}/take-over")
    browser.post(f"/conversations/{row.conversation_id}/reply", text=f"hello {mark}")
    referral = house.referral(reason=f"it is {mark}")
    browser.post(f"/referrals/{referral.id}/move", event="triage", reason=mark, version="1")
    browser.post(
        f"/risk/{house.flag_of(row).id}/acknowledge", outcome="false_alarm", note=f"only {mark}"
    )
    with house.sessions() as db:
        for table in AuditEntry.metadata.sorted_tables:
            for found in db.execute(table.select()):
                for value in found:
                    held = value if isinstance(value, bytes) else str(value).encode()
                    assert mark.encode() not in held, table.name
    assert mark not in caplog.text
    assert mark in browser.get(f"/conversations/{row.conversation_id}").text
