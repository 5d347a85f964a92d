"""The ladder is climbed by one process after another on the same database, at set times.

Each process is a new one: it reads the settings and the deployment anew and shares nothing with
the one before but the rows. Mail and webhook are real servers on this machine.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from sqlalchemy import select

from alerts.tables import AlertPage
from conversations import flags
from conversations.inbox import Inbox
from conversations.ledger import Ledger
from conversations.model import InboundMessage
from conversations.tables import Flag
from tests.fakes.ledger import ledger as make_ledger

ROOT = Path(__file__).resolve().parents[3]
WORDS = "i am going to kill myself tonight"
PLAN = """
cover: 24h
ladder:
  - {after_minutes: 0, to: on_call}
  - {after_minutes: 5, to: on_call}
  - {after_minutes: 10, to: second}
repeat_minutes: 15
mail: {on_call: duty@example.org, second: other@example.org}
"""
PROGRAM = """
import os, sys
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from alerts import clock as escalation
from app import alerting
from common import deployment, settings
from common.clock import SetClock
from common.db import session_factory

class Dying:
    name = "webhook"
    def reaches(self, person):
        return True
    def send(self, page):
        os._exit(137)

given = settings.load(os.environ, demo=True)
area = deployment.load(given.root / "deployments", given.deployment)
paging = alerting.paging(SimpleNamespace(settings=given, deployment=area))
if "dies" in sys.argv:
    paging = replace(paging, routes=(paging.routes[0], Dying()))
clock = SetClock(datetime.fromisoformat(sys.argv[1]))
print(escalation.tick(session_factory(given.database_url), paging, clock))
"""


@dataclass
class Caught:
    """What both servers were handed, in order: whom a page was for, and its words."""

    mail: list[str] = field(default_factory=list)
    webhook: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


class Anywhere(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def caught() -> Caught:
    return Caught()


@pytest.fixture
def mail_port(caught: Caught) -> Iterator[int]:
    class Catcher(Message):
        def handle_message(self, message: Any) -> None:
            caught.mail.append(message["To"])
            caught.words.append(message.as_string())

    server = Anywhere(Catcher(), hostname="127.0.0.1", port=0)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def webhook(caught: Caught) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            caught.webhook.append(json.loads(body)["to"])
            caught.words.append(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/page"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Processes:
    """Starts one process after another, each at a time of its own."""

    environ: dict[str, str]
    start: datetime

    def look(self, *, after: timedelta, dies: bool = False) -> subprocess.CompletedProcess[str]:
        now = (self.start + after).isoformat()
        command = [sys.executable, "-c", PROGRAM, now, *(["dies"] if dies else [])]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120
        )

    def sent(self, *, after: timedelta) -> int:
        done = self.look(after=after)
        assert done.returncode == 0, done.stderr
        return int(done.stdout.split()[-1])  # after what it logged


@pytest.fixture
def processes(
    tmp_path: Path, database_url: str, mail_port: int, webhook: str, ledger: Ledger
) -> Processes:
    area = tmp_path / "root" / "deployments" / "bradford"
    area.parent.mkdir(parents=True)
    area.mkdir()
    for file in (ROOT / "deployments" / "bradford").iterdir():
        (area / file.name).symlink_to(file)
    for shared in (ROOT / "deployments").iterdir():
        if shared.is_file():
            (area.parent / shared.name).symlink_to(shared)
    (area / "alerts.yml").write_text(PLAN)
    own = {k: v for k, v in os.environ.items() if not k.startswith("FIRST1001_")}
    given = {
        "ROOT": str(tmp_path / "root"),
        "VAR": str(tmp_path / "var"),
        "DEPLOYMENT": "bradford",
        "DATABASE_URL": database_url,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail_port),
        "SMTP_SENDER": "alerts@example.org",
        "SMTP_TLS": "no",
        "ALERT_WEBHOOK_URL": webhook,
    }
    named = {f"FIRST1001_{name}": value for name, value in given.items()}
    return Processes(own | named, ledger.clock.now())


@pytest.fixture
def ledger(sessions, keyring, clock) -> Ledger:
    return make_ledger(sessions, keyring, clock)


def cries(ledger: Ledger) -> None:
    Inbox(ledger).receive(InboundMessage("sms", "+447700900001", "SM1", text=WORDS))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_the_ladder_is_climbed_across_restarts_and_ends_when_somebody_acknowledges(
    processes: Processes, ledger: Ledger, caught: Caught
) -> None:
    cries(ledger)
    died = processes.look(after=minutes(0), dies=True)
    assert died.returncode == 137, died.stderr
    assert (caught.mail, caught.webhook) == (["duty@example.org"], [])
    assert processes.sent(after=minutes(0.6)) == 1, "only the page that did not leave"
    assert processes.sent(after=minutes(1)) == 0, "a restart pages nobody again"
    assert processes.sent(after=minutes(5)) == 2
    assert processes.sent(after=minutes(10)) == 2
    # The last rung, and everybody once more.
    assert processes.sent(after=minutes(25)) == 4
    expected = ["on_call", "on_call", "second", "on_call", "second"]
    assert caught.webhook == expected
    mail = {"on_call": "duty@example.org", "second": "other@example.org"}
    assert caught.mail == [mail[person] for person in expected]
    assert not any("kill" in words for words in caught.words)

    with ledger.sessions.begin() as db:
        flag = db.scalars(select(Flag)).one()
        flags.acknowledge(db, flag.id, staff_id="s", outcome="x", now=processes.start)
    assert processes.sent(after=minutes(60)) == 0
    with ledger.sessions() as db:
        pages = db.scalars(select(AlertPage)).all()
    assert len(pages) == 2 * len(expected)
    assert all(page.sent_at is not None for page in pages)


def test_a_house_that_was_down_for_an_hour_pages_everybody_once_when_it_is_back(
    processes: Processes, ledger: Ledger, caught: Caught
) -> None:
    cries(ledger)
    assert processes.sent(after=minutes(61)) == 4
    assert sorted(caught.webhook) == ["on_call", "second"]
    assert processes.sent(after=minutes(62)) == 0
