"""The loss of a baby on the real path of a message: what ends, what is cancelled, what is said."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from conversations import loss, people, snapshot, transcript
from conversations.delivery import Deliveries
from conversations.inbox import Inbox
from conversations.loss import Told
from conversations.model import Choice, InboundMessage, Reply, TurnResult
from conversations.outbox import Speech, say
from conversations.states import UNASKED, Delivery, Lane, Origin, Outcome
from conversations.tables import Conversation, Flag, Inbound, Outbound, Turn
from conversations.turn import Turns
from tests.fakes.ledger import ScriptedAssistant, ScriptedSender, result
from tests.fakes.ledger import ledger as make_ledger

STATE = {
    "stage": "older_baby",
    "baby_birth_date": "2025-06-01",
    "baby_due_date": None,
    "need": "sleep",
    "district": "E08000032",
    "last_topic": "sleep-normal",
}


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


def receive(ledger, text, *, id, channel="sms", **more):
    message = InboundMessage(channel, "+447700900123", id, text=text, **more)
    return Inbox(ledger).receive(message)


def turn(ledger, *keys, snapshot=None, **more):
    given = result(*keys, **more)
    if snapshot is not None:
        given = TurnResult(**{**vars(given), "snapshot": snapshot})
    assistant = ScriptedAssistant(lambda _request: given)
    Turns(ledger, assistant, {}, "w", lease_s=30, attempts=3).work_once()
    return assistant


def known(ledger, *, id="SM0", text="he wont sleep", **more):
    """A conversation that has had one turn."""
    receipt = receive(ledger, text, id=id, **more)
    turn(ledger, "utter_ok", slots=STATE)
    ledger.clock.advance(minutes=1)
    return receipt.conversation_id


def in_form(ledger, *, channel="sms", mode="referral"):
    started = ledger.clock.now()
    receipt = receive(ledger, "i want to be referred", id="SM1", channel=channel)
    told = {
        **STATE,
        "ref_name": "Aisha",
        "ref_progress": {"mode": mode, "started_at": started.isoformat()},
        "ref_sent": {"reference": "LM-1"},
    }
    state = {
        "format": 1,
        "slots": told,
        "active_loop": "referral_form",
        "requested_slot": "ref_phone",
        "loop_flags": {"rejected": False},
    }
    turn(ledger, "utter_ask_ref_phone", snapshot=state)
    ledger.clock.advance(minutes=1)
    return receipt.conversation_id, state


def state_of(ledger, conversation_id):
    with ledger.sessions() as session:
        row = session.get(Conversation, conversation_id)
        box = people.box_for(session, ledger.keyring, row.person_id)
        return row, snapshot.opened(row, box)


def said(ledger, conversation_id):
    with ledger.sessions() as session:
        rows = session.scalars(
            select(Outbound)
            .where(Outbound.conversation_id == conversation_id)
            .order_by(Outbound.seq)
        )
        return [(r.message_key, r.state) for r in rows]


def speak(ledger, conversation_id, key, origin, *, lane=Lane.NORMAL):
    with ledger.sessions.begin() as session:
        row = people.lock(session, conversation_id)
        box = people.box_for(session, ledger.keyring, row.person_id)
        speech = Speech(origin, f"{key}/{origin}/{row.next_seq}", lane=lane)
        return [r.id for r in say(session, ledger, row, [Reply(key)], box=box, speech=speech)]


def state_of_row(ledger, row_id):
    with ledger.sessions() as session:
        row = session.get(Outbound, row_id)
        return row.state, row.code


def deliver(ledger):
    sender = ScriptedSender()
    while Deliveries(ledger, {"sms": sender}, "w", lease_s=30).work_once():
        pass
    return [m.text for m in sender.taken]


@pytest.mark.parametrize(
    "text",
    ["i lost my baby", "my baby died last night", "i had a miscarriage", "she was stillborn"],
)
def test_a_loss_clears_age_and_stage(ledger, text):
    conversation_id = known(ledger)
    assert state_of(ledger, conversation_id)[0].stage == "older_baby"
    receive(ledger, text, id="SM2")
    row, state = state_of(ledger, conversation_id)
    assert (row.loss_at, row.loss_by) == (ledger.clock.now(), "words")
    assert row.stage is None
    assert not {"stage", "baby_birth_date", "baby_due_date", "need"} & set(state["slots"])
    assert state["slots"]["district"] == "E08000032"


@pytest.mark.parametrize(
    "text",
    [
        "i lost the baby weight",
        "lost my babys shoe",
        "i lost my temper with my baby",
        "i had a miscarriage last year and now im 20 weeks pregnant",
        "we lost a baby before this pregnancy",
        "scared of losing my baby",
        "my nan died last week",
        "im 20 weeks pregnant after a miscarriage last year",
        "my sister lost her baby and i dont know what to say",
    ],
)
def test_an_idiom_and_a_past_loss_in_a_new_pregnancy_are_none(ledger, text):
    conversation_id = known(ledger)
    receive(ledger, text, id="SM2")
    row, state = state_of(ledger, conversation_id)
    assert row.loss_at is None
    assert row.stage == "older_baby"
    assert state["slots"]["baby_birth_date"] == "2025-06-01"


@pytest.mark.parametrize("channel", ["sms", "telegram", "web_chat"])
def test_a_loss_is_taken_from_every_channel(ledger, channel):
    conversation_id = known(ledger, channel=channel)
    receive(ledger, "my baby died", id="SM2", channel=channel)
    assert state_of(ledger, conversation_id)[0].loss_at is not None
    keys = [key for key, _ in said(ledger, conversation_id)]
    assert "gentle.loss" in keys


def test_a_surviving_twin_keeps_the_stage(ledger):
    conversation_id = known(ledger)
    receive(ledger, "one of my twins died, the other is home", id="SM2")
    row, state = state_of(ledger, conversation_id)
    assert row.loss_at is not None
    assert row.loss_surviving
    assert row.stage == "older_baby"
    assert state["slots"]["baby_birth_date"] == "2025-06-01"
    turn(ledger, "utter_greet", slots=STATE)
    assert said(ledger, conversation_id)[-1][0] == "utter_greet"


def test_a_second_death_clears_what_the_first_kept(ledger):
    conversation_id = known(ledger)
    receive(ledger, "one of my twins died, the other is home", id="SM2")
    told_at = ledger.clock.now()
    ledger.clock.advance(days=2)
    receive(ledger, "the other twin died today", id="SM3")
    row, state = state_of(ledger, conversation_id)
    assert row.loss_at == told_at
    assert not row.loss_surviving
    assert row.stage is None
    assert "stage" not in state["slots"]


def test_what_waits_is_cancelled_and_a_crisis_and_staff_are_not(ledger):
    conversation_id = known(ledger)
    deliver(ledger)
    late = ledger.clock.now() + timedelta(days=3)
    asked = {
        origin: speak(ledger, conversation_id, "tip.weaning", origin)[0]
        for origin in (*sorted(UNASKED), Origin.ASSISTANT)
    }
    (staff,) = speak(ledger, conversation_id, "console.reply", Origin.STAFF)
    (crisis,) = speak(ledger, conversation_id, "crisis.x", Origin.SAFETY, lane=Lane.CRISIS)
    with ledger.sessions.begin() as session:
        session.get(Outbound, asked[Origin.NUDGE]).not_before = late
    receive(ledger, "my baby died", id="SM2")
    assert {state_of_row(ledger, one)[0] for one in asked.values()} == {Delivery.CANCELLED}
    assert state_of_row(ledger, staff)[0] == state_of_row(ledger, crisis)[0] == Delivery.CREATED
    texts = deliver(ledger)
    assert not any("tip.weaning" in text for text in texts)
    assert "[gentle.loss]" in texts[0] + texts[1]


@pytest.mark.parametrize("origin", sorted(UNASKED))
def test_a_row_that_was_written_before_is_cancelled_when_it_is_claimed(ledger, origin):
    conversation_id = known(ledger)
    deliver(ledger)
    (row_id,) = speak(ledger, conversation_id, "tip.weaning", origin)
    # The loss is written by somebody who does not see this row, as at the same moment.
    with ledger.sessions.begin() as session:
        row = session.get(Conversation, conversation_id)
        row.loss_at, row.loss_by = ledger.clock.now(), "words"
    assert deliver(ledger) == []
    assert state_of_row(ledger, row_id) == (Delivery.CANCELLED, "loss")
    assert state_of(ledger, conversation_id)[0].send_due_at is None


@pytest.mark.parametrize("channel", ["sms", "web_chat"])
@pytest.mark.parametrize("origin", sorted(UNASKED))
def test_after_a_loss_nothing_that_nobody_asked_for_is_written(ledger, origin, channel):
    conversation_id = known(ledger, channel=channel)
    receive(ledger, "my baby died", id="SM2", channel=channel)
    (row_id,) = speak(ledger, conversation_id, "tip.weaning", origin)
    assert state_of_row(ledger, row_id) == (Delivery.CANCELLED, "loss")


def test_a_form_ends_and_what_was_told_in_it_is_gone(ledger):
    conversation_id, _ = in_form(ledger)
    receipt = receive(ledger, "my baby died", id="SM2")
    _, state = state_of(ledger, conversation_id)
    assert state["active_loop"] is None
    assert state["requested_slot"] is None
    assert [n for n in state["slots"] if n.startswith("ref_")] == ["ref_sent"]
    with ledger.sessions() as session:
        row = session.get(Conversation, conversation_id)
        box = people.box_for(session, ledger.keyring, row.person_id)
        lines = transcript.read(session, conversation_id, box)
        heard = [line.text for line in lines if line.who == "parent"]
        assert heard == ["", "my baby died"]
        assert session.scalar(select(func.count(Turn.inbound_id))) == 0
        assert session.scalar(select(Flag)).inbound_id == receipt.inbound_id
    assert said(ledger, conversation_id)[-1][0] == "gentle.loss+loss.form_ended"


def test_a_loss_in_the_first_message_of_all_makes_no_state(ledger):
    receipt = receive(ledger, "my baby died", id="SM1")
    row, state = state_of(ledger, receipt.conversation_id)
    assert row.loss_at is not None
    assert state is None
    assert turn(ledger, "utter_ok").seen[0].seed is None


def test_what_goes_on_is_still_a_whole_state(ledger):
    conversation_id, before = in_form(ledger)
    receive(ledger, "my baby died", id="SM2")
    _, state = state_of(ledger, conversation_id)
    assert set(state) == set(before)
    assert state["format"] == 1


def test_what_was_sent_before_is_not_forgotten(ledger):
    conversation_id, _ = in_form(ledger, mode="after")
    receive(ledger, "my baby died", id="SM2")
    row, state = state_of(ledger, conversation_id)
    assert state["active_loop"] is None
    assert said(ledger, conversation_id)[-1][0] == "gentle.loss"
    with ledger.sessions() as session:
        box = people.box_for(session, ledger.keyring, row.person_id)
        heard = transcript.read(session, conversation_id, box)[0]
        assert heard.text == "i want to be referred"


def test_a_form_begun_after_the_loss_is_not_ended_by_speaking_of_it_again(ledger):
    conversation_id = known(ledger)
    receive(ledger, "my baby died", id="SM2")
    turn(ledger, "utter_ok")
    ledger.clock.advance(minutes=5)
    _, state = in_form(ledger, mode="callback")
    receive(ledger, "mornings, my baby died so im off work", id="SM3")
    after = state_of(ledger, conversation_id)[1]
    assert after["active_loop"] == "referral_form"
    assert after["slots"]["ref_name"] == state["slots"]["ref_name"]


def test_a_turn_that_was_under_way_brings_nothing_back(ledger):
    conversation_id, state = in_form(ledger)
    first = receive(ledger, "what should he eat now", id="SM2")

    def told_meanwhile(_request):
        ledger.clock.advance(seconds=5)
        receive(ledger, "my baby died", id="SM3")
        return TurnResult(**{**vars(result("utter_ask_ref_baby")), "snapshot": state})

    assistant = ScriptedAssistant(told_meanwhile)
    turns = Turns(ledger, assistant, {}, "w", lease_s=30, attempts=1)
    claim, request = turns._begin()
    turns._commit(claim, request, assistant.take_turn(request))
    row, after = state_of(ledger, conversation_id)
    assert row.stage is None
    assert after["active_loop"] is None
    assert not {"stage", "baby_birth_date", "ref_name"} & set(after["slots"])
    assert "utter_ask_ref_baby" not in [key for key, _ in said(ledger, conversation_id)][2:]
    with ledger.sessions() as session:
        assert session.get(Inbound, first.inbound_id).outcome == Outcome.MERGED_INTO


def test_an_age_told_later_is_not_kept_while_the_loss_stands(ledger):
    conversation_id = known(ledger)
    receive(ledger, "my baby died", id="SM2")
    turn(ledger, "utter_baby_age_noted", slots={"stage": "newborn", "last_topic": "loss-baby"})
    row, state = state_of(ledger, conversation_id)
    assert row.stage is None
    assert state["slots"] == {"last_topic": "loss-baby"}


@pytest.mark.parametrize(
    ("key", "instead"),
    [
        ("utter_greet", "loss.greet"),
        ("utter_ask_topics", "loss.menu"),
        ("utter_help", "loss.help"),
        ("utter_baby_age_noted", "loss.noted"),
        ("utter_pregnancy_noted", "loss.noted"),
        ("utter_fallback", "loss.fallback"),
        ("utter_goodbye", "utter_goodbye"),
    ],
)
def test_nothing_cheerful_and_nothing_of_an_age_is_said(ledger, key, instead):
    conversation_id = known(ledger)
    receive(ledger, "my baby died", id="SM2")
    turn(ledger, key)
    assert said(ledger, conversation_id)[-1][0] == instead


def test_the_same_words_in_place_of_two_are_said_once(ledger):
    conversation_id = known(ledger)
    receive(ledger, "my baby died", id="SM2")
    turn(ledger, "utter_baby_age_noted", "utter_topic_next")
    assert said(ledger, conversation_id)[-1][0] == "loss.noted"


@pytest.mark.parametrize("text", ["my baby died", "one of my twins died, the other is home"])
def test_a_topic_is_told_without_a_question_whether_it_helped(ledger, text):
    conversation_id = known(ledger)
    receive(ledger, text, id="SM2")
    choices = (Choice("Ask for a call", "/call_me"), Choice("This helped", "/feedback_useful"))
    reply = Reply("topic", {"topic": "sleep-parent-tired", "stage": "newborn"}, choices)
    given = TurnResult(**{**vars(result("topic")), "replies": (reply,)})
    Turns(ledger, ScriptedAssistant(lambda _r: given), {}, "w", 30, 3).work_once()
    with ledger.sessions() as session:
        row = session.scalars(select(Outbound).order_by(Outbound.seq.desc()).limit(1)).one()
        conversation = session.get(Conversation, conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        assert [c.label for c in transcript.open_outbound(row, box)[1]] == ["Ask for a call"]


def test_when_the_assistant_is_down_the_words_fit_too(ledger):
    from common.errors import TemporaryFailure

    conversation_id = known(ledger)
    receive(ledger, "my baby died", id="SM2")
    down = ScriptedAssistant(lambda _request: TemporaryFailure("down", code="down"))
    Turns(ledger, down, {}, "w", lease_s=30, attempts=1).work_once()
    assert said(ledger, conversation_id)[-1][0] == "loss.assistant_down"


def test_staff_set_it_and_undo_it(ledger):
    conversation_id = known(ledger)
    with ledger.sessions.begin() as session:
        row = people.lock(session, conversation_id)
        box = people.box_for(session, ledger.keyring, row.person_id)
        loss.tell(session, row, Told("staff-1", ledger.clock.now()), box=box)
    row, state = state_of(ledger, conversation_id)
    assert (row.loss_by, row.stage) == ("staff-1", None)
    assert "stage" not in state["slots"]
    with ledger.sessions.begin() as session:
        loss.undo(people.lock(session, conversation_id))
    assert state_of(ledger, conversation_id)[0].loss_at is None
    (row_id,) = speak(ledger, conversation_id, "tip.weaning", Origin.NUDGE)
    assert state_of_row(ledger, row_id)[0] == Delivery.CREATED


def test_erasing_the_parent_forgets_the_loss(ledger):
    conversation_id = known(ledger)
    receive(ledger, "my baby died", id="SM2")
    with ledger.sessions.begin() as session:
        row = session.get(Conversation, conversation_id)
        people.erase(session, row.person_id, now=ledger.clock.now())
    with ledger.sessions() as session:
        row = session.get(Conversation, conversation_id)
        assert (row.loss_at, row.loss_by, row.loss_surviving) == (None, None, False)
