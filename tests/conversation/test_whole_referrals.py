"""Plays tests/conversation/referrals.yml through the real assistant and actions."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.converse import Player
from common.settings import load

ROOT = Path(__file__).resolve().parents[2]
FILE = yaml.safe_load((Path(__file__).parent / "referrals.yml").read_text("utf-8"))

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    ours = {name: value for name, value in os.environ.items() if name.startswith("FIRST1001_")}
    with Player(load(ours, demo=True)) as made:
        yield made


def turn(said: Any) -> dict[str, Any]:
    if isinstance(said, Mapping):
        if "silence_days" in said:
            return {"event": "silence", "detail": {"days": said["silence_days"]}}
        return dict(said)
    return {"parent": str({True: "yes", False: "no"}.get(said, said))}


def inside(record: Mapping[str, Any], path: str) -> Any:
    found: Any = record
    for name in path.split("."):
        found = (found or {}).get(name)
    return found


@pytest.mark.parametrize("given", FILE["conversations"], ids=lambda c: c["id"])
def test_a_conversation_ends_in_what_it_says(player: Player, given: dict[str, Any]) -> None:
    number = str(FILE["conversations"].index(given))
    now = FILE["now"].isoformat()
    turns = [turn(said) for said in given["parent"]]
    played = player.play(
        {"id": f"r{number}", "channel": given["channel"], "now": now, "turns": turns}
    )

    replies = [reply["text"] for one in played["turns"] for reply in one["replies"]]
    silent = [one["parent"] for one in played["turns"] if "parent" in one and not one["replies"]]
    assert silent == []
    for words in given.get("says", []):
        assert any(words in reply for reply in replies), f"{words!r} in {replies}"
    for words in given.get("never", []):
        assert not any(words.lower() in reply.lower() for reply in replies), words
    found = {cls for flag in played["flags"] for cls in flag["classes"]}
    assert found >= set(given.get("flags", []))
    if given.get("nothing"):
        assert played["referrals"] == []
        return
    assert len(played["referrals"]) == 1, replies[-1]
    record = played["referrals"][0]
    assert {path: inside(record, path) for path in given["kept"]} == given["kept"]
