"""Writes to a running demo through its simulators and waits for the answers."""

import time

import httpx

from common.errors import SettingsError
from common.settings import Settings

_WAIT_S = 20.0
_QUIET_S = 1.5


def sms(settings: Settings, text: str, *, number: str) -> list[str]:
    """Send a text message from a number; returns what came back within some seconds."""
    return _say(settings.sms_double_port, f"/_phones/{number}", text)


def telegram(settings: Settings, text: str, *, chat: int) -> list[str]:
    """Send a message from a chat; returns what came back within some seconds."""
    return _say(settings.telegram_double_port, f"/_chats/{chat}", text)


def _say(port: int, path: str, text: str) -> list[str]:
    base = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=base, timeout=10, trust_env=False) as http:
            before = _answers(http, path)
            http.post(path, json={"text": text}).raise_for_status()
            return _new_answers(http, path, len(before))
    except httpx.HTTPError as e:
        raise SettingsError(
            f"no simulator answers at {base}: start it with 'first1001 serve --demo'"
        ) from e


def _new_answers(http: httpx.Client, path: str, seen: int) -> list[str]:
    """Wait for the first answer, then until nothing new comes for a moment."""
    ends = time.monotonic() + _WAIT_S
    found: list[str] = []
    quiet_since = time.monotonic()
    while time.monotonic() < ends:
        now = _answers(http, path)[seen:]
        if len(now) > len(found):
            found, quiet_since = now, time.monotonic()
        if found and time.monotonic() - quiet_since > _QUIET_S:
            break
        time.sleep(0.2)
    return found


def _answers(http: httpx.Client, path: str) -> list[str]:
    answer = http.get(path)
    answer.raise_for_status()
    return [str(line["text"]) for line in answer.json()["messages"] if not line["mine"]]
