"""Marked words go through every path; afterwards they stand in no log and in no database file."""

import re
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.postgres import Cluster, find_server
from tests.processes.house import BOT_SECRET, House, client
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents, Twilio
from tests.processes.referring import ANSWERS, Referring
from tests.processes.staff import Staff

NAME = "Zebulonia Quagmire"
POSTCODE = "BD4 7RD"
SENTENCE = "purple elephants waltz at midnight"
PHONE = "07700900777"
CHAT = 990_017_771_001
MARKS = (
    *("zebulonia", "quagmire", "purple elephants", "elephants waltz", "waltz at midnight"),
    *("bd4 7rd", "bd47rd", "bd4%207rd", "bd4+7rd"),
    *(PHONE, "07700 900777", PHONE[1:], "7700 900777", "7700%20900777", str(CHAT)),
)


@dataclass
class Marked:
    """Somebody whose every word can be recognised, on each channel."""

    house: House
    ledger: Ledger
    parents: Parents

    def go_everywhere(self) -> None:
        self._talk()
        self._refer()
        self._cry_for_help()
        self._be_failed()
        self._send_nonsense()
        self._be_read_by_staff()

    def _all(self):
        return (
            self.parents.browser(),
            self.parents.sms(f"+44{PHONE[1:]}"),
            self.parents.telegram(CHAT),
        )

    def _talk(self) -> None:
        for phone in self._all():
            phone.ask(f"i am {NAME} and {SENTENCE}, {PHONE}")
            phone.ask(f"help near {POSTCODE} please")

    def _refer(self) -> None:
        told = {
            "utter_ask_ref_name": NAME,
            "utter_ask_ref_postcode": POSTCODE,
            "utter_referral_ask_phone": PHONE,
            "utter_ask_ref_reason": SENTENCE,
        }
        for phone in self._all():
            Referring(phone, answers={**ANSWERS, **told}).refer()

    def _cry_for_help(self) -> None:
        for phone in self._all():
            phone.ask(f"i want to end my life, {SENTENCE}, {NAME}")

    def _be_failed(self) -> None:
        serving = psutil.Process(self.house.running("serve").pid)
        [rasa] = [p for p in serving.children() if "bot.launch" in p.cmdline()]
        rasa.send_signal(signal.SIGSTOP)
        try:
            self.parents.sms(f"+44{PHONE[1:]}").ask(f"{SENTENCE} at {POSTCODE}")
        finally:
            rasa.send_signal(signal.SIGCONT)
        assert self.ledger.inbound()[-1].outcome == "failed_with_fallback"

    def _send_nonsense(self) -> None:
        words = f"{NAME} {SENTENCE} {POSTCODE} {PHONE}"
        twilio = Twilio(self.house)
        form = twilio.form(f"+44{PHONE[1:]}", words)
        assert twilio.deliver(form, signature="forged") == 403
        assert twilio.deliver({**form, "MessageSid": words}) == 422
        assert twilio.deliver({**form, "From": f"whatsapp:+44{PHONE[1:]}"}) == 422
        secret = {"X-Telegram-Bot-Api-Secret-Token": BOT_SECRET}
        with client(self.house.public) as http:
            for body in ({"update_id": words}, {"message": {"text": words, "chat": {"id": CHAT}}}):
                http.post("/telegram", json=body, headers=secret)
            http.post("/telegram", content=f'{{"{words}'.encode(), headers=secret)
            http.post("/chat/messages", json={"id": words, "text": words})
            http.post("/chat/messages", content=f'{{"text": "{words}'.encode())
            http.post("/chat/messages", json={"id": str(uuid.uuid4()), "text": words * 100})
            http.post("/sms/inbound", content=(words * 2000).encode())
            http.get(f"/{words}", params={"q": words}, headers={"referer": f"http://x/{words}"})
            http.get("/chat/stream", params={"after": words}, headers={"cookie": f"chat={PHONE}"})
            http.post("/continue", data={"code": words})

    def _be_read_by_staff(self) -> None:
        conversation = self.ledger.inbound()[-1].conversation_id
        with Staff(self.house) as staff:
            page = staff.page(f"/conversations/{conversation}")
            assert SENTENCE in page
            token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
            note = {"csrf": token, "text": f"{NAME}: {SENTENCE}"}
            assert staff.http.post(f"/conversations/{conversation}/notes", data=note).is_redirect
            staff.http.get(f"/conversations/{NAME}", params={"q": SENTENCE})
        with client(self.house.console) as http:
            token = re.findall(r'name="csrf" value="([^"]+)"', http.get("/sign-in").text)[0]
            wrong = {"csrf": token, "email": f"{PHONE}@example.org", "password": SENTENCE}
            assert http.post("/sign-in", data=wrong).status_code == 422


def marks_in(data: bytes) -> list[str]:
    """Marks that stand there as text, or as text in hexadecimal."""
    low = data.lower()
    return [m for m in MARKS if m.encode() in low or m.encode().hex().encode() in low]


def assert_clean(files: dict[str, bytes]) -> None:
    assert any(files.values())
    assert {name: found for name, data in files.items() if (found := marks_in(data))} == {}


def logs_of(house: House) -> dict[str, bytes]:
    return {str(file): text.encode() for file, text in house.logs().items()}


@pytest.fixture(scope="module")
def marked(house: House, ledger: Ledger) -> House:
    """The shared house after a marked parent was everywhere in it."""
    with Parents(house, ledger) as parents:
        Marked(house, ledger, parents).go_everywhere()
    return house


def test_the_marks_would_be_found(marked: House):
    # The double stands outside: what it was sent holds the words, so the search can see them.
    with client(marked.sms_double) as http:
        assert set(marks_in(http.get("/_log").content)) >= {"quagmire", "bd4 7rd", "7700900777"}


def test_no_mark_is_in_any_log(marked: House):
    assert "message.received" in "".join(marked.logs().values())
    assert_clean(logs_of(marked))


def test_no_mark_is_in_any_file_that_the_house_wrote(marked: House):
    files = [f for f in marked.folder.rglob("*") if f.is_file() and not f.is_symlink()]
    names = {f.name for f in files}
    assert {"first1001.db", "first1001.db-wal"} <= names
    assert_clean({str(f): f.read_bytes() for f in files})


@pytest.fixture(scope="module")
def marked_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster
) -> Iterator[tuple[House, Path]]:
    """The same on PostgreSQL, and a dump of the whole database."""
    url = postgres.create("marked", template="template_first1001")
    folder = tmp_path_factory.mktemp("marked")
    with House(folder / "var", database_url=url) as house:
        house.start_doubles()
        house.start("serve")
        house.await_ready()
        with Ledger.of(house) as ledger, Parents(house, ledger) as parents:
            Marked(house, ledger, parents).go_everywhere()
        server = find_server()
        assert server is not None
        dump = folder / "dump.sql"
        with dump.open("wb") as file:
            subprocess.run([str(server / "pg_dump"), url], stdout=file, check=True, timeout=60)
        yield house, dump


@pytest.mark.slow
def test_no_mark_is_in_a_dump_or_a_log_on_postgresql(marked_on_postgres: tuple[House, Path]):
    house, dump = marked_on_postgres
    data = dump.read_bytes()
    assert b"COPY public.inbound" in data
    assert_clean({"dump": data, **logs_of(house)})


@pytest.mark.slow
def test_no_mark_is_in_the_files_of_the_cluster(
    marked_on_postgres: tuple[House, Path], postgres: Cluster
):
    files = {
        str(f): f.read_bytes()
        for f in (postgres._folder / "data").rglob("*")
        if f.is_file() and f.stat().st_size
    }
    assert_clean(files)
