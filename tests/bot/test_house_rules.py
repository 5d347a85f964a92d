"""What must not occur anywhere in the bot: banned events, other channels, lists out of step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from bot import stand_ins
from bot.connector import BANNED

SOURCES = [
    path
    for pattern in ("*.py", "nlu/*.py", "actions/*.py", "data/**/*.yml", "domain/*.yml")
    for path in sorted((ROOT / "bot").glob(pattern))
]
# Installed under another name than they are imported by.
IMPORTED_AS = {
    "aio-pika": {"aio_pika", "aiormq"},
    "boto3": {"boto3", "botocore"},
    "google-auth": {"google.auth", "google.oauth2"},
    "psycopg2-binary": {"psycopg2"},
    "pymongo": {"pymongo", "bson"},
    "python-engineio": {"engineio"},
    "python-socketio": {"socketio"},
    "rocketchat-api": {"rocketchat_API"},
    "tensorflow": {"tensorflow", "keras", "tensorboard", "tensorflow_addons", "transformers"},
    "confluent-kafka": {"confluent_kafka", "kafka"},
}
# Parts of a package that is imported by its first name, or that Rasa never imports.
NEVER_IMPORTED = {
    "huggingface-hub",
    "jax",
    "tensorflow-cpu-aws",
    "tensorflow-intel",
    "tensorflow-io-gcs-filesystem",
    "tensorflow-macos",
}


@pytest.mark.parametrize(
    "word",
    [
        "ReminderScheduled",
        "ConversationPaused",
        "UserUtteranceReverted",
        "action_restart",
        "action_back",
        "action_revert_fallback_events",
    ],
)
def test_scheduling_pausing_and_taking_back_occur_nowhere(word: str) -> None:
    used = [path for path in SOURCES if word in path.read_text(encoding="utf-8")]
    assert [p.name for p in used] in ([], ["connector.py"])


def test_the_connector_bans_them_at_run_time_too() -> None:
    assert {event.__name__ for event in BANNED} == {
        "ConversationPaused",
        "ReminderScheduled",
        "Restarted",
        "UserUtteranceReverted",
    }


def test_the_one_channel_is_ours() -> None:
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text())
    assert list(credentials) == ["bot.connector.TurnInput"]


def test_serving_keeps_nothing() -> None:
    endpoints = yaml.safe_load((ROOT / "bot/endpoints.serve.yml").read_text())
    assert endpoints["tracker_store"]["type"] == "bot.watch.RequestTrackerStore"
    assert endpoints["nlg"]["type"] == "bot.nlg.KeysOnly"
    assert endpoints["action_endpoint"]["enable_selective_domain"] is True
    assert set(endpoints) == {"tracker_store", "nlg", "action_endpoint"}


def test_stand_ins_are_in_step_with_what_is_switched_off() -> None:
    lines = (ROOT / "bot/overrides.txt").read_text().splitlines()
    off = {line.split(" ;")[0] for line in lines if line.endswith('"never"')} - NEVER_IMPORTED
    expected = set().union(*(IMPORTED_AS.get(name, {name.replace("-", "_")}) for name in off))
    assert expected == set(stand_ins.ABSENT)


def test_locks_have_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "encoder.lock"):
        text = (ROOT / "bot" / name).read_text()
        assert "://" not in text
        packages = re.findall(r"^\S+==", text, re.M)
        assert (
            len(re.findall(r"==\S+(?: ;[^\\\n]+)? \\\n    --hash=sha256:", text))
            == len(packages)
            > 5
        )


def test_importing_a_module_does_nothing() -> None:
    for path in SOURCES:
        if path.suffix == ".py" and path.parent.name != "actions":
            assert not re.search(r"^(os\.environ|open\(|requests)", path.read_text(), re.M), path


@pytest.mark.parametrize("path", [p for p in SOURCES if p.suffix == ".py"], ids=lambda p: p.name)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
