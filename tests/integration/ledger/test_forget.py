import pytest
from sqlalchemy import func, select

from conversations import people, transcript
from conversations.forget import forget_since
from conversations.inbox import Inbox
from conversations.model import InboundMessage
from conversations.tables import Conversation, Inbound, Turn
from conversations.turn import Turns
from tests.fakes.ledger import ScriptedAssistant, result
from tests.fakes.ledger import ledger as make_ledger


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


def say(ledger, text, *, id):
    receipt = Inbox(ledger).receive(InboundMessage("web_chat", "session-a", id, text=text))
    assistant = ScriptedAssistant(lambda _request: result("utter_ok"))
    Turns(ledger, assistant, {}, "w", lease_s=30, attempts=3).work_once()
    ledger.clock.advance(minutes=1)
    return receipt


def test_what_was_said_in_the_form_is_gone_and_a_flag_and_the_rest_stay(ledger, clock):
    say(ledger, "hello", id="w0")
    since = clock.now()
    say(ledger, "my name is Aisha", id="w1")
    say(ledger, "i want to kill myself", id="w2")
    last = say(ledger, "no do not send it", id="w3")
    with ledger.sessions.begin() as session:
        conversation = session.get(Conversation, last.conversation_id)
        box = people.box_for(session, ledger.keyring, conversation.person_id)
        count = forget_since(session, conversation.id, box, since=since, but=last.inbound_id)
        assert count == 2
    with ledger.sessions() as session:
        lines = transcript.read(session, last.conversation_id, box)
        heard = [line.text for line in lines if line.who == "parent"]
        assert heard == ["hello", "", "i want to kill myself", ""]
        said = [line.text for line in lines if line.who == "us"]
        assert said.count("") == 1
        assert said[-1] == "[utter_ok]\n\n[care.line_mind]"
        assert session.scalar(select(func.count(Turn.inbound_id))) == 1
        assert session.scalar(select(Inbound.parse_sealed).where(Inbound.seq > 2).limit(1)) is None
