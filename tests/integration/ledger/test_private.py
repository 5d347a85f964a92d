"""Domestic abuse on a phone that others may read: nothing that tells, until it is safe."""

import pytest

from app.clearing import clearer
from common.errors import Conflict, PermanentFailure, TemporaryFailure
from console import takeover
from console.takeover import By
from conversations import people, private
from conversations.delivery import Deliveries
from conversations.model import Reply
from conversations.outbox import Speech, say
from conversations.states import UNASKED, Delivery, Holder, Origin
from conversations.tables import Conversation, Effect, Outbound
from tests.fakes.ledger import ScriptedSender
from tests.fakes.ledger import ledger as make_ledger
from tests.fakes.parent import Parent

TOLD = "he hits me when the baby cries"


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


@pytest.fixture(params=["sms", "telegram"])
def parent(ledger, request):
    return Parent(ledger, request.param)


def speak(parent, key, origin):
    with parent.ledger.sessions.begin() as session:
        row = people.lock(session, parent.id)
        box = people.box_for(session, parent.ledger.keyring, row.person_id)
        speech = Speech(origin, f"{key}/{origin}/{row.next_seq}")
        rows = say(session, parent.ledger, row, [Reply(key)], box=box, speech=speech)
        return [(r.message_key, r.state, r.code) for r in rows]


def test_she_is_asked_whether_it_is_safe_and_nobody_is_named(parent):
    assert parent.writes(TOLD) == ["crisis.domestic_abuse"]
    assert parent.row().privacy == "asked"
    # The introduction names the service: it waits until it is safe.
    assert parent.row().introduced_at is None


def test_told_again_she_is_asked_again(parent):
    parent.writes(TOLD)
    assert parent.writes("he hits me a lot", minutes=5) == ["care.private_again"]


def test_what_the_assistant_would_say_is_not_said_and_brings_nothing_about(parent):
    parent.writes(TOLD)
    before = parent.state()
    said = parent.writes("where can i go", "utter_support_found", "utter_next")
    assert said == ["care.private_again"]
    assert parent.state() == before
    with parent.ledger.sessions() as session:
        assert session.query(Effect).count() == 0


def test_a_harmless_question_about_the_baby_is_answered(ledger):
    parent = Parent(ledger)
    parent.writes(TOLD)
    parent.topic = "sleep-normal"
    assert parent.writes("why does he wake at night", "topic") == ["topic"]
    parent.topic = "da-pregnancy"
    assert parent.writes("is it normal that he shouts", "topic") == ["care.private_again"]


@pytest.mark.parametrize("text", ["no", "not safe", "he checks my phone"])
def test_no_is_heard_and_then_we_are_silent(parent, text):
    parent.writes(TOLD)
    assert parent.writes(text) == ["care.private_quiet"]
    assert parent.row().privacy == "refused"
    for origin in (*sorted(UNASKED), Origin.STAFF):
        assert speak(parent, "utter_x", origin)[0][1:] == (Delivery.CANCELLED, "private")


def test_silence_is_no_yes(parent):
    parent.writes(TOLD)
    parent.ledger.clock.advance(days=30)
    assert speak(parent, "utter_nudge", Origin.NUDGE)[0][1] == Delivery.CANCELLED
    assert parent.writes("hello", "utter_greet", intent="greet") == ["care.private_again"]


def test_yes_brings_the_whole_text_and_the_chat_is_open_again(parent):
    parent.writes(TOLD)
    assert parent.writes("yes its safe") == ["care.private_yes"]
    assert parent.row().privacy == "safe"
    said = parent.writes("where can i go", "utter_support_found")
    assert said == ["utter_support_found", "care.line_danger"]
    assert parent.row().introduced_at is not None


def test_a_yes_does_not_hold_for_ever(parent):
    parent.writes(TOLD)
    parent.writes("yes")
    assert parent.writes(TOLD, minutes=10) == ["crisis.short"]
    assert parent.writes(TOLD, minutes=60) == ["crisis.domestic_abuse"]
    assert parent.row().privacy == "asked"


@pytest.mark.parametrize("text", ["thx", "im ok now", "was joking"])
def test_a_way_out_is_answered_without_a_word_that_tells(parent, text):
    parent.writes(TOLD)
    assert parent.writes(text) == ["care.private_quiet"]


def test_another_cry_still_gets_its_whole_text(parent):
    parent.writes(TOLD)
    assert parent.writes("i want to kill myself", minutes=40) == ["crisis.suicide"]


def test_what_waits_to_be_sent_is_cancelled(ledger):
    parent = Parent(ledger)
    parent.writes("hello", "utter_greet", intent="greet")
    parent.writes(TOLD)
    with ledger.sessions() as session:
        rows = session.query(Outbound).order_by(Outbound.seq).all()
    assert {r.state for r in rows if r.message_key == "utter_greet"} == {Delivery.CANCELLED}
    assert [r.state for r in rows if r.lane == "crisis"] == [Delivery.CREATED]


def test_staff_are_told_why_they_cannot_write(ledger, staff_member):
    parent = Parent(ledger)
    parent.writes(TOLD)
    with ledger.sessions.begin() as session:
        row = session.get(Conversation, parent.id)
        row.holder, row.held_by = Holder.PERSON, staff_member
    by = By(staff_member, ledger.clock.now())
    with ledger.sessions.begin() as session, pytest.raises(Conflict, match="safe to write"):
        takeover.reply(session, ledger, parent.id, "hello", by, form_id="f1")
    # She is heard all the same, so that a person can go on.
    assert parent.writes("yes") == ["care.private_yes"]
    with ledger.sessions.begin() as session:
        assert takeover.reply(session, ledger, parent.id, "hello", by, form_id="f2")


@pytest.fixture
def staff_member():
    return "5" * 32


def test_worry_for_somebody_else_closes_nothing(parent):
    parent.writes("my sisters boyfriend hits her")
    assert parent.row().privacy is None


def test_on_the_web_she_has_a_way_to_leave_and_gets_the_whole_text(ledger):
    parent = Parent(ledger, "web_chat")
    assert parent.writes(TOLD) == ["crisis.domestic_abuse"]
    assert parent.row().privacy is None
    assert parent.writes("how do i clear this") == ["care.clear"]
    assert parent.row().clear_due_at is None


def test_the_carriers_stop_is_answered_without_our_name(ledger):
    parent = Parent(ledger)
    parent.writes(TOLD)
    assert parent.writes("STOP") == ["care.private_quiet"]
    assert parent.row().route == "opted_out"


class Chat:
    """A Telegram chat that forgets what it is told to, or fails as its script says."""

    name = "telegram"

    def __init__(self, *script):
        self.script, self.removed = list(script), []

    def remove(self, address, provider_message_id):
        step = self.script.pop(0) if self.script else None
        if step is not None:
            raise step
        self.removed.append((address, provider_message_id))


def deliver(ledger):
    sender = ScriptedSender(name="telegram")
    while Deliveries(ledger, {"telegram": sender}, "w", lease_s=30).work_once():
        pass


def asked_to_clear(ledger):
    parent = Parent(ledger, "telegram")
    parent.writes("hello", "utter_greet", intent="greet")
    deliver(ledger)
    ledger.clock.advance(days=3)
    parent.writes(TOLD)
    deliver(ledger)
    assert parent.writes("how do i delete this chat") == ["care.clear"]
    deliver(ledger)
    return parent


def test_the_bot_takes_out_what_it_said_within_two_days(ledger):
    parent = asked_to_clear(ledger)
    chat = Chat()
    assert clearer(ledger, chat)() == 1
    with ledger.sessions() as session:
        [row] = session.query(Outbound).filter_by(message_key="crisis.domestic_abuse")
    assert chat.removed == [("+447700900123", row.provider_message_id)]
    assert parent.row().clear_due_at is None
    assert clearer(ledger, chat)() == 0


def test_what_cannot_be_taken_out_is_counted_and_a_failure_is_tried_again(ledger):
    parent = asked_to_clear(ledger)
    assert clearer(ledger, Chat(TemporaryFailure("busy", code="429")))() == 0
    assert parent.row().clear_due_at is not None
    assert clearer(ledger, Chat(PermanentFailure("gone", code="400")))() == 0
    assert parent.row().clear_due_at is None


def test_a_false_alarm_opens_the_chat_again(ledger):
    parent = Parent(ledger)
    parent.writes(TOLD)
    with ledger.sessions.begin() as session:
        private.undo(session.get(Conversation, parent.id))
    assert parent.writes("hello", "utter_greet", intent="greet")[0] == "utter_greet"
