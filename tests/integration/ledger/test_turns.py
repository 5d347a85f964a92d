import pytest
from sqlalchemy import select

from common.errors import TechnicalFailure, TemporaryFailure
from conversations import claims, people, transcript
from conversations.inbox import Inbox
from conversations.model import InboundMessage
from conversations.states import Outcome
from conversations.tables import Conversation, Effect, Inbound, Outbound, Task, Turn, where
from conversations.turn import Turns
from tests.fakes.ledger import ScriptedAssistant, result
from tests.fakes.ledger import ledger as make_ledger


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


@pytest.fixture
def inbox(ledger):
    return Inbox(ledger)


def web(text, *, id="w1", address="session-a"):
    return InboundMessage("web_chat", address, id, text=text)


def worker(ledger, answer, *, effects=None, owner="w1", attempts=3):
    assistant = ScriptedAssistant(answer if callable(answer) else lambda _request: answer)
    return Turns(ledger, assistant, effects or {}, owner, lease_s=30, attempts=attempts)


def texts(ledger, conversation_id):
    with ledger.sessions() as session:
        conversation = session.get(Conversation, conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        return [line.text for line in transcript.read(session, conversation_id, box)]


def test_a_turn_writes_replies_state_parse_events_and_outcome_together(inbox, ledger):
    receipt = inbox.receive(web("hello"))
    turns = worker(ledger, result("utter_greet", slots={"stage": "newborn", "name": "Aisha"}))
    assert turns.work_once()
    assert not turns.work_once()
    with ledger.sessions() as session:
        row = session.get(Inbound, receipt.inbound_id)
        conversation = session.get(Conversation, row.conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        assert row.outcome == Outcome.ANSWERED
        assert (row.intent, row.confidence, row.model_id) == ("sleep_normal", 0.9, "model-1")
        assert conversation.stage == "newborn"
        assert conversation.turn_due_at is None
        assert conversation.turn_owner is None
        sealed = conversation.snapshot_sealed
        assert b"Aisha" not in sealed
        seed = box.open(sealed, where=where("conversations", "snapshot", conversation.id))
        assert seed["slots"]["name"] == "Aisha"
        assert session.get(Turn, row.id) is not None
    assert texts(ledger, receipt.conversation_id) == ["hello", "[contact.first]", "[utter_greet]"]


def test_the_introduction_comes_once(inbox, ledger):
    turns = worker(ledger, result("utter_greet"))
    for n in range(3):
        receipt = inbox.receive(web("hello", id=f"w{n}"))
        turns.work_once()
    assert texts(ledger, receipt.conversation_id).count("[contact.first]") == 1


def test_the_seed_of_a_turn_is_what_the_last_one_left(inbox, ledger):
    turns = worker(ledger, result("utter_greet", slots={"stage": "toddler"}))
    inbox.receive(web("hello"))
    turns.work_once()
    inbox.receive(web("more", id="w2"))
    turns.work_once()
    first, second = turns.assistant.seen
    assert first.seed is None
    assert second.seed == {"format": 1, "slots": {"stage": "toddler"}}


def test_messages_of_one_conversation_are_taken_in_order(inbox, ledger):
    for n in range(4):
        inbox.receive(web(f"line {n}", id=f"w{n}"))
    turns = worker(ledger, result("utter_greet"))
    while turns.work_once():
        pass
    assert [r.text for r in turns.assistant.seen] == [f"line {n}" for n in range(4)]


def test_two_workers_never_hold_one_conversation(inbox, ledger, clock):
    inbox.receive(web("hello"))

    def claim(owner):
        with ledger.sessions.begin() as session:
            got = claims.claim_next(session, work="turn", owner=owner, now=clock.now(), lease_s=30)
            return None if got is None else got.claim

    first = claim("a")
    assert first is not None
    assert claim("b") is None
    clock.advance(seconds=31)
    late = claim("b")
    assert late is not None
    assert late.fence == first.fence + 1


def test_a_worker_that_wakes_up_late_changes_nothing(inbox, ledger, clock):
    receipt = inbox.receive(web("hello"))
    fast = worker(ledger, result("utter_fast"), owner="fast")

    def slow_answer(_request):
        # While this worker thinks, its lease ends and another one takes the turn.
        clock.advance(seconds=31)
        assert fast.work_once()
        return result("utter_slow")

    worker(ledger, slow_answer, owner="slow").work_once()
    assert texts(ledger, receipt.conversation_id) == ["hello", "[contact.first]", "[utter_fast]"]


def test_a_failing_assistant_is_tried_again_and_then_the_parent_is_told(inbox, ledger, clock):
    receipt = inbox.receive(web("hello"))
    turns = worker(ledger, TemporaryFailure("down", code="unreachable"))
    for _ in range(2):
        assert turns.work_once()
        assert not turns.work_once()
        clock.advance(seconds=20)
    assert turns.work_once()
    with ledger.sessions() as session:
        row = session.get(Inbound, receipt.inbound_id)
        assert row.outcome == Outcome.FAILED_WITH_FALLBACK
        assert (row.attempts, row.failure) == (3, "unreachable")
        task = session.scalar(select(Task))
        assert (task.kind, task.about_id) == ("failed_turn", row.id)
    assert texts(ledger, receipt.conversation_id)[-1] == "[fallback.assistant_down]"
    clock.advance(seconds=60)
    assert not turns.work_once()


def test_later_messages_wait_behind_one_that_is_tried_again(inbox, ledger, clock):
    inbox.receive(web("first"))
    inbox.receive(web("second", id="w2"))
    answers = [TemporaryFailure("down"), result("a"), result("b")]
    turns = worker(ledger, lambda _request: answers.pop(0))
    turns.work_once()
    assert not turns.work_once()
    clock.advance(seconds=5)
    turns.work_once()
    assert [r.text for r in turns.assistant.seen] == ["first", "first", "second"]


def test_an_effect_is_applied_once_and_with_the_turn(inbox, ledger):
    inbox.receive(web("refer me"))
    calls = []

    def handler(session, call):
        calls.append(call)
        return "made"

    effect = {"effect": "make", "key": "m1/make", "args": {"x": 1}}
    turns = worker(ledger, result("utter_ok", effects=(effect,)), effects={"make": handler})
    turns.work_once()
    inbox.receive(web("again", id="w2"))
    turns.work_once()
    assert [c.args for c in calls] == [{"x": 1}]
    with ledger.sessions() as session:
        assert session.get(Effect, "m1/make").result_id == "made"


def test_a_turn_whose_effect_breaks_leaves_nothing_and_ends_in_the_fallback(inbox, ledger, clock):
    receipt = inbox.receive(web("refer me"))

    def handler(_session, _call):
        raise TechnicalFailure("broken")

    effect = {"effect": "make", "key": "m1/make", "args": {}}
    turns = worker(ledger, result("utter_ok", effects=(effect,)), effects={"make": handler})
    for _ in range(3):
        turns.work_once()
        clock.advance(seconds=20)
    assert texts(ledger, receipt.conversation_id) == [
        "refer me",
        "[contact.first]",
        "[fallback.assistant_down]",
    ]
    with ledger.sessions() as session:
        assert session.scalar(select(Effect)) is None
        assert session.get(Inbound, receipt.inbound_id).failure == "technical"


def test_the_answer_is_dropped_where_a_person_took_over_meanwhile(inbox, ledger):
    receipt = inbox.receive(web("hello"))

    def answer(_request):
        with ledger.sessions.begin() as session:
            session.get(Conversation, receipt.conversation_id).holder = "person"
        return result("utter_greet")

    worker(ledger, answer).work_once()
    assert texts(ledger, receipt.conversation_id) == ["hello"]
    with ledger.sessions() as session:
        assert session.get(Inbound, receipt.inbound_id).outcome == Outcome.HELD_BY_PERSON


def test_a_payload_reaches_the_assistant_as_one_and_typed_slashes_do_not(inbox, ledger):
    inbox.receive(web("/restart"))
    turns = worker(ledger, result("utter_greet"))
    turns.work_once()
    assert turns.assistant.seen[0].is_payload is False


def test_sms_joins_the_parts_of_one_reply(inbox, ledger):
    receipt = inbox.receive(InboundMessage("sms", "+447700900123", "SM1", text="hello"))
    worker(ledger, result("utter_a", "utter_b")).work_once()
    assert texts(ledger, receipt.conversation_id) == [
        "hello",
        "[contact.first]",
        "[utter_a]\n\n[utter_b]",
    ]


def test_a_web_reply_needs_no_sending(inbox, ledger):
    inbox.receive(web("hello"))
    worker(ledger, result("utter_greet")).work_once()
    with ledger.sessions() as session:
        assert set(session.scalars(select(Outbound.state))) == {"sent"}
        assert session.scalar(select(Conversation.send_due_at)) is None


def test_an_erased_person_is_not_answered_and_blocks_nobody(inbox, ledger, clock):
    receipt = inbox.receive(web("hello"))
    with ledger.sessions.begin() as session:
        conversation = session.get(Conversation, receipt.conversation_id)
        people.erase(session, conversation.person_id, now=clock.now())
        conversation.turn_due_at = clock.now()
    other = inbox.receive(web("hi", id="w2", address="session-b"))
    turns = worker(ledger, result("utter_greet"))
    while turns.work_once():
        pass
    assert texts(ledger, other.conversation_id)[-1] == "[utter_greet]"
