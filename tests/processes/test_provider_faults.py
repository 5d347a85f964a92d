"""What a provider can do wrong, and that a parent gets her answer once all the same."""

import json
from typing import Any

import pytest

from conversations.states import Delivery
from conversations.tables import Outbound
from tests.processes.house import House, client, until
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents, Phone


def tell(double: str, *faults: dict[str, Any]) -> None:
    with client(double) as http:
        http.post("/_script", json=list(faults)).raise_for_status()


def accepted(double: str) -> list[dict[str, Any]]:
    with client(double) as http:
        entries = [json.loads(line) for line in http.get("/_log").text.splitlines()]
    return [e for e in entries if e["event"] == "send.accepted"]


def last_said(ledger: Ledger, phone: Phone) -> Outbound:
    """The reply to the newest message."""
    row = ledger.inbound()[-1]
    assert row.channel == phone.channel
    return ledger.outbound(Outbound.inbound_id == row.id)[-1]


def test_a_provider_that_is_busy_is_asked_again(house: House, parents: Parents, ledger: Ledger):
    phone = parents.telegram()
    phone.ask("hello")
    tell(house.telegram_double, {"op": "send", "fault": "429", "retry_after": 1})

    assert phone.ask("what can you do")

    said = last_said(ledger, phone)
    assert (said.attempts, said.resends, said.state) == (2, 0, Delivery.SENT)


def test_a_crisis_text_of_which_no_answer_came_is_sent_once_more_and_counted(
    house: House, parents: Parents, ledger: Ledger
):
    phone = parents.telegram()
    phone.ask("hello")
    tell(house.telegram_double, {"op": "send", "fault": "500_after_accepting"})
    before = len(accepted(house.telegram_double))

    phone.say("i want to end my life")
    until(lambda: len(accepted(house.telegram_double)) == before + 2, "the second send")
    ledger.await_quiet()

    said = last_said(ledger, phone)
    assert (said.attempts, said.resends) == (2, 1)
    assert len(accepted(house.telegram_double)) == before + 2


@pytest.mark.parametrize(
    ("code", "state"),
    [(21610, Delivery.PERMANENT_FAILURE), (20003, Delivery.TECHNICAL_FAILURE)],
    ids=["opted out", "our own fault"],
)
def test_what_cannot_be_mended_by_waiting_stops_at_once_and_is_a_task(
    house: House, parents: Parents, ledger: Ledger, code: int, state: Delivery
):
    phone = parents.sms()
    phone.ask("hello")
    tell(house.sms_double, {"op": "send", "fault": "refuse", "code": code})

    before = ledger.count()
    phone.say("hello")
    ledger.await_quiet(more_than=before)

    said = last_said(ledger, phone)
    assert (said.state, said.attempts) == (state, 1)
    assert [t for t in ledger.tasks("failed_delivery") if t.about_id == said.id]


def test_receipts_twice_and_in_disorder_only_move_a_message_upwards(
    house: House, parents: Parents, ledger: Ledger
):
    phone = parents.sms()
    phone.ask("hello")
    for fault in ("duplicate", "reorder", "late"):
        tell(house.sms_double, {"op": "receipt", "fault": fault, "delay_s": 0.5})
        phone.ask("hello")
        said = last_said(ledger, phone)
        until(lambda row=said.id: state_of(ledger, row) == Delivery.DELIVERED, fault)


def state_of(ledger: Ledger, row_id: str) -> str:
    return ledger.outbound(Outbound.id == row_id)[0].state
