"""Writes to a running demo through its simulators and waits for the answers."""

import time
from typing import Any

import httpx

from common.errors import SettingsError
from common.settings import Settings

_WAIT_S = 20.0
_QUIET_S = 1.5


def sms(settings: Settings, text: str, *, number: str) -> list[str]:
    """Send a text message from a number; returns what came back within some seconds."""
    return _say(settings.sms_double_port, {"from": number, "text": text}, who=number)


def telegram(settings: Settings, text: str, *, chat: int) -> list[str]:
    """Send a message from a chat; returns what came back within some seconds."""
    return _say(settings.telegram_double_port, {"from": str(chat), "text": text}, who=str(chat))


def _say(port: int, message: dict[str, Any], *, who: str) -> list[str]:
    base = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=base, timeout=10, trust_env=False) as http:
            before = _answers(http, who)
            http.post("/_say", json=message).raise_for_status()
            return _new_answers(http, who, len(before))
    except httpx.HTTPError as e:
        raise SettingsError(
            f"no simulator answers at {base}: start it with 'first1001 serve --demo'"
        ) from e


def _new_answers(http: httpx.Client, who: str, seen: int) -> list[str]:
    """Wait for the first answer, then until nothing new comes for a moment."""
    ends = time.monotonic() + _WAIT_S
    found: list[str] = []
    quiet_since = time.monotonic()
    while time.monotonic() < ends:
        now = _answers(http, who)[seen:]
        if len(now) > len(found):
            found, quiet_since = now, time.monotonic()
        if found and time.monotonic() - quiet_since > _QUIET_S:
            break
        time.sleep(0.2)
    return found


def _answers(http: httpx.Client, who: str) -> list[str]:
    answer = http.get("/_phone", params={"who": who})
    answer.raise_for_status()
    return [str(line["text"]) for line in answer.json() if line["from"] == "us"]
