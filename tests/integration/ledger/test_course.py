"""A crisis as it goes on, on the real path of a message: what is said, what waits, how it ends."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from conversations import flags, people
from conversations.inbox import Inbox
from conversations.model import Choice, InboundMessage, Rendered, TurnResult
from conversations.states import Outcome
from conversations.tables import Conversation, Outbound
from conversations.turn import Turns
from tests.fakes.ledger import PlainWords, ScriptedAssistant, result
from tests.fakes.ledger import ledger as make_ledger
from tests.fakes.parent import Parent

CRY = "i want to kill myself"
GENTLE = "i feel so low and hopeless all the time"


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


@pytest.fixture(params=["sms", "web_chat", "telegram"])
def channel(request):
    return request.param


@pytest.fixture
def parent(ledger, channel):
    return Parent(ledger, channel)


def form(ledger):
    return {
        "format": 1,
        "slots": {
            "ref_name": "Aisha",
            "ref_progress": {"mode": "referral", "started_at": ledger.clock.now().isoformat()},
        },
        "active_loop": "referral_form",
        "requested_slot": "ref_phone",
        "loop_flags": {"rejected": False},
    }


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("thx", "care.thanks"),
        ("im ok now", "care.fine"),
        ("was joking", "care.joking"),
        ("lol jk", "care.joking"),
    ],
)
def test_a_way_out_is_answered_warmly_and_the_flag_stays(parent, text, key):
    parent.writes(CRY)
    assert parent.writes(text) == [key]
    assert parent.outcome == Outcome.ANSWERED
    assert parent.asked == []
    assert [f.acknowledged_at for f in parent.flags()] == [None]
    assert parent.row().crisis == "now"


@pytest.mark.parametrize("text", ["im ok now how do i settle him", "how do i settle him"])
def test_a_question_is_answered_with_one_line_of_help(parent, text):
    parent.writes(CRY)
    assert parent.writes(text, "topic", "utter_next") == ["topic", "utter_next", "care.line_mind"]
    with parent.ledger.sessions() as session:
        rows = session.scalars(select(Outbound).where(Outbound.inbound_id == parent.inbound_id))
        last = max(rows, key=lambda row: row.seq)
        assert last.message_key.endswith("+care.line_mind")  # no message of its own


def test_the_line_fits_what_was_told(parent):
    parent.writes("my baby is not breathing")
    assert parent.writes("how do i make up a bottle", "topic") == ["topic", "care.line_medical"]


def test_a_cry_again_is_short_and_joins_and_later_it_is_whole_again(parent):
    assert parent.writes(CRY) == ["crisis.suicide"]
    assert parent.writes(CRY, minutes=10) == ["crisis.short"]
    assert parent.writes(CRY, minutes=40) == ["crisis.suicide"]
    first, second, third = parent.flags()
    assert (second.joins, third.joins) == (first.id, None)


def test_after_its_time_nothing_is_added(parent):
    parent.writes(CRY)
    assert parent.writes("how do i settle him", "topic", minutes=12 * 60) == ["topic"]
    assert parent.writes("thanks", "utter_thanks", intent="thanks") == ["utter_thanks"]


def test_a_gentle_word_is_remembered_for_two_hours(parent):
    assert parent.writes(GENTLE, "topic")[0].startswith("gentle.")
    assert parent.writes("how do i settle him", "topic") == ["topic", "care.line_mind"]
    assert parent.writes("how do i settle him", "topic", minutes=120) == ["topic"]


def test_a_person_who_has_read_it_ends_it(parent):
    parent.writes(CRY)
    parent.writes("i took 20 tablets", minutes=40)
    one, two = parent.flags()
    with parent.ledger.sessions.begin() as session:
        now = parent.ledger.clock.now()
        flags.acknowledge(session, one.id, staff_id="s", outcome="called", now=now)
        assert session.get(Conversation, parent.id).crisis == "now"
        flags.acknowledge(session, two.id, staff_id="s", outcome="called", now=now)
    assert parent.row().crisis is None
    assert parent.writes("how do i settle him", "topic") == ["topic"]


@pytest.mark.parametrize(
    ("intent", "added"),
    [
        ("nlu_fallback", []),
        ("greet", []),
        ("thanks", []),
        ("out_of_scope", []),
        ("sleep_normal", ["topic"]),
    ],
)
def test_a_gentle_word_stands_alone_where_nothing_was_asked(parent, intent, added):
    said = parent.writes(GENTLE, "topic", intent=intent)
    assert said[0].startswith("gentle.")
    assert said[1:] == added
    assert parent.outcome == Outcome.ANSWERED


def test_a_form_waits_after_a_cry_and_nothing_of_it_is_lost(parent):
    parent.writes("i want to be referred", "utter_ask_ref_phone", state=form(parent.ledger))
    assert parent.writes(CRY) == ["crisis.suicide"]
    state = parent.state()
    assert state["active_loop"] is None
    assert state["slots"]["ref_name"] == "Aisha"
    assert state["slots"]["ref_progress"]["ending"] == "paused"
    # Her words are no answer to the form; that it waits is said once.
    said = parent.writes("how do i settle him", "topic")
    assert said == ["topic", "care.line_mind", "care.form_waits"]
    assert parent.asked[0].seed["active_loop"] is None
    assert parent.writes("and at night", "topic") == ["topic", "care.line_mind"]
    parent.writes("carry on", "utter_referral_resume", state=form(parent.ledger))
    assert (parent.asked[0].text, parent.asked[0].is_payload) == ("/start_referral", True)
    assert parent.asked[0].seed["slots"]["ref_name"] == "Aisha"


def test_a_way_out_says_that_the_form_waits(parent):
    parent.writes("i want to be referred", "utter_ask_ref_phone", state=form(parent.ledger))
    parent.writes(CRY)
    assert parent.writes("im ok now") == ["care.fine", "care.form_waits"]


def test_in_the_form_no_line_is_added(parent):
    parent.writes(CRY)
    said = parent.writes("refer me", "utter_ask_ref_phone", state=form(parent.ledger))
    assert said == ["utter_ask_ref_phone"]


def test_a_gentle_word_in_the_form_leaves_it_open(parent):
    parent.writes("i want to be referred", "utter_ask_ref_phone", state=form(parent.ledger))
    said = parent.writes(GENTLE, "utter_ask_ref_name", intent="nlu_fallback")
    assert said[0].startswith("gentle.")
    assert said[1:] == ["utter_ask_ref_name"]
    assert parent.state()["active_loop"] == "referral_form"


def test_in_an_open_form_the_same_words_answer_its_question(parent):
    parent.writes("i want to be referred", "utter_ask_ref_phone", state=form(parent.ledger))
    parent.writes(GENTLE, "utter_ask_ref_name", intent="nlu_fallback")
    assert parent.writes("im fine", "utter_ask_ref_baby") == ["utter_ask_ref_baby"]


def test_a_turn_under_way_when_the_cry_came_does_not_open_the_form_again(ledger):
    parent = Parent(ledger)
    parent.writes("i want to be referred", "utter_ask_ref_phone", state=form(ledger))
    ledger.clock.advance(minutes=1)
    inbox = Inbox(ledger)
    inbox.receive(InboundMessage("sms", "+447700900123", "X1", text="it is 07700 900123"))

    def cry_meanwhile(_request):
        ledger.clock.advance(seconds=5)
        inbox.receive(InboundMessage("sms", "+447700900123", "X2", text=CRY))
        return TurnResult(**{**vars(result("utter_ask_ref_name")), "snapshot": form(ledger)})

    Turns(ledger, ScriptedAssistant(cry_meanwhile), {}, "w", 30, 3).work_once()
    assert parent.state()["active_loop"] is None
    assert parent.row().crisis_form


def test_thanks_without_a_crisis_goes_to_the_assistant(parent):
    assert parent.writes("thanks", "utter_thanks", intent="thanks") == ["utter_thanks"]


def test_a_professional_opens_no_course(parent):
    parent.writes("I'm a health visitor, my client says she wants to kill herself")
    assert parent.row().crisis is None


def test_erasure_forgets_the_course(parent):
    parent.writes(CRY)
    with parent.ledger.sessions.begin() as session:
        row = session.get(Conversation, parent.id)
        people.erase(session, row.person_id, now=parent.ledger.clock.now())
    row = parent.row()
    assert (row.crisis, row.crisis_class, row.crisis_at) == (None, None, None)


@pytest.mark.parametrize("text", ["yes", "yes please", "ok"])
def test_yes_after_a_gentle_word_asks_for_the_call_it_offered(ledger, text):
    parent = Parent(real_words(ledger))
    parent.writes(GENTLE, "topic")
    parent.writes(text)
    assert (parent.asked[0].text, parent.asked[0].is_payload) == ("/call_me", True)


def test_yes_later_answers_what_was_asked_later(ledger):
    parent = Parent(real_words(ledger))
    parent.writes(GENTLE, "topic")
    parent.writes("how do i settle him", "utter_ask")
    parent.writes("yes", "utter_ok")
    assert parent.asked[0].text == "yes"


def real_words(ledger):
    """The ledger with words whose gentle texts offer a call, as the real ones do."""

    class Offering(PlainWords):
        def render(self, reply, *, channel, language, stage):
            call = (Choice("Ask for a call", "/call_me"),) if reply.key[:7] == "gentle." else ()
            return Rendered(f"[{reply.key}]", reply.choices or call)

    return replace(ledger, renderer=Offering())
