"""What deployments say about alerts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import plan
from alerts.cover import AlwaysCovered, NeverCovered
from alerts.model import DEFAULT_LADDER, WAITS
from common import deployment as deployments
from common.errors import SettingsError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bradford(tmp_path):
    made = deployments.load(ROOT / "deployments", "bradford")
    return replace(made, folder=tmp_path)


def test_without_a_file_the_receiving_team_is_paged_in_its_hours(bradford):
    found = plan.load(bradford)
    assert found.ladder == DEFAULT_LADDER
    assert found.cover.covers(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    assert not found.cover.covers(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))


def test_hours_leave_out_public_holidays(bradford):
    cover = plan.load(bradford).cover
    christmas = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)
    assert not cover.covers(christmas)
    assert cover.next_cover(christmas) == datetime(2026, 12, 29, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "cls"), [("24h", AlwaysCovered), ("none", NeverCovered)])
def test_cover_is_read(bradford, kind, cls):
    (bradford.folder / "alerts.yml").write_text(f"cover: {kind}\n")
    assert isinstance(plan.load(bradford).cover, cls)


def test_a_ladder_is_read(bradford):
    (bradford.folder / "alerts.yml").write_text(
        "cover: 24h\nrepeat_minutes: 30\nmail: {lead: lead@example.org}\n"
        "ladder:\n  - {after_minutes: 0, to: lead}\n  - {after_minutes: 7, to: deputy}\n"
    )
    found = plan.load(bradford)
    assert found.ladder.people == ("lead", "deputy")
    assert found.mail == {"lead": "lead@example.org"}


@pytest.mark.parametrize(
    "text",
    [
        "cover: sometimes\n",
        "cover: hours\nteam: nobody\n",
        "cover: 24h\nladder: [{to: x}]\n",
        "- x\n",
    ],
)
def test_a_malformed_file_is_refused_by_name(bradford, text):
    (bradford.folder / "alerts.yml").write_text(text)
    with pytest.raises(SettingsError, match=r"alerts\.yml"):
        plan.load(bradford)


def test_how_long_somebody_may_wait_is_read_and_the_rest_stays_as_proposed(bradford):
    (bradford.folder / "alerts.yml").write_text(
        "cover: 24h\nunanswered: {to: manager, after_hours: {look_at: 2, held_message: 0.5}}\n"
    )
    found = plan.load(bradford).unanswered
    assert found.to == "manager"
    assert found.after == {
        **WAITS,
        "look_at": timedelta(hours=2),
        "held_message": timedelta(minutes=30),
    }


def test_without_a_word_the_first_on_the_ladder_is_told(bradford):
    assert plan.load(bradford).unanswered == plan.Unanswered("on_call", WAITS)


@pytest.mark.parametrize(
    "given", ["{after_hours: {naps: 2}}", "{after_hours: {look_at: 0}}", "{after_hours: 3}", "[x]"]
)
def test_a_malformed_wait_is_refused_by_name(bradford, given):
    (bradford.folder / "alerts.yml").write_text(f"cover: 24h\nunanswered: {given}\n")
    with pytest.raises(SettingsError, match=r"alerts\.yml: unanswered"):
        plan.load(bradford)


def test_hours_of_a_team_leave_out_night_and_holiday(bradford):
    cover = plan.load(bradford).cover
    eve = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
    assert cover.covered(eve, datetime(2026, 12, 29, 10, 0, tzinfo=UTC)) == timedelta(hours=2)
