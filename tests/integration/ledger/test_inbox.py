import secrets
import threading

import pytest
from sqlalchemy import func, select

from conversations import flags, people, transcript
from conversations.inbox import Inbox, clean
from conversations.model import Choice, InboundMessage, Reply
from conversations.outbox import Speech, say
from conversations.states import Delivery, Kind, Origin, Outcome, Route
from conversations.tables import Conversation, Flag, Inbound, Outbound, Person, Task
from tests.fakes.ledger import ledger as make_ledger


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


@pytest.fixture
def inbox(ledger):
    return Inbox(ledger)


def sms(text, *, id="SM1", address="+447700900123", **more):
    return InboundMessage("sms", address, id, text=text, **more)


def keys_said(session, conversation_id):
    rows = session.scalars(
        select(Outbound).where(Outbound.conversation_id == conversation_id).order_by(Outbound.seq)
    )
    return [r.message_key for r in rows]


def test_a_message_is_stored_sealed_and_its_turn_is_due(inbox, ledger, clock):
    receipt = inbox.receive(sms("he wont sleep"))
    with ledger.sessions() as session:
        row = session.get(Inbound, receipt.inbound_id)
        conversation = session.get(Conversation, receipt.conversation_id)
        assert b"sleep" not in row.body_sealed
        assert row.outcome is None
        assert conversation.turn_due_at == clock.now()
        assert "07700900123" not in str(conversation.address_index)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        assert transcript.open_inbound(row, box)["text"] == "he wont sleep"
        assert people.address_of(conversation, box) == "+447700900123"


def test_second_delivery_of_the_same_message_is_ignored(inbox, ledger):
    first = inbox.receive(sms("hello"))
    second = inbox.receive(sms("hello"))
    assert second.duplicate
    assert second.inbound_id == first.inbound_id
    with ledger.sessions() as session:
        assert session.scalar(select(func.count(Inbound.id))) == 1
        assert session.scalar(select(func.count(Person.id))) == 1


def test_the_second_id_finds_a_duplicate_too(inbox):
    first = inbox.receive(
        InboundMessage("telegram", "77", "update:1", text="hi", second_id="77:5")
    )
    again = inbox.receive(
        InboundMessage("telegram", "77", "update:2", text="hi", second_id="77:5")
    )
    assert again.duplicate
    assert again.inbound_id == first.inbound_id


def test_ten_deliveries_at_the_same_moment_make_one_row(inbox, ledger):
    receipts = []
    gate = threading.Barrier(10)

    def deliver():
        gate.wait()
        receipts.append(inbox.receive(sms("my first message")))

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not r.duplicate for r in receipts) == 1
    with ledger.sessions() as session:
        assert session.scalar(select(func.count(Inbound.id))) == 1
        assert session.scalar(select(func.count(Conversation.id))) == 1


def test_messages_of_one_sender_keep_their_order(inbox, ledger):
    for n in range(5):
        inbox.receive(sms(f"line {n}", id=f"SM{n}"))
    with ledger.sessions() as session:
        rows = session.scalars(select(Inbound).order_by(Inbound.seq)).all()
        assert [r.provider_message_id for r in rows] == [f"SM{n}" for n in range(5)]


def test_a_cry_for_help_is_answered_in_the_same_transaction(inbox, ledger):
    receipt = inbox.receive(sms("i want to kill myself"))
    assert receipt.tier == "now"
    with ledger.sessions() as session:
        row = session.get(Inbound, receipt.inbound_id)
        flag = session.scalar(select(Flag))
        assert row.outcome == Outcome.CRISIS_ANSWERED
        assert flag.inbound_id == row.id
        assert "suicide" in flag.classes
        said = keys_said(session, row.conversation_id)
        assert said[0].startswith("crisis.")
        assert said[-1] == "contact.first"
        first = session.scalar(select(Outbound).order_by(Outbound.seq).limit(1))
        assert first.lane == "crisis"
        conversation = session.get(Conversation, row.conversation_id)
        assert conversation.send_urgent
        assert conversation.turn_due_at is None
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        assert any("kill myself" in e["words"] for e in flags.evidence(flag, box))
        assert b"kill" not in flag.evidence_sealed


def test_a_second_cry_within_half_an_hour_joins_the_open_flag(inbox, ledger, clock):
    inbox.receive(sms("i want to kill myself", id="SM1"))
    clock.advance(minutes=5)
    inbox.receive(sms("i want to kill myself", id="SM2"))
    with ledger.sessions() as session:
        first, second = session.scalars(select(Flag).order_by(Flag.raised_at)).all()
        assert second.joins == first.id
        staff_id = secrets.token_hex(16)
        assert flags.acknowledge(
            session, first.id, staff_id=staff_id, outcome="called", now=clock.now()
        )
        assert second.acknowledged_by == staff_id
        assert not flags.acknowledge(
            session, first.id, staff_id=staff_id, outcome="again", now=clock.now()
        )


def test_a_cry_to_a_held_conversation_is_still_answered(inbox, ledger):
    receipt = inbox.receive(sms("hello"))
    with ledger.sessions.begin() as session:
        session.get(Conversation, receipt.conversation_id).holder = "person"
    later = inbox.receive(sms("are you there", id="SM2"))
    cry = inbox.receive(sms("i want to end my life", id="SM3"))
    with ledger.sessions() as session:
        assert session.get(Inbound, later.inbound_id).outcome == Outcome.HELD_BY_PERSON
        assert session.get(Inbound, cry.inbound_id).outcome == Outcome.CRISIS_ANSWERED
        assert any(k.startswith("crisis.") for k in keys_said(session, cry.conversation_id))


def test_stop_cancels_what_waits_and_closes_the_route_on_sms(inbox, ledger):
    inbox.receive(sms("i want to kill myself", id="SM1"))
    receipt = inbox.receive(sms("STOP", id="SM2"))
    later = inbox.receive(sms("hello again", id="SM3"))
    with ledger.sessions() as session:
        conversation = session.get(Conversation, receipt.conversation_id)
        assert conversation.route == Route.OPTED_OUT
        assert session.get(Inbound, later.inbound_id).outcome == Outcome.OPTED_OUT
        crisis = session.scalar(select(Outbound).where(Outbound.lane == "crisis"))
        assert crisis.state == Delivery.CREATED
    start = inbox.receive(sms("START", id="SM4"))
    with ledger.sessions() as session:
        assert session.get(Conversation, start.conversation_id).route == Route.OPEN


def test_a_cry_from_an_opted_out_number_tells_staff_that_nothing_can_be_sent(inbox, ledger):
    inbox.receive(sms("STOP", id="SM1"))
    cry = inbox.receive(sms("i want to kill myself", id="SM2"))
    with ledger.sessions() as session:
        kinds = set(session.scalars(select(Task.kind)))
        assert "flag_not_answerable" in kinds
        crisis = session.scalar(select(Outbound).where(Outbound.inbound_id == cry.inbound_id))
        assert crisis.state == Delivery.NOT_SENDABLE


@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.VOICE_NOTE, Kind.FILE])
def test_what_no_machine_reads_becomes_a_task_and_gets_an_honest_reply(inbox, ledger, kind):
    receipt = inbox.receive(sms("", kind=kind, media={"items": [{"ref": "x"}]}))
    with ledger.sessions() as session:
        assert session.get(Inbound, receipt.inbound_id).outcome == Outcome.RECORDED_ONLY
        task = session.scalar(select(Task))
        assert (task.kind, task.about_id) == ("look_at", receipt.inbound_id)
        assert f"kind.{kind}" in keys_said(session, receipt.conversation_id)


def test_a_caption_is_screened(inbox):
    assert inbox.receive(sms("i want to die", kind=Kind.PHOTO)).tier == "now"


def test_an_edit_is_screened_recorded_and_not_answered_again(inbox, ledger):
    receipt = inbox.receive(sms("he wont sleep at night", kind=Kind.EDIT))
    with ledger.sessions() as session:
        assert session.get(Inbound, receipt.inbound_id).outcome == Outcome.RECORDED_ONLY
        assert keys_said(session, receipt.conversation_id) == []
    assert inbox.receive(sms("i want to kill myself", kind=Kind.EDIT, id="SM2")).tier == "now"


def test_an_empty_message_gets_a_reply(inbox, ledger):
    receipt = inbox.receive(sms("  \u200b "[:2]))
    with ledger.sessions() as session:
        assert session.get(Inbound, receipt.inbound_id).kind == Kind.EMPTY
        assert "kind.empty" in keys_said(session, receipt.conversation_id)


def offer(ledger, conversation_id):
    choices = (Choice("Sleep", '/choose_topic{"topic": "a"}'), Choice("A person", "/ask_human"))
    with ledger.sessions.begin() as session:
        conversation = people.lock(session, conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        rows = say(
            session,
            ledger,
            conversation,
            [Reply("utter_choose", {}, choices)],
            box=box,
            speech=Speech(Origin.ASSISTANT, "offer"),
        )
        return rows[-1].id


@pytest.mark.parametrize("text", ["2", "two", "a person"])
def test_a_typed_pick_becomes_the_stored_payload(inbox, ledger, text):
    first = inbox.receive(sms("hello"))
    offer(ledger, first.conversation_id)
    picked = inbox.receive(sms(text, id="SM2"))
    with ledger.sessions() as session:
        row = session.get(Inbound, picked.inbound_id)
        conversation = session.get(Conversation, row.conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        assert row.kind == Kind.CHOICE
        body = transcript.open_inbound(row, box)
        assert body["payload"] == "/ask_human"
        assert body["text"] == text


def test_a_pressed_button_counts_only_in_its_own_conversation(inbox, ledger):
    first = inbox.receive(sms("hello"))
    row_id = offer(ledger, first.conversation_id)
    other = inbox.receive(sms("A person", id="SM8", address="+447700900999", choice=(row_id, 1)))
    mine = inbox.receive(sms("", id="SM9", choice=(row_id, 0)))
    beyond = inbox.receive(sms("x", id="SM10", choice=(row_id, 7)))
    with ledger.sessions() as session:
        assert session.get(Inbound, other.inbound_id).kind == Kind.TEXT
        assert session.get(Inbound, mine.inbound_id).kind == Kind.CHOICE
        assert session.get(Inbound, beyond.inbound_id).kind == Kind.TEXT


def test_what_no_database_takes_is_cleaned_and_the_rest_kept():
    assert clean("a\x00b\ud800c🙂") == "ab\ufffdc🙂"


def test_hostile_texts_are_stored_whole(inbox, ledger):
    for n, text in enumerate(["🙂", "\u202eabc", "' OR 1=1 --", "x" * 60000, "/restart"]):
        receipt = inbox.receive(sms(text, id=f"H{n}", address=f"+4477009001{n:02}"))
        with ledger.sessions() as session:
            row = session.get(Inbound, receipt.inbound_id)
            conversation = session.get(Conversation, row.conversation_id)
            box = people.box_for(session, ledger.keyring, conversation.person_id)
            assert transcript.open_inbound(row, box)["text"] == text


def test_erasure_leaves_nothing_that_opens(inbox, ledger, clock):
    receipt = inbox.receive(sms("my name is Aisha"))
    with ledger.sessions.begin() as session:
        conversation = session.get(Conversation, receipt.conversation_id)
        people.erase(session, conversation.person_id, now=clock.now())
    with ledger.sessions() as session:
        conversation = session.get(Conversation, receipt.conversation_id)
        assert conversation.address_index is None
        assert session.get(Person, conversation.person_id).wrapped_key is None
    again = inbox.receive(sms("hello", id="SM2"))
    assert again.conversation_id != receipt.conversation_id
