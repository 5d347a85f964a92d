"""Pages by text: from a parent's words to a phone of staff, and the carrier's receipts back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from alerts.cover import AlwaysCovered
from alerts.model import DEFAULT_LADDER
from alerts.routes import SmsRoute
from alerts.service import MOST_ATTEMPTS, Paging, send_due
from alerts.tables import AlertPage
from app import receipts
from app.alerting import StaffTexts
from channels.base import ChannelServices
from common.clock import Clock, SetClock
from common.db import Sessions
from conversations.inbox import Inbox
from conversations.ledger import Ledger
from conversations.model import InboundMessage, Receipt
from conversations.receipts import DeliveryReceipt
from conversations.tables import Conversation, Inbound, Outbound
from tests.contract.harness import SmsDriver, sms_driver
from tests.fakes.house import House
from tests.fakes.ledger import ledger as make_ledger
from tests.fakes.serving import until

ON_CALL = "+447700900111"
WORDS = "i am going to kill myself tonight"


class Receiving(House):
    """A house that brings receipts to the real rows."""

    def __init__(self, clock: Clock, sessions: Sessions) -> None:
        super().__init__(clock)
        self._now, self._sessions = clock.now, sessions

    def services(self) -> ChannelServices:
        def apply(receipt: DeliveryReceipt) -> None:
            receipts.apply(self._sessions, receipt, now=self._now())
            self.receipts.append(receipt)

        return replace(super().services(), apply_receipt=apply)


@pytest.fixture
def ledger(sessions, keyring, clock) -> Ledger:
    return make_ledger(sessions, keyring, clock)


@pytest.fixture
def house(clock: SetClock, sessions: Sessions) -> Receiving:
    return Receiving(clock, sessions)


@pytest.fixture
def sms(house: Receiving) -> Iterator[SmsDriver]:
    with sms_driver(house, timeout_s=30) as made:
        yield made


def paging(sms: SmsDriver) -> Paging:
    route = SmsRoute(StaffTexts(sms.channel), {"on_call": ON_CALL})
    link = "https://console.example/risk"
    return Paging(AlwaysCovered(), DEFAULT_LADDER, (route,), lambda flag_id: f"{link}#{flag_id}")


def cries(ledger: Ledger) -> Receipt:
    return Inbox(ledger).receive(InboundMessage("sms", "+447700900002", "SM1", text=WORDS))


def pages(ledger: Ledger) -> list[AlertPage]:
    with ledger.sessions() as db:
        return list(db.scalars(select(AlertPage).order_by(AlertPage.number)))


def test_a_now_flag_is_texted_to_the_person_on_call_without_her_words(
    ledger: Ledger, sms: SmsDriver, house: Receiving
) -> None:
    cries(ledger)
    with ledger.sessions() as db:
        before = [len(db.scalars(select(t.id)).all()) for t in (Conversation, Inbound, Outbound)]
    assert send_due(ledger.sessions, paging(sms), ledger.clock) == 1
    (text,) = sms.taken()
    assert text.startswith("First1001: a message needs reading now: https://console.example/risk#")
    assert len(text) <= 160, "one part"
    assert "kill" not in text
    (sent,) = sms.double.seen.of("send.accepted")
    assert sent["to"] == ON_CALL
    until(lambda: len(house.receipts) == 2)
    (page,) = pages(ledger)
    assert (page.route, page.delivered_at) == ("sms", ledger.clock.now())
    with ledger.sessions() as db:
        after = [len(db.scalars(select(t.id)).all()) for t in (Conversation, Inbound, Outbound)]
    assert after == before, "a text to staff is no conversation"


def test_only_people_with_a_number_are_texted(
    ledger: Ledger, sms: SmsDriver, clock: SetClock
) -> None:
    cries(ledger)
    clock.advance(minutes=21)
    send_due(ledger.sessions, paging(sms), clock)
    assert {page.recipient for page in pages(ledger)} == {"on_call"}


def test_a_text_that_the_carrier_could_not_deliver_is_sent_again(
    ledger: Ledger, sms: SmsDriver, house: Receiving, clock: SetClock
) -> None:
    cries(ledger)
    sms.double.script.add({"op": "receipt", "fault": "undelivered", "code": 30003})
    send_due(ledger.sessions, paging(sms), clock)
    until(lambda: len(house.receipts) == 2)
    (page,) = pages(ledger)
    assert (page.sent_at, page.failure) == (None, "undelivered")
    clock.advance(seconds=21)
    assert send_due(ledger.sessions, paging(sms), clock) == 1
    until(lambda: len(house.receipts) == 4)
    (page,) = pages(ledger)
    assert (page.attempts, page.failure) == (2, None)
    assert page.delivered_at is not None
    clock.advance(seconds=60)
    assert send_due(ledger.sessions, paging(sms), clock) == 0


def test_a_late_failure_changes_nothing_once_it_has_arrived(
    ledger: Ledger, sms: SmsDriver, house: Receiving, clock: SetClock
) -> None:
    cries(ledger)
    send_due(ledger.sessions, paging(sms), clock)
    until(lambda: len(house.receipts) == 2)
    failed = replace(house.receipts[0], state="permanent_failure")
    assert receipts.apply(ledger.sessions, failed, now=clock.now())
    (page,) = pages(ledger)
    assert page.sent_at is not None


def test_a_carrier_that_never_delivers_is_not_asked_for_ever(
    ledger: Ledger, sms: SmsDriver, house: Receiving, clock: SetClock
) -> None:
    cries(ledger)
    for _ in range(MOST_ATTEMPTS + 2):
        sms.double.script.add({"op": "receipt", "fault": "undelivered", "code": 30003})
        before = len(house.receipts)
        if send_due(ledger.sessions, paging(sms), clock):
            until(lambda seen=before: len(house.receipts) == seen + 2)
        clock.advance(seconds=21)
    (page,) = pages(ledger)
    assert (page.attempts, page.failure) == (MOST_ATTEMPTS, "undelivered")


def test_a_receipt_of_a_parents_message_still_finds_it(ledger: Ledger, clock: SetClock) -> None:
    cries(ledger)
    with ledger.sessions() as db:
        said = db.scalars(select(Outbound)).first()
    receipt = DeliveryReceipt("sms", "delivered", outbound_id=said.id)
    assert receipts.apply(ledger.sessions, receipt, now=clock.now())
    with ledger.sessions() as db:
        assert db.get_one(Outbound, said.id).state == "delivered"
    unknown = replace(receipt, outbound_id="0" * 32)
    assert not receipts.apply(ledger.sessions, unknown, now=clock.now())
