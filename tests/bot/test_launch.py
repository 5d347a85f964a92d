"""What the launcher adds, what it refuses, and the card that stands beside a model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from bot import card, launch
from bot.card import BadModel


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository root with one model and its card."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIRST1001_MODEL", raising=False)
    monkeypatch.delenv("FIRST1001_MODEL_SHA256", raising=False)
    card.MODELS.mkdir(parents=True)
    launch.DEFAULT_MODEL.write_bytes(b"a model")
    card.write(launch.DEFAULT_MODEL, {"figures": {}})
    return tmp_path


def test_run_gets_the_checked_model_and_our_files(house: Path) -> None:
    assert house
    assert launch.arguments(["run", "--port", "5005"]) == [
        "run",
        "--endpoints=bot/endpoints.serve.yml",
        "--credentials=credentials.yml",
        "--interface=127.0.0.1",
        "--model=var/models/assistant.tar.gz",
        "--port",
        "5005",
    ]


def test_a_named_option_wins_over_ours() -> None:
    assert launch.arguments(["train", "--out=x"]) == ["train", "--data=bot/data", "--out=x"]


def test_test_core_gets_its_paths_behind_its_name() -> None:
    given = launch.arguments(["test", "core", "--e2e"])
    assert given[:2] == ["test", "core"]
    assert "--stories=tests/conversation" in given


def test_a_model_that_changed_is_refused(house: Path) -> None:
    (house / launch.DEFAULT_MODEL).write_bytes(b"another model")
    with pytest.raises(BadModel, match="not the file that was trained"):
        launch.arguments(["run"])


def test_the_hash_of_the_caller_wins_over_the_card(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house
    monkeypatch.setenv("FIRST1001_MODEL_SHA256", "0" * 64)
    with pytest.raises(BadModel):
        launch.arguments(["run"])


def test_a_model_elsewhere_is_refused(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = house / "model.tar.gz"
    elsewhere.write_bytes(b"a model")
    card.write(elsewhere, {})
    monkeypatch.setenv("FIRST1001_MODEL", str(elsewhere))
    with pytest.raises(BadModel, match="not in"):
        launch.arguments(["run"])


def test_a_missing_model_says_what_to_do(house: Path) -> None:
    (house / launch.DEFAULT_MODEL).unlink()
    with pytest.raises(BadModel, match="make model"):
        launch.arguments(["run"])


def test_a_missing_card_says_what_to_do(house: Path) -> None:
    card.card_path(house / launch.DEFAULT_MODEL).unlink()
    with pytest.raises(BadModel, match="make model"):
        launch.arguments(["run"])


@pytest.mark.parametrize("option", ["--enable-api", "--model=x", "-m"])
def test_options_that_would_load_any_model_are_refused(house: Path, option: str) -> None:
    assert house
    with pytest.raises(BadModel):
        launch.arguments(["run", option])


def test_a_card_tells_name_and_hash(house: Path) -> None:
    told = json.loads(card.card_path(house / launch.DEFAULT_MODEL).read_text())
    assert told["model"] == "assistant.tar.gz"
    assert told["sha256"] == card.sha256(house / launch.DEFAULT_MODEL)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "Say what to start"), (["run"], "FIRST1001_INTERNAL_SECRET is not set")],
)
def test_a_start_without_what_it_needs_is_one_sentence(arguments: list[str], said: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRST1001")}
    done = subprocess.run(
        [sys.executable, "-m", "bot.launch", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_telemetry_is_off_whatever_the_caller_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "true")
    launch.prepare()
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"
