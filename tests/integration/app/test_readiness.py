"""Live mode asks for two alert routes that reach somebody, each of which took a test page."""

import base64
import shutil
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from app import alerting, ready
from common import settings as all_settings
from common.errors import TemporaryFailure

ROOT = Path(__file__).resolve().parents[3]
KEY = base64.b64encode(bytes(32)).decode()
WEBHOOK = {"ALERT_WEBHOOK_URL": "http://127.0.0.1:9/page"}
TEXTS = {
    "TWILIO_SID": "AC1",
    "TWILIO_TOKEN": "token",
    "TWILIO_NUMBER": "+447700900001",
    "ALERT_SMS_TO": "on_call:+447700900111",
}
MAIL = {"SMTP_HOST": "127.0.0.1", "SMTP_SENDER": "alerts@example.org", "SMTP_TLS": "no"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The house's words, with a deployment that a test may change."""
    made = tmp_path / "root"
    made.mkdir()
    shutil.copytree(ROOT / "deployments", made / "deployments")
    for name in ("content", "migrations", "bot"):
        (made / name).symlink_to(ROOT / name)
    return made


def live(root: Path, database: Path, **given: str) -> all_settings.Settings:
    environ = {
        "MODE": "live",
        "ROOT": str(root),
        "VAR": str(root / "var"),
        "DATABASE_URL": f"sqlite:///{database}",
        "MASTER_KEYS": f"1:{KEY}",
        "INDEX_KEY": KEY,
        "INTERNAL_SECRET": "a secret of our own",
        "PUBLIC_BASE_URL": "https://chat.example.org",
        "CONSOLE_BASE_URL": "https://console.example.org",
        "DEPLOYMENT": "bradford",
        **given,
    }
    return all_settings.load({f"FIRST1001_{key}": value for key, value in environ.items()})


def alerts(root: Path, text: str) -> None:
    (root / "deployments" / "bradford" / "alerts.yml").write_text(text)


def about_routes(settings: all_settings.Settings) -> list[str]:
    return [one for one in ready.missing(settings) if "routes for alerts" in one]


REACHED = "cover: 24h\nmail: {on_call: nurse@example.org}\n"


@pytest.mark.parametrize(
    ("plan", "given", "so_far"),
    [
        (REACHED, {}, "none"),
        (REACHED, MAIL, "mail"),
        (REACHED, WEBHOOK, "webhook"),
        (REACHED, MAIL | WEBHOOK, None),
        (REACHED, MAIL | TEXTS, None),
        (REACHED, MAIL | TEXTS | {"ALERT_SMS_TO": "manager:+447700900112"}, "mail"),
        ("cover: 24h\nmail: {manager: m@example.org}\n", MAIL | WEBHOOK, "webhook"),
        ("cover: none\n", {}, None),
    ],
)
def test_live_mode_asks_for_two_routes_that_reach_the_first_on_the_ladder(
    root: Path, tmp_path: Path, plan: str, given: dict[str, str], so_far: str | None
) -> None:
    alerts(root, plan)
    found = about_routes(live(root, tmp_path / "none.db", **given))
    if so_far is None:
        assert found == []
    else:
        (sentence,) = found
        assert sentence.endswith(f"So far: {so_far}.")


def test_live_mode_asks_for_a_test_page_by_each_route(
    root: Path, tmp_path: Path, sqlite_template: Path
) -> None:
    class Anywhere(Controller):
        """Listens on whatever port is free."""

        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    alerts(root, REACHED)
    database = tmp_path / "live.db"
    shutil.copy(sqlite_template, database)
    server = Anywhere(Sink(), hostname="127.0.0.1", port=0)
    server.start()
    mail = MAIL | {"SMTP_PORT": str(server.port)}
    both = live(root, database, **mail, **WEBHOOK)
    asked = [f"Send a test page by {name} (first1001 alert-test)." for name in ("mail", "webhook")]
    assert [one for one in ready.missing(both) if one in asked] == asked
    with pytest.raises(TemporaryFailure, match="the webhook did not answer"):
        alerting.send_test(both, by="Omar Reed")
    server.stop()
    assert [one for one in ready.missing(both) if one in asked] == asked[1:]
