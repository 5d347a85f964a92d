"""The numbers for a monitor say what is in the database, on both databases, and name nobody."""

from datetime import timedelta

import pytest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Engine

from app import metrics
from common.clock import SetClock
from common.crypto import Keyring
from conversations.states import Delivery
from conversations.tables import Conversation, Inbound
from tests.fakes.console import House, house_on, verdict


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


def numbers(house: House) -> dict[tuple[str, ...], float]:
    """(name, *label values) -> value."""
    with house.sessions() as db:
        families: list[GaugeMetricFamily] = list(metrics.numbers(db, house.clock.now()))
    return {
        (family.name.removeprefix(metrics.PREFIX), *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_an_empty_database_has_a_number_for_everything_that_alerts(house: House) -> None:
    found = numbers(house)
    for name in ("unanswered", "oldest_unanswered_seconds", "unsent", "oldest_unsent_seconds",
                 "handover_wait_seconds", "referrals_overdue", "referrals_open"):  # fmt: skip
        assert found[name,] == 0, name
    assert found["flags_unacknowledged", "now"] == found["oldest_flag_seconds", "gentle"] == 0


def test_what_waits_grows_older_until_it_is_done(house: House) -> None:
    waiting = house.parent_writes("hello", outcome=None)
    with house.sessions.begin() as db:
        db.get_one(Conversation, waiting.conversation_id).turn_due_at = house.clock.now()
    house.later(seconds=90)
    found = numbers(house)
    assert (found["unanswered",], found["oldest_unanswered_seconds",]) == (1, 90)
    with house.sessions.begin() as db:
        row = db.get_one(Inbound, waiting.id)
        row.outcome, row.outcome_at = "answered", house.clock.now()
        db.get_one(Conversation, waiting.conversation_id).turn_due_at = None
    found = numbers(house)
    assert found["unanswered",] == 0
    assert found["turn_seconds", "0.95"] == 90
    assert found["outcomes_lately", "answered"] == 1


def test_flags_tasks_referrals_and_deliveries_are_counted(house: House) -> None:
    flagged = house.parent_writes("x", risk=verdict("now", "suicide", "x"))
    house.task(flagged.conversation_id, "person_wanted")
    house.referral(due_in=timedelta(minutes=5))
    house.we_say(flagged.conversation_id, "hello", state=Delivery.PERMANENT_FAILURE)
    house.later(minutes=10)
    found = numbers(house)
    assert found["flags_unacknowledged", "now"] == 1
    assert found["oldest_flag_seconds", "now"] == 600
    assert found["tasks_open", "person_wanted"] == 1
    assert found["handover_wait_seconds",] == 600
    assert found["referrals_open",] == found["referrals_overdue",] == 1
    assert found["deliveries_lately", "sms", "permanent_failure"] == 1
    assert found["received_lately", "sms"] == 1
    house.later(hours=2)
    assert ("received_lately", "sms") not in numbers(house)


def test_no_label_names_anybody(house: House) -> None:
    row = house.parent_writes("my name is Sadia", risk=verdict("now", "suicide", "Sadia"))
    house.task(row.conversation_id, "call_back")
    labels = {value for key in numbers(house) for value in key[1:]}
    assert labels <= {"sms", "answered", "now", "gentle", "call_back", "0.5", "0.95"}
