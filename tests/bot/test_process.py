"""The real processes: training and serving call nobody but us, and log no words."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SECRET, Client
from fakes import Actions

from bot import card

MARK = "Zebrafinch"
# Writes down every address that the process looks up or connects to, then runs a module.
# uvloop connects without telling Python, so it is hidden: asyncio's own loop takes its place.
WATCHED = """
import os, runpy, sys
record = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def watch(event, args):
    if event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
        os.write(record, f"{args[1][0]}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        os.write(record, f"{args[0]}\\n".encode())
sys.addaudithook(watch)
sys.modules["uvloop"] = None
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
OURS = {"127.0.0.1", "localhost", "None", "b'127.0.0.1'"}


def environment(**changed: str) -> dict[str, str]:
    """What a careless caller might set: telemetry on, debug logs."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("FIRST1001")}
    asked = {
        "RASA_TELEMETRY_ENABLED": "true",
        "LOG_LEVEL": "DEBUG",
        "FIRST1001_NLU_PROFILE": "fast",
    }
    return plain | asked | changed


def watched(record: Path, *command: str) -> list[str]:
    return [sys.executable, "-c", WATCHED, str(record), *command]


def strangers(record: Path) -> set[str]:
    return set(record.read_text().splitlines()) - OURS


@pytest.fixture(scope="module")
def trained() -> Iterator[tuple[Path, Path, str]]:
    """A model of the whole house in the fast profile, whom training called, what it printed."""
    name = f"test-{os.getpid()}"
    model = ROOT / card.MODELS / f"{name}.tar.gz"
    record = model.with_suffix(".calls")
    record.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        watched(record, "bot.train", name),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    yield model, record, done.stdout
    for path in (model, record, card.card_path(model)):
        path.unlink(missing_ok=True)


class Server:
    """The assistant as the app starts it, with debug logs asked for."""

    def __init__(self, model: Path, folder: Path, actions: Actions) -> None:
        self.record, self.log = folder / "calls", folder / "log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = ("bot.launch", "run", "--port", str(port), "--debug")
        given = {
            "FIRST1001_INTERNAL_SECRET": SECRET,
            "FIRST1001_ACTIONS_URL": actions.url,
            "FIRST1001_ACTION_TIMEOUT_S": "6",
            "FIRST1001_MODEL": str(model),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                watched(self.record, *command),
                cwd=ROOT,
                env=environment(**given),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.client = Client(port)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                if self.client.ready()[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)  # the socket is not open yet
        pytest.fail("the assistant did not become ready")

    def stop(self) -> str:
        self.process.terminate()
        self.process.wait(timeout=60)
        return self.log.read_text()


@pytest.fixture(scope="module")
def played(
    trained: tuple[Path, Path, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """A server that was told the mark in every way, then stopped: its answers, log and calls."""
    actions = Actions()
    server = Server(trained[0], tmp_path_factory.mktemp("server"), actions)
    client, answers = server.client, {}
    try:
        said = f"{MARK} wont stop crying, ring 07700 900123, CF10 1AA"
        for how in (None, "crash", "reject", "malformed", "hang"):
            actions.misbehave = how
            answers[how or "whole"] = client.turn(f"my baby {MARK} wont stop crying {said}")
        actions.misbehave = None
        answers["text alone"] = client.turn(f"hello {MARK}")
        answers["payload"] = client.turn(f'/choose_topic{{"topic": "{MARK}"}}', is_payload=True)
        answers["bad payload"] = client.turn(f"/no_{MARK}{{broken", is_payload=True)
        answers["slash"] = client.turn(f"/restart {MARK}")
        answers["bad seed"] = client.turn(said, seed={"format": MARK})
        answers["unknown slot"] = client.turn(said, seed={"format": 1, "slots": {MARK: MARK}})
        answers["no json"] = client.post(f"{{{MARK}")
        for text in ("", " ", "/", "///", "🦄", "؟؟ مرحبا", "x" * 10_000):
            answers[f"odd {text[:8]!r}"] = client.turn(text)
    finally:
        log = server.stop()
        actions.close()
    return {"answers": answers, "log": log, "record": server.record}


def test_a_watched_process_cannot_hide_a_call(tmp_path: Path) -> None:
    record = tmp_path / "calls"
    module = tmp_path / "caller.py"
    module.write_text(
        "import socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.connect(('192.0.2.1', 9))\n"
    )
    subprocess.run(
        watched(record, "caller"),
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(tmp_path)),
        check=True,
    )
    assert strangers(record) == {"192.0.2.1"}


def test_training_calls_nobody(trained: tuple[Path, Path, str]) -> None:
    assert strangers(trained[1]) == set()


def test_training_leaves_a_card_with_hash_data_and_figures(
    trained: tuple[Path, Path, str],
) -> None:
    model, _, printed = trained
    told = json.loads(card.card_path(model).read_text())
    assert told["sha256"] == card.sha256(model)
    assert told["sha256"] in printed
    assert len(told["training_data_sha256"]) == 64
    assert told["figures"]["profile"] == "fast"
    assert 0 < told["figures"]["threshold"] < 1


def test_serving_calls_nobody_but_the_actions(played: dict[str, Any]) -> None:
    calls = played["record"].read_text().splitlines()
    assert "127.0.0.1" in calls
    assert strangers(played["record"]) == set()


def test_every_way_of_asking_gets_its_answer(played: dict[str, Any]) -> None:
    statuses = {how: status for how, (status, _) in played["answers"].items()}
    expected = dict.fromkeys(statuses, 200)
    expected |= dict.fromkeys(("crash", "reject", "malformed", "hang"), 503)
    expected |= dict.fromkeys(("bad payload", "bad seed", "no json"), 422)
    assert statuses == expected


def test_a_text_of_nothing_gets_a_reply(played: dict[str, Any]) -> None:
    for how, (_, answer) in played["answers"].items():
        if how.startswith("odd"):
            assert answer["messages"], how


def test_no_words_of_a_parent_are_in_the_log(played: dict[str, Any]) -> None:
    log = played["log"].lower()
    for words in (MARK.lower(), "crying", "900123", "cf10", "token-1", SECRET):
        assert words not in log, words


def test_the_log_says_what_failed(played: dict[str, Any]) -> None:
    lines = [json.loads(line) for line in played["log"].splitlines() if line.startswith("{")]
    failed = [line for line in lines if line.get("event") == "turn.failed"]
    assert len(failed) == 4
    assert {line["kind"] for line in failed} == {"action"}
    assert all(line["message_id"] == "m1" for line in failed)
