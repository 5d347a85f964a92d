"""Pages leave by mail and by webhook, to real servers on this machine."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from alerts.model import PageText
from alerts.routes import MailRoute, WebhookRoute
from common.errors import PermanentFailure, TemporaryFailure

PAGE = PageText(
    "on_call",
    0,
    datetime(2026, 3, 2, 22, 0, tzinfo=UTC),
    "https://console.example/risk",
    answerable=True,
)


class Catcher(Message):
    """Keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.caught = []

    def handle_message(self, message):
        self.caught.append(message)


class Anywhere(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server():
    catcher = Catcher()
    controller = Anywhere(catcher, hostname="127.0.0.1", port=0)
    controller.start()
    yield catcher, controller.port
    controller.stop()


@pytest.fixture
def web_server():
    class Handler(BaseHTTPRequestHandler):
        status, posted = 200, []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            type(self).posted.append(json.loads(body))
            self.send_response(type(self).status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Handler, f"http://127.0.0.1:{server.server_port}/page"
    server.shutdown()
    server.server_close()
    thread.join()


def mail(port, addresses=None):
    return MailRoute(
        "127.0.0.1",
        port,
        "alerts@example.org",
        addresses or {"on_call": "nurse@example.org"},
        tls=False,
    )


def test_a_page_arrives_by_mail(mail_server):
    catcher, port = mail_server
    mail(port).send(PAGE)
    assert catcher.caught[0]["To"] == "nurse@example.org"
    assert PAGE.link in catcher.caught[0].get_payload()


def test_mail_reaches_only_those_with_an_address():
    assert mail(25).reaches("on_call")
    assert not mail(25).reaches("manager")


def test_a_mail_server_that_is_away_is_tried_again(unused_port):
    with pytest.raises(TemporaryFailure):
        mail(unused_port).send(PAGE)


def test_a_page_arrives_by_webhook(web_server):
    handler, url = web_server
    with httpx.Client() as client:
        WebhookRoute(url, client).send(PAGE)
    assert handler.posted[-1]["link"] == PAGE.link
    assert handler.posted[-1]["to"] == "on_call"


@pytest.mark.parametrize(("status", "error"), [(503, TemporaryFailure), (404, PermanentFailure)])
def test_a_webhook_that_refuses_is_named_by_the_remedy(web_server, status, error):
    handler, url = web_server
    handler.status = status
    with httpx.Client() as client, pytest.raises(error):
        WebhookRoute(url, client).send(PAGE)


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
