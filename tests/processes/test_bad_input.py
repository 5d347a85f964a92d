"""What bad input gets: a clear refusal or a sensible reply; nothing lost, nothing twice."""

import json
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import text

from common.db import engine_for
from tests.processes.house import BOT_SECRET, House, client, run
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents, Twilio

HEBREW = "\u05d4\u05ea\u05d9\u05e0\u05d5\u05e7 \u05e9\u05dc\u05d9 \u05d1\u05d5\u05db\u05d4"
LONG = "my baby cries and cries and i am so tired of it all. " * 60


@pytest.fixture
def twilio(house: House) -> Twilio:
    return Twilio(house)


@pytest.mark.parametrize(
    "text",
    ["\U0001f62d\U0001f62d\U0001f476", HEBREW, "\u202ehello", "hel\x00lo", "?", LONG[:1500]],
    ids=["emoji", "right to left", "override", "NUL", "mark", "long"],
)
def test_odd_words_get_a_sensible_reply_on_sms(
    text: str, twilio: Twilio, ledger: Ledger, parents: Parents
):
    phone = parents.sms()
    before = ledger.count()

    assert twilio.deliver(twilio.form(phone.number, text)) == 200
    ledger.await_quiet(more_than=before)

    assert ledger.inbound()[-1].outcome == "answered"
    assert phone.heard()
    ledger.assert_whole(ledger.latest())


@pytest.mark.parametrize(
    "text", ["\U0001f62d\U0001f476", HEBREW, "hel\x00lo", LONG[:3000]], ids=str.__len__
)
def test_odd_words_get_a_sensible_reply_on_the_web_and_telegram(
    text: str, parents: Parents, ledger: Ledger
):
    for phone in (parents.browser(), parents.telegram()):
        assert phone.ask(text)
        assert ledger.inbound()[-1].outcome == "answered"


def test_an_empty_text_is_a_row_and_gets_a_word(twilio: Twilio, ledger: Ledger, parents: Parents):
    phone = parents.sms()
    before = ledger.count()

    assert twilio.deliver(twilio.form(phone.number, " ")) == 200
    ledger.await_quiet(more_than=before)

    row = ledger.inbound()[-1]
    assert (row.kind, row.outcome) == ("empty", "recorded_only")
    assert phone.heard()


def test_an_empty_message_is_refused_by_the_page_in_plain_words(parents: Parents, ledger: Ledger):
    browser = parents.browser()
    before = ledger.count()

    answer = browser.post(str(uuid.uuid4()), text="  ")

    assert answer.status_code == 422
    assert answer.json()["error"] == "Enter a message"
    assert ledger.count() == before


def test_a_text_longer_than_the_page_takes_is_refused_and_not_cut(
    parents: Parents, ledger: Ledger
):
    before = ledger.count()

    answer = parents.browser().post(str(uuid.uuid4()), text="x" * 4001)

    assert answer.status_code == 422
    assert "4000" in answer.json()["error"]
    assert ledger.count() == before


def test_a_second_delivery_changes_nothing(twilio: Twilio, ledger: Ledger, parents: Parents):
    phone = parents.sms()
    form = twilio.form(phone.number, "hello")
    before = ledger.count()

    assert [twilio.deliver(form) for _ in range(3)] == [200, 200, 200]
    ledger.await_quiet(more_than=before)

    assert ledger.count() == before + 1
    assert len(phone.heard()) == 2, "the introduction and one answer"


def test_the_same_web_message_sent_again_is_taken_once(parents: Parents, ledger: Ledger):
    browser, message_id = parents.browser(), str(uuid.uuid4())
    before = ledger.count()

    answers = [browser.post(message_id, text="hello").json() for _ in range(3)]
    ledger.await_quiet(more_than=before)

    assert [a["duplicate"] for a in answers] == [False, True, True]
    assert ledger.count() == before + 1


def test_the_doubles_duplicates_and_disorder_come_to_nothing(
    house: House, parents: Parents, ledger: Ledger
):
    sms, telegram = parents.sms(), parents.telegram()
    with client(house.sms_double) as http:
        http.post("/_script", json=[{"op": "inbound", "fault": "duplicate"}])
        http.post("/_script", json=[{"op": "receipt", "fault": "reorder", "times": 2}])
    with client(house.telegram_double) as http:
        http.post("/_script", json=[{"op": "update", "fault": "duplicate"}])

    for phone in (sms, telegram):
        before = ledger.count()
        phone.ask("hello")
        assert ledger.count() == before + 1
        ledger.assert_whole(ledger.latest())


def test_texts_of_one_parent_are_answered_in_the_order_in_which_they_came(
    twilio: Twilio, ledger: Ledger, parents: Parents
):
    phone = parents.sms()
    before = ledger.count()

    for _ in range(5):
        assert twilio.deliver(twilio.form(phone.number, "hello")) == 200
    ledger.await_quiet(more_than=before + 4)

    rows = ledger.inbound()[-5:]
    answers = [r for r in ledger.outbound() if r.inbound_id in {row.id for row in rows}]
    asked = [a.inbound_id for a in sorted(answers, key=lambda a: a.seq)]
    assert list(dict.fromkeys(asked)) == [row.id for row in rows]


def test_what_is_wrongly_signed_is_refused_and_not_written_down(
    house: House, twilio: Twilio, ledger: Ledger
):
    before = ledger.count()
    form = twilio.form("+447700900999", "hello")

    assert twilio.deliver(form, signature="forged") == 403
    assert httpx.post(twilio.url, data=form, trust_env=False).status_code == 403
    with client(house.public) as http:
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "forged"}
        assert http.post("/telegram", json={"update_id": 1}, headers=wrong).status_code == 403
        assert http.post("/telegram", json={"update_id": 1}).status_code == 403
    assert ledger.count() == before


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"update_id": "x"}', b"\xff\xfe", b"[" * 5000, b'"\\ud800"'],
    ids=str,
)
def test_a_malformed_update_is_refused_clearly(house: House, ledger: Ledger, body: bytes):
    before = ledger.count()

    with client(house.public) as http:
        secret = {"X-Telegram-Bot-Api-Secret-Token": BOT_SECRET}
        status = http.post("/telegram", content=body, headers=secret).status_code

    assert status in {400, 422}
    assert ledger.count() == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b'{"id": 1, "text": ["x"]}'),
        ("application/json", json.dumps({"id": "no", "text": "hello"}).encode()),
        ("application/x-www-form-urlencoded", b"\xff=\xff&text=\xff"),
        ("text/plain", b"hello"),
    ],
)
def test_a_malformed_web_message_is_refused_clearly(
    house: House, ledger: Ledger, kind: str, body: bytes
):
    before = ledger.count()

    with client(house.public) as http:
        answer = http.post("/chat/messages", content=body, headers={"content-type": kind})

    assert answer.status_code == 422
    assert ledger.count() == before


@pytest.mark.parametrize("path", ["/sms/inbound", "/sms/status", "/telegram", "/chat/messages"])
def test_more_than_64_kb_is_refused(house: House, ledger: Ledger, path: str):
    before = ledger.count()
    headers = {"X-Telegram-Bot-Api-Secret-Token": BOT_SECRET}

    with client(house.public) as http:
        declared = http.post(path, content=b"x" * 65_537, headers=headers)
        streamed = http.post(path, content=iter([b"x" * 40_000] * 2), headers=headers)

    assert {declared.status_code, streamed.status_code} == {413}
    assert ledger.count() == before


@pytest.mark.parametrize(
    "path",
    [
        *("/webhook", "/webhooks/turn/", "/webhooks/turn/ready", "/webhooks/rest/webhook"),
        *("/sign-in", "/inbox", "/risk", "/referrals", "/tasks", "/audit", "/staff", "/account"),
        *("/docs", "/openapi.json", "/metrics", "/model", "/_script", "/_log"),
    ],
)
def test_no_internal_path_is_served_to_the_public(house: House, path: str):
    with client(house.public) as http:
        assert http.get(path).status_code == 404
        assert http.post(path, json={}).status_code == 404


def test_the_internal_doors_open_only_with_the_secret(house: House):
    doors = {"ACTION": "/webhook", "ASSISTANT": "/webhooks/turn/"}
    for port, path in doors.items():
        with client(f"http://127.0.0.1:{house.ports[port]}") as http:
            assert http.post(path, json={}).status_code == 403
            wrong = {"X-Internal-Secret": "forged"}
            assert http.post(path, json={}, headers=wrong).status_code == 403


def nowhere(port: int) -> str:
    return f"postgresql://nobody@127.0.0.1:{port}/none"


# What is wrong, the command, its settings, and the words that must be in the one sentence.
WRONG: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "no number": ("serve", {"FIRST1001_LEASE_S": "soon"}, ("FIRST1001_LEASE_S", "number")),
    "a slip": ("serve", {"FIRST1001_LEASES": "3"}, ("FIRST1001_LEASES", "spelling")),
    "no such kind": (
        "serve",
        {"FIRST1001_DATABASE_URL": "mysql://x/y"},
        ("FIRST1001_DATABASE_URL",),
    ),
    "no model": ("serve", {"FIRST1001_MODEL": "/no/model.tar.gz"}, ("/no/model.tar.gz", "train")),
    "no area": ("serve", {"FIRST1001_DEPLOYMENT": "atlantis"}, ("atlantis",)),
    "database down": (
        "serve",
        {"FIRST1001_DATABASE_URL": nowhere(1)},
        ("database", "FIRST1001_DATABASE_URL"),
    ),
    "no tables to make": ("migrate", {"FIRST1001_DATABASE_URL": nowhere(1)}, ("database",)),
    "port in use": ("serve", {}, ("FIRST1001_PUBLIC_PORT",)),
    "port in use, web": ("web", {}, ("FIRST1001_PUBLIC_PORT",)),
}


@pytest.fixture(scope="module")
def ended(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, subprocess.CompletedProcess[str]]:
    """How each of these commands ended; they run beside each other to save time."""
    taken = {"FIRST1001_PUBLIC_PORT": str(house.ports["PUBLIC"])}

    def start(name: str) -> subprocess.CompletedProcess[str]:
        command, settings, _ = WRONG[name]
        with House(tmp_path_factory.mktemp("fresh") / "var") as fresh:
            return run(fresh, command, **(settings or taken))

    with ThreadPoolExecutor(3) as pool:
        return dict(zip(WRONG, pool.map(start, WRONG), strict=True))


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_at_the_start_is_said_in_one_sentence(
    ended: dict[str, subprocess.CompletedProcess[str]], name: str
):
    told = ended[name].stderr

    assert ended[name].returncode == 2, told[-2000:]
    assert told.startswith("first1001: ")
    assert len(told.strip().splitlines()) == 1
    for word in WRONG[name][2]:
        assert word in told


def test_a_database_of_a_newer_version_is_named_as_such(tmp_path):
    with House(tmp_path / "var") as fresh:
        engine = engine_for(fresh.database_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
        engine.dispose()

        ended = run(fresh, "migrate")

    assert ended.returncode == 2
    assert ended.stderr.startswith("first1001: the database was made by a newer version")
