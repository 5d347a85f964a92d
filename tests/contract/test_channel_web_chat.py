"""What the web chat promises: sessions, idempotent posts, a stream that resumes, privacy."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from channels.web_chat import sessions as web_sessions
from channels.web_chat.channel import WebChat
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import SessionStore
from channels.web_chat.tables import WebCode, WebSession
from common.clock import SetClock
from common.crypto import Keyring
from common.db import Base, engine_for, sessions_for
from conversations.people import address_index
from conversations.states import Kind
from tests.contract.harness import app_of
from tests.fakes.house import House, say
from tests.fakes.serving import serving, until

CONFIG = WebChatConfig(
    service_name="Little Steps",
    public_base_url="http://127.0.0.1",
    demo=True,
    poll_s=0.05,
    heartbeat_s=0.05,
    no_script_wait_s=2,
)


@dataclass
class Site:
    url: str
    house: House
    channel: WebChat
    clock: SetClock
    database: str

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)


@pytest.fixture
def config() -> WebChatConfig:
    return CONFIG


@pytest.fixture
def site(
    clock: SetClock, keyring: Keyring, tmp_path: Any, config: WebChatConfig
) -> Iterator[Site]:
    database = f"sqlite:///{tmp_path / 'web.db'}"
    engine = engine_for(database)
    Base.metadata.create_all(engine, tables=[WebSession.__table__, WebCode.__table__])
    house = House(clock)
    store = SessionStore(sessions_for(engine), keyring, clock=clock, config=config)
    channel = WebChat(config, store=store)
    house.listener = channel.wakes.notify
    with serving(app_of(channel, house)) as url:
        yield Site(url, house, channel, clock, database)
        channel.close()
    engine.dispose()


@pytest.fixture
def browser(site: Site) -> Iterator[httpx.Client]:
    with site.browser() as made:
        yield made


def send(browser: httpx.Client, words: str, **more: str) -> httpx.Response:
    return browser.post("/chat/messages", json={"id": str(uuid.uuid4()), "text": words, **more})


def events(browser: httpx.Client, *, last: int = 0, count: int) -> list[dict[str, Any]]:
    """The next events of the stream that are neither heartbeats nor about typing."""
    found: list[dict[str, Any]] = []
    headers = {"Last-Event-ID": str(last)} if last else {}
    with browser.stream("GET", "/chat/stream?after=0", headers=headers) as answer:
        event: dict[str, Any] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
                continue
            if event.get("event") in {"line", "over", "idle"}:
                found.append(event)
            event = {}
            if len(found) >= count:
                return found
    return found


def words(event: dict[str, Any]) -> str:
    return json.loads(event["data"])["html"]


def test_looking_at_the_page_makes_no_session_and_no_cookie(
    site: Site, browser: httpx.Client
) -> None:
    assert browser.get("/").status_code == 200
    assert not browser.cookies
    with create_engine(site.database).connect() as db:
        assert db.execute(text("select count(*) from web_sessions")).scalar() == 0


def test_first_message_begins_a_session_whose_secret_is_stored_nowhere(
    site: Site, browser: httpx.Client
) -> None:
    assert send(browser, "hello").status_code == 200
    token, address = browser.cookies["chat"], site.house.received[0].address
    assert len(token) >= 22
    with create_engine(site.database).connect() as db:
        [row] = db.execute(text("select * from web_sessions")).mappings()
    assert token.encode() not in repr(dict(row)).encode()
    assert address not in repr(dict(row))


def test_cookie_is_hidden_from_scripts_and_from_other_sites(browser: httpx.Client) -> None:
    cookie = send(browser, "hello").headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1800"):
        assert part in cookie


def test_same_id_twice_is_one_message(site: Site, browser: httpx.Client) -> None:
    first, again = [send(browser, "hello", id="0" * 32).json() for _ in range(2)]
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["seq"] == again["seq"]
    assert site.house.texts() == ["hello"]


def test_same_id_in_two_chats_is_two_messages(site: Site) -> None:
    for _ in range(2):
        with site.browser() as other:
            assert not send(other, "hello", id="0" * 32).json()["duplicate"]
    assert len(site.house.received) == 2


def test_press_of_a_button_names_the_row_and_the_place(site: Site, browser: httpx.Client) -> None:
    site.house.answers = lambda m: [] if m.choice else [say("Which?", "sleep", "feeding")]
    send(browser, "hello")
    [line] = [x for x in site.house.lines(site.house.received[0].address, 0) if x.choices]
    answer = browser.post(
        "/chat/messages", json={"id": str(uuid.uuid4()), "choice": f"{line.ref}:1"}
    )
    assert answer.status_code == 200
    got = site.house.received[-1]
    assert (got.kind, got.choice) == (Kind.CHOICE, (line.ref, 1))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "0" * 32, "text": "  \n "}, 422),
        ({"id": "0" * 32}, 422),
        ({"text": "hello"}, 422),
        ({"id": "short", "text": "hello"}, 422),
        ({"id": "0" * 32, "text": "x" * 4001}, 422),
        ({"id": "0" * 32, "text": ["x"]}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_taken_gets_a_reason(
    site: Site, browser: httpx.Client, body: Any, status: int
) -> None:
    answer = browser.post("/chat/messages", json=body)
    assert answer.status_code == status
    assert answer.text.strip()
    assert site.house.received == []


def test_body_over_64_kb_is_refused(site: Site, browser: httpx.Client) -> None:
    assert send(browser, "x" * 70_000).status_code == 413
    assert site.house.received == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
    ],
)
def test_other_sites_cannot_post(
    site: Site, browser: httpx.Client, headers: dict[str, str]
) -> None:
    for path in ("/chat/messages", "/chat/code", "/chat/device", "/chat/exit", "/continue"):
        answer = browser.post(path, data={"id": "0" * 32, "text": "x"}, headers=headers)
        assert answer.status_code == 403, path
    assert site.house.received == []


def test_plain_form_leads_back_to_a_page_with_the_answer(
    site: Site, browser: httpx.Client
) -> None:
    site.house.answers = lambda m: [say("It is **not** <b>you</b>")]
    answer = browser.post("/chat/messages", data={"id": "0" * 32, "text": "is it me"})
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "is it me" in page
    assert "It is **not** &lt;b&gt;you&lt;/b&gt;" in page


def test_refused_form_gives_the_words_back(site: Site, browser: httpx.Client) -> None:
    long = "so tired " * 500
    answer = browser.post("/chat/messages", data={"id": "0" * 32, "text": long})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert long[:-1] in answer.text


def test_outage_says_so_kindly_and_keeps_the_words(site: Site, browser: httpx.Client) -> None:
    site.house.fails_with = OperationalError("insert", {}, Exception("gone"))
    answer = send(browser, "hello")
    assert (answer.status_code, "again" in answer.json()["error"]) == (503, True)
    form = browser.post("/chat/messages", data={"id": "0" * 32, "text": "my words"})
    assert (form.status_code, "my words" in form.text) == (503, True)


def test_writing_too_fast_gets_a_kind_429(site: Site, browser: httpx.Client) -> None:
    answers = [send(browser, f"message {n}") for n in range(CONFIG.burst + 1)]
    assert [a.status_code for a in answers] == [200] * CONFIG.burst + [429]
    assert "Wait a few seconds" in answers[-1].json()["error"]
    assert int(answers[-1].headers["retry-after"]) >= 1
    site.clock.advance(seconds=3)
    assert send(browser, "again").status_code == 200


def test_stream_brings_lines_and_resumes_after_the_last_one(
    site: Site, browser: httpx.Client
) -> None:
    site.house.answers = lambda m: [say("one"), say("two")]
    send(browser, "hello")
    got = events(browser, count=3)
    assert [e["id"] for e in got] == ["1", "2", "3"]
    [last] = events(browser, last=2, count=1)
    assert (last["id"], "two" in words(last)) == ("3", True)


def test_stream_brings_a_line_that_is_written_while_it_is_open(
    site: Site, browser: httpx.Client
) -> None:
    send(browser, "hello")
    address = site.house.received[0].address
    with browser.stream("GET", "/chat/stream?after=1") as answer:
        until(lambda: site.channel.wakes.count() == 1)
        site.house.speak(address, "here I am", urgent=True)
        line = next(x for x in answer.iter_lines() if x.startswith("data: {"))
    assert "here I am" in line
    assert json.loads(line[6:])["urgent"] is True


def test_stream_without_a_session_tells_the_browser_to_stop(browser: httpx.Client) -> None:
    assert browser.get("/chat/stream").status_code == 204


def test_closing_ends_all_streams(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    with browser.stream("GET", "/chat/stream?after=1") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        site.channel.close()
        assert any(line.startswith("retry:") for line in lines)


def test_at_most_four_streams_for_a_session(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    with ExitStack() as stack:
        streams = [stack.enter_context(browser.stream("GET", "/chat/stream")) for _ in range(4)]
        kept = [stream.iter_lines() for stream in streams]
        assert [next(lines) for lines in kept] == ["retry: 3000"] * 4
        with browser.stream("GET", "/chat/stream") as fifth:
            assert fifth.status_code == 429
    until(lambda: _first_line(browser).startswith("retry:"))


def _first_line(browser: httpx.Client) -> str:
    with browser.stream("GET", "/chat/stream") as answer:
        return next(answer.iter_lines(), "")


def test_reload_restores_until_thirty_idle_minutes_have_passed(
    site: Site, browser: httpx.Client
) -> None:
    send(browser, "my secret")
    site.clock.advance(minutes=29)
    assert "my secret" in browser.get("/").text
    site.clock.advance(minutes=29)
    assert "my secret" in browser.get("/").text
    site.clock.advance(minutes=30)
    page = browser.get("/").text
    assert "my secret" not in page
    assert "no longer shown" in page
    assert browser.get("/chat/stream").status_code == 204


def test_an_open_stream_does_not_keep_a_session_alive(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    site.clock.advance(minutes=28, seconds=30)
    [idle] = events(browser, last=1, count=1)
    assert (idle["event"], idle["data"]) == ("idle", "90")
    site.clock.advance(minutes=2)
    assert browser.get("/chat/stream").status_code == 204


def test_keeping_the_chat_keeps_it(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    site.clock.advance(minutes=29)
    assert browser.post("/chat/keep", json={}).status_code == 200
    site.clock.advance(minutes=29)
    assert "hello" in browser.get("/").text


def test_code_opens_the_chat_elsewhere_once(site: Site, browser: httpx.Client) -> None:
    send(browser, "my secret")
    code = browser.post("/chat/code", json={}).json()["code"]
    for expected in (303, 422):
        with site.browser() as other:
            answer = other.post("/continue", data={"code": code.lower().replace("-", " ")})
            assert answer.status_code == expected
            assert ("my secret" in other.get("/").text) is (expected == 303)


def test_new_code_voids_the_one_before(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    old, new = [browser.post("/chat/code", json={}).json()["code"] for _ in range(2)]
    with site.browser() as other:
        assert other.post("/continue", data={"code": old}).status_code == 422
        assert other.post("/continue", data={"code": new}).status_code == 303


def test_code_ends_after_two_weeks(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    code = browser.post("/chat/code", json={}).json()["code"]
    site.clock.advance(days=14, seconds=1)
    with site.browser() as other:
        assert other.post("/continue", data={"code": code}).status_code == 422
    assert site.channel.store.purge() == 2


def test_code_works_after_the_session_has_ended(site: Site, browser: httpx.Client) -> None:
    send(browser, "my secret")
    page = browser.post("/chat/code", data={}).text
    code = page.split('class="chat-code">')[1].split("<")[0]
    site.clock.advance(hours=5)
    assert "my secret" not in browser.get("/").text
    browser.post("/continue", data={"code": code})
    assert "my secret" in browser.get("/").text


def test_guessing_codes_is_slowed_down(browser: httpx.Client) -> None:
    statuses = {
        browser.post("/continue", data={"code": f"{n:012}"}).status_code for n in range(25)
    }
    assert statuses == {422, 429}


def test_shared_device_gets_a_cookie_that_goes_with_the_browser(
    site: Site, browser: httpx.Client
) -> None:
    answer = browser.post("/chat/device", data={"shared": "yes"})
    assert "Max-Age" not in answer.headers["set-cookie"]
    assert "Max-Age" not in send(browser, "hello").headers["set-cookie"]
    assert "Shared device" in browser.get("/").text
    site.clock.advance(minutes=10)
    assert "hello" not in browser.get("/").text


def test_exit_ends_the_session_here_and_leads_away(site: Site, browser: httpx.Client) -> None:
    send(browser, "my secret")
    token = browser.cookies["chat"]
    answer = browser.post("/chat/exit", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, CONFIG.exit_url)
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "my secret" not in browser.get("/").text
    assert "my secret" not in browser.get("/", headers={"Cookie": f"chat={token}"}).text


def test_each_answer_is_private(site: Site, browser: httpx.Client) -> None:
    send(browser, "hello")
    for path in ("/", "/embed", "/continue"):
        headers = browser.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert ("frame-ancestors 'none'" in policy) is (path != "/embed")


@pytest.mark.parametrize(
    "config", [replace(CONFIG, public_base_url="https://chat.example.test", demo=False)]
)
def test_over_https_the_cookie_is_bound_to_the_host_and_the_widget_has_its_own(
    site: Site, browser: httpx.Client
) -> None:
    page = send(browser, "hello").headers["set-cookie"]
    assert page.startswith("__Host-chat=")
    assert "Secure" in page
    framed = browser.post(
        "/chat/messages?embed=1", json={"id": str(uuid.uuid4()), "text": "hi"}
    ).headers["set-cookie"]
    assert framed.startswith("__Host-chat-frame=")
    assert "SameSite=None; Partitioned" in framed
    assert "demonstration" not in browser.get("/").text


def test_only_own_files_are_served(browser: httpx.Client) -> None:
    assert browser.get("/widget.js").headers["content-type"].startswith("text/javascript")
    assert browser.get("/static/chat/chat.css").status_code == 200
    for path in ("/static/chat/../channel.py", "/static/chat/%2e%2e/channel.py", "/assets/x.css"):
        assert browser.get(path).status_code == 404


def test_what_a_parent_writes_is_never_markup_or_a_link(site: Site, browser: httpx.Client) -> None:
    send(browser, "<script>alert(1)</script> https://evil.test 07700900123")
    page = browser.get("/").text
    assert "<script>alert" not in page
    assert 'href="https://evil.test' not in page
    assert 'href="tel:07700900123' not in page


def test_ending_all_sessions_of_an_address_closes_the_page(
    site: Site, browser: httpx.Client, keyring: Keyring
) -> None:
    send(browser, "my secret")
    browser.post("/chat/code", json={})
    owner = address_index(keyring, "web_chat", site.house.received[0].address)
    with sessions_for(engine_for(site.database)).begin() as db:
        web_sessions.forget(db, owner)
    assert "my secret" not in browser.get("/").text
    assert site.channel.store.purge() == 0
