"""The ladder is a pure function of times, cover and rungs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from alerts.cover import AlwaysCovered, NeverCovered
from alerts.ladder import pages_due
from alerts.model import DEFAULT_LADDER, Due, Ladder, PageText, Rung

RAISED = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


@dataclass(frozen=True)
class From:
    """Cover that begins at one moment and stays."""

    start: datetime

    def covers(self, now: datetime) -> bool:
        return now >= self.start

    def next_cover(self, now: datetime) -> datetime | None:
        return max(now, self.start)


def due(minutes: float, *, cover=None, acknowledged=None) -> tuple[Due, ...]:
    return pages_due(
        RAISED,
        acknowledged,
        now=RAISED + timedelta(minutes=minutes),
        cover=cover or AlwaysCovered(),
        ladder=DEFAULT_LADDER,
    )


def test_the_first_page_is_due_at_once():
    assert due(0) == (Due(0, "on_call"),)


def test_the_on_call_person_is_paged_again_after_five_minutes():
    assert due(5) == (Due(1, "on_call"),)


def test_the_second_person_joins_after_ten_minutes():
    assert due(10) == (Due(1, "on_call"), Due(2, "second"))


def test_the_manager_joins_after_twenty_minutes():
    assert Due(3, "manager") in due(20)


def test_after_the_last_rung_everybody_is_paged_again_and_again():
    assert due(35) == (Due(4, "on_call"), Due(5, "second"), Due(6, "manager"))
    assert due(50) == (Due(7, "on_call"), Due(8, "second"), Due(9, "manager"))


def test_nothing_is_due_once_acknowledged():
    assert due(60, acknowledged=RAISED + timedelta(minutes=2)) == ()


def test_nobody_is_paged_without_cover():
    assert due(60, cover=NeverCovered()) == ()


def test_outside_cover_the_ladder_begins_at_opening():
    opening = RAISED + timedelta(hours=11)
    assert due(60, cover=From(opening)) == ()
    assert due(11 * 60, cover=From(opening)) == (Due(0, "on_call"),)
    assert due(11 * 60 + 5, cover=From(opening)) == (Due(1, "on_call"),)


def test_after_a_long_outage_each_person_is_paged_once_not_for_every_rung():
    people = [page.to for page in due(24 * 60)]
    assert sorted(people) == sorted(set(people))


@pytest.mark.parametrize(
    "rungs", [(), (Rung(timedelta(minutes=5), "a"), Rung(timedelta(minutes=1), "b"))]
)
def test_a_ladder_out_of_order_is_refused(rungs):
    with pytest.raises(ValueError, match="in order"):
        Ladder(rungs, timedelta(minutes=15))


def test_a_page_says_nothing_of_what_she_wrote():
    page = PageText("on_call", 0, RAISED, "https://console.example/risk", answerable=True)
    assert "https://console.example/risk" in page.body
    assert "suicide" not in (page.subject + page.body).lower()


def test_a_page_says_when_no_reply_could_be_sent():
    page = PageText("on_call", 0, RAISED, "https://console.example/risk", answerable=False)
    assert "No reply could be sent" in page.body
