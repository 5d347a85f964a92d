import base64
import re
from pathlib import Path

import pytest

from common.errors import SettingsError
from common.settings import PREFIX, load

KEY = base64.b64encode(bytes(32)).decode()
LIVE = {
    "FIRST1001_MODE": "live",
    "FIRST1001_MASTER_KEYS": f"1:{KEY}",
    "FIRST1001_INDEX_KEY": KEY,
    "FIRST1001_INTERNAL_SECRET": "s" * 40,
    "FIRST1001_PUBLIC_BASE_URL": "https://chat.example.org",
    "FIRST1001_CONSOLE_BASE_URL": "https://console.example.org",
}


def demo(tmp_path, **values):
    return load({"FIRST1001_VAR": str(tmp_path), **{PREFIX + k: v for k, v in values.items()}})


def test_demo_needs_no_setting_and_keeps_its_keys(tmp_path):
    first, second = demo(tmp_path), demo(tmp_path)
    assert first.master_keys == second.master_keys
    assert not first.live
    assert first.simulators
    assert (tmp_path / "demo.keys").stat().st_mode & 0o077 == 0


def test_live_with_everything_is_accepted(tmp_path):
    settings = load({**LIVE, "FIRST1001_VAR": str(tmp_path)})
    assert settings.live
    assert settings.twilio is None
    assert not (tmp_path / "demo.keys").exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"FIRST1001_MASTER_KEYS": ""}, "FIRST1001_MASTER_KEYS"),
        ({"FIRST1001_INDEX_KEY": ""}, "FIRST1001_INDEX_KEY"),
        ({"FIRST1001_INTERNAL_SECRET": ""}, "FIRST1001_INTERNAL_SECRET"),
        ({"FIRST1001_PUBLIC_BASE_URL": "http://chat.example.org"}, "FIRST1001_PUBLIC_BASE_URL"),
        ({"FIRST1001_SIMULATORS": "yes"}, "FIRST1001_SIMULATORS"),
        ({"FIRST1001_CRASH_POINT": "turn.claimed"}, "FIRST1001_CRASH_POINT"),
        ({"FIRST1001_TWILIO_SID": "AC1"}, "FIRST1001_TWILIO_TOKEN"),
        ({"FIRST1001_TELEGRAM_TOKEN": "1:x"}, "FIRST1001_TELEGRAM_SECRET"),
        ({"FIRST1001_MASTER_KEYS": "1:abc"}, "FIRST1001_MASTER_KEYS"),
    ],
)
def test_live_refuses_what_is_unsafe_and_names_it(tmp_path, change, named):
    with pytest.raises(SettingsError, match=named):
        load({**LIVE, "FIRST1001_VAR": str(tmp_path), **change})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_PORT", "eighty"),
        ("PUBLIC_PORT", "70000"),
        ("MODE", "production"),
        ("LOG_LEVEL", "loud"),
        ("SIMULATORS", "perhaps"),
        ("PUBLIC_BASE_URL", "chat.example.org"),
        ("TURN_TIMEOUT_S", "1"),
        ("TYPO", "1"),
    ],
)
def test_a_malformed_or_unknown_setting_is_named(tmp_path, name, value):
    with pytest.raises(SettingsError, match=PREFIX):
        demo(tmp_path, **{name: value})


def test_secrets_are_not_shown(tmp_path):
    settings = demo(tmp_path, TWILIO_SID="AC1", TWILIO_TOKEN="hush", TWILIO_NUMBER="+447700900001")
    assert "hush" not in repr(settings)
    assert settings.internal_secret not in repr(settings)


def test_every_setting_is_documented(tmp_path):
    documented = set(
        re.findall(r"FIRST1001_[A-Z_]+", Path("docs/operations.md").read_text("utf-8"))
    )
    read = _names_read(tmp_path)
    assert read - documented == set()
    assert documented - read == set()


def _names_read(tmp_path: Path) -> set[str]:
    seen: set[str] = set()

    class Watching(dict):
        def get(self, key, default=None):
            if key.startswith(PREFIX):
                seen.add(key)
            return super().get(key, default)

    load(Watching({"FIRST1001_VAR": str(tmp_path)}))
    return seen


def test_numbers_of_people_on_call_are_read_and_not_shown(tmp_path):
    found = demo(tmp_path, ALERT_SMS_TO="on_call:+447700900111, manager:+447700900112")
    assert found.alert_sms_to == {"on_call": "+447700900111", "manager": "+447700900112"}
    assert "900111" not in repr(found)
    assert demo(tmp_path).alert_sms_to == {}


@pytest.mark.parametrize(
    "text", ["+447700900111", "on_call:07700900111", "on_call:", ":+447700900111"]
)
def test_a_number_without_a_person_or_a_country_is_refused(tmp_path, text):
    with pytest.raises(SettingsError, match="FIRST1001_ALERT_SMS_TO"):
        demo(tmp_path, ALERT_SMS_TO=text)


def test_texts_to_staff_need_the_sms_account():
    with pytest.raises(SettingsError, match="FIRST1001_TWILIO_SID"):
        load({**LIVE, "FIRST1001_ALERT_SMS_TO": "on_call:+447700900111"})
