"""The invented years are there after one command, whole, and only in a demonstration."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from common.clock import SystemClock
from common.db import engine_for, sessions_for
from conversations.tables import Conversation, Inbound, Outbound
from insight.counting import Span
from insight.model import Names
from insight.report import build
from insight.tables import Count
from tests.processes.house import House, run


def test_seven_years_are_written_once_with_the_totals_of_the_service(tmp_path: Path) -> None:
    with House(tmp_path / "var") as house:
        house.prepare()
        made = run(house, "demo-data", "--conversations", "60", "--seed", "7")
        assert made.returncode == 0, made.stderr
        assert "285 referrals" in made.stdout
        sessions = sessions_for(engine_for(house.database_url))
        today = SystemClock().now().date()
        with sessions() as db:
            whole = build(db, Span(today - timedelta(days=2600), today), Names(), publish=False)
            figures = {figure.title: figure.number for figure in whole.figures}
            assert figures["families referred"] == 713
            assert figures["consultations"] == 1102
            assert figures["places taken at training"] == 909
            assert figures["new people wrote"] == db.scalar(
                select(func.count()).select_from(Conversation)
            )
            received = select(func.sum(Count.number)).where(Count.measure == "received")
            assert db.scalar(received) == db.scalar(select(func.count()).select_from(Inbound))
            assert db.scalar(select(func.count()).select_from(Outbound)) > 1000
        again = run(house, "demo-data", "--conversations", "60", "--seed", "7")
        assert again.returncode == 2
        assert "there already" in again.stderr
        live = run(house, "demo-data", FIRST1001_MODE="live")
        assert live.returncode == 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_babies_are_ever_younger_when_their_families_come(seed: int) -> None:
    from app.demo import plan

    now = SystemClock().now()
    stages = [t.refers for t in plan.talks(seed, now=now, ordinary=0)]
    half = len(stages) // 2
    unborn = [sum(s == "pregnancy" for s in part) for part in (stages[:half], stages[half:])]
    assert unborn[0] < unborn[1]
