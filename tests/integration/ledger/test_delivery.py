import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select

from common.errors import AmbiguousFailure, PermanentFailure, TemporaryFailure
from conversations import people, receipts
from conversations.delivery import BACKOFF_S, Deliveries
from conversations.inbox import Inbox
from conversations.model import Accepted, InboundMessage, Reply
from conversations.outbox import Speech, say
from conversations.receipts import DeliveryReceipt
from conversations.states import Delivery, Lane, Origin, Route
from conversations.tables import Conversation, Outbound, Task
from tests.fakes.ledger import WINDOWED, ScriptedSender
from tests.fakes.ledger import ledger as make_ledger


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


@pytest.fixture
def conversation_id(ledger):
    receipt = Inbox(ledger).receive(InboundMessage("sms", "+447700900123", "SM1", text="hi"))
    with ledger.sessions.begin() as session:
        session.get(Conversation, receipt.conversation_id).introduced_at = ledger.clock.now()
    return receipt.conversation_id


def speak(ledger, conversation_id, *keys, lane=Lane.NORMAL):
    ids = []
    with ledger.sessions.begin() as session:
        conversation = people.lock(session, conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        for key in keys:
            speech = Speech(Origin.ASSISTANT, secrets.token_hex(8), lane=lane)
            ids += [
                r.id
                for r in say(session, ledger, conversation, [Reply(key)], box=box, speech=speech)
            ]
    return ids


def work(ledger, sender, *, owner="w"):
    deliveries = Deliveries(ledger, {sender.name: sender}, owner, lease_s=30)
    while deliveries.work_once():
        pass


def row(ledger, row_id):
    with ledger.sessions() as session:
        return session.get(Outbound, row_id)


def test_messages_are_sent_in_order_and_a_crisis_first(ledger, conversation_id):
    speak(ledger, conversation_id, "a", "b")
    speak(ledger, conversation_id, "crisis", lane=Lane.CRISIS)
    sender = ScriptedSender()
    work(ledger, sender)
    assert [m.text for m in sender.taken] == ["[crisis]", "[a]", "[b]"]
    assert {m.address for m in sender.taken} == {"+447700900123"}
    with ledger.sessions() as session:
        assert session.get(Conversation, conversation_id).send_due_at is None


def test_a_temporary_failure_is_tried_again_later(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(script=[TemporaryFailure("busy", code="30001"), None])
    work(ledger, sender)
    assert row(ledger, row_id).state == Delivery.TEMPORARY_FAILURE
    assert sender.taken == []
    clock.advance(seconds=10)
    work(ledger, sender)
    assert row(ledger, row_id).state == Delivery.SENT
    assert row(ledger, row_id).attempts == 2


def test_the_providers_retry_after_is_obeyed(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(script=[TemporaryFailure("slow down", retry_after_s=90)])
    work(ledger, sender)
    clock.advance(seconds=80)
    work(ledger, sender)
    assert row(ledger, row_id).attempts == 1
    clock.advance(seconds=11)
    work(ledger, sender)
    assert row(ledger, row_id).state == Delivery.SENT


def test_a_permanent_failure_stops_at_once_and_tells_staff(ledger, conversation_id):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(
        script=[PermanentFailure("stopped", code="21610", closes_route=Route.OPTED_OUT)]
    )
    work(ledger, sender)
    assert (row(ledger, row_id).state, row(ledger, row_id).code) == (
        Delivery.PERMANENT_FAILURE,
        "21610",
    )
    with ledger.sessions() as session:
        assert session.get(Conversation, conversation_id).route == Route.OPTED_OUT
        assert session.scalar(select(Task.kind)) == "failed_delivery"
    (later,) = speak(ledger, conversation_id, "b")
    assert row(ledger, later).state == Delivery.NOT_SENDABLE


def test_an_ambiguous_send_that_arrived_is_not_sent_again(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(script=[AmbiguousFailure("no answer")], known=Accepted("SMx"))
    work(ledger, sender)
    clock.advance(seconds=40)
    work(ledger, sender)
    assert sender.taken == []
    assert row(ledger, row_id).state == Delivery.SENT
    assert row(ledger, row_id).provider_message_id == "SMx"
    assert row(ledger, row_id).resends == 0


def test_an_ambiguous_send_that_is_not_found_is_sent_once_more_and_counted(
    ledger, conversation_id, clock
):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(script=[AmbiguousFailure("no answer"), AmbiguousFailure("again")])
    for _ in range(6):
        work(ledger, sender)
        clock.advance(seconds=400)
    assert row(ledger, row_id).resends == 1
    assert row(ledger, row_id).attempts == 2
    assert row(ledger, row_id).state == Delivery.TECHNICAL_FAILURE
    with ledger.sessions() as session:
        assert session.scalar(select(Task.kind)) == "failed_delivery"


def test_a_receipt_settles_an_ambiguous_send(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(script=[AmbiguousFailure("no answer")])
    work(ledger, sender)
    receipts.apply(
        ledger.sessions,
        DeliveryReceipt("sms", Delivery.SENT, outbound_id=row_id, provider_message_id="SMx"),
        now=clock.now(),
    )
    clock.advance(seconds=400)
    work(ledger, sender)
    assert sender.taken == []
    assert row(ledger, row_id).state == Delivery.SENT


def test_who_died_while_sending_is_followed_by_a_look_before_a_resend(
    ledger, conversation_id, clock
):
    (row_id,) = speak(ledger, conversation_id, "a")
    dying = Deliveries(ledger, {}, "dying", lease_s=30)
    with pytest.raises(KeyError):
        dying.work_once()
    assert row(ledger, row_id).state == Delivery.SENDING
    sender = ScriptedSender(known=Accepted("SMx"))
    clock.advance(seconds=31)
    work(ledger, sender, owner="next")
    clock.advance(seconds=31)
    work(ledger, sender, owner="next")
    assert row(ledger, row_id).state == Delivery.SENT
    assert sender.taken == []


def test_after_the_last_attempt_a_person_is_told(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "a")
    sender = ScriptedSender(script=[TemporaryFailure("no")] * 20)
    for _ in range(len(BACKOFF_S) + 3):
        work(ledger, sender)
        clock.advance(seconds=2000)
    assert row(ledger, row_id).state == Delivery.TECHNICAL_FAILURE
    with ledger.sessions() as session:
        assert session.scalar(select(Task.kind)) == "failed_delivery"


def test_a_closed_window_is_obeyed_and_staff_are_told(ledger, clock):
    inbox = Inbox(ledger)
    receipt = inbox.receive(InboundMessage("windowed", "7", "M1", text="hi"))
    with ledger.sessions.begin() as session:
        session.get(Conversation, receipt.conversation_id).introduced_at = clock.now()
    (inside,) = speak(ledger, receipt.conversation_id, "a")
    clock.advance(seconds=WINDOWED.reply_window_s + 1)
    (outside,) = speak(ledger, receipt.conversation_id, "b")
    assert row(ledger, inside).state == Delivery.CREATED
    assert (row(ledger, outside).state, row(ledger, outside).code) == (
        Delivery.NOT_SENDABLE,
        "window_closed",
    )


def test_speaking_twice_for_one_cause_speaks_once(ledger, conversation_id):
    for _ in range(2):
        with ledger.sessions.begin() as session:
            conversation = people.lock(session, conversation_id)
            box = people.box_for(session, ledger.keyring, conversation.person_id)
            say(
                session,
                ledger,
                conversation,
                [Reply("a")],
                box=box,
                speech=Speech(Origin.SYSTEM, "one-cause"),
            )
    with ledger.sessions() as session:
        assert len(session.scalars(select(Outbound)).all()) == 1


def test_a_late_receipt_does_not_undo_a_delivery(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "a")
    work(ledger, ScriptedSender())
    sid = row(ledger, row_id).provider_message_id
    for state in (Delivery.DELIVERED, Delivery.SENT, Delivery.DELIVERED):
        assert receipts.apply(
            ledger.sessions,
            DeliveryReceipt("sms", state, provider_message_id=sid),
            now=clock.now() + timedelta(seconds=5),
        )
    assert row(ledger, row_id).state == Delivery.DELIVERED
    assert row(ledger, row_id).delivered_at == clock.now() + timedelta(seconds=5)


def test_a_failed_crisis_text_opens_a_task(ledger, conversation_id, clock):
    (row_id,) = speak(ledger, conversation_id, "crisis.suicide", lane=Lane.CRISIS)
    work(ledger, ScriptedSender())
    receipts.apply(
        ledger.sessions,
        DeliveryReceipt("sms", Delivery.PERMANENT_FAILURE, outbound_id=row_id, code="30003"),
        now=clock.now(),
    )
    with ledger.sessions() as session:
        assert session.scalar(select(Task.about_id)) == row_id


def test_a_receipt_for_an_unknown_message_is_refused_quietly(ledger, clock):
    receipt = DeliveryReceipt("sms", Delivery.SENT, provider_message_id="SMnone")
    assert not receipts.apply(ledger.sessions, receipt, now=clock.now())
