"""A professional's crisis text on the real path of a message."""

import pytest
from sqlalchemy import select

from conversations.inbox import Inbox
from conversations.model import InboundMessage
from conversations.states import Outcome
from conversations.tables import Conversation, Flag, Inbound, Outbound
from conversations.turn import Turns
from tests.fakes.ledger import ScriptedAssistant, result
from tests.fakes.ledger import ledger as make_ledger


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


def receive(ledger, text, *, id="W1", channel="web_chat"):
    return Inbox(ledger).receive(InboundMessage(channel, "session-a", id, text=text))


def keys(ledger, inbound_id):
    with ledger.sessions() as session:
        rows = session.scalars(select(Outbound).where(Outbound.inbound_id == inbound_id))
        return {row.message_key for row in rows if row.lane == "crisis"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("I'm a health visitor, my client says she wants to kill herself", "suicide"),
        ("midwife here, one of my mums is hearing voices telling her to hurt the baby", None),
        ("one of my mums told me her partner strangled her", "domestic_abuse"),
    ],
)
@pytest.mark.parametrize("channel", ["web_chat", "sms", "telegram"])
def test_a_professional_gets_her_own_text_and_the_flag_stays(ledger, text, key, channel):
    receipt = receive(ledger, text, channel=channel)
    said = "+".join(sorted(keys(ledger, receipt.inbound_id)))
    assert said.count("_professional") >= 1
    if key is not None:
        assert f"crisis.{key}_professional" in said
    with ledger.sessions() as session:
        assert session.scalar(select(Flag)).tier == "now"
        assert session.get(Inbound, receipt.inbound_id).outcome == Outcome.CRISIS_ANSWERED


def test_a_parent_who_names_a_professional_gets_the_parents_text(ledger):
    receipt = receive(ledger, "my health visitor said i should tell someone i want to kill myself")
    assert keys(ledger, receipt.inbound_id) == {"crisis.suicide"}


def test_who_is_known_as_a_professional_need_not_say_it_again(ledger):
    receive(ledger, "how do i refer a family", id="W1")
    turn = ScriptedAssistant(lambda _r: result("utter_ok", slots={"parent_role": "professional"}))
    Turns(ledger, turn, {}, "w", lease_s=30, attempts=3).work_once()
    receipt = receive(ledger, "she says she wants to kill herself tonight", id="W2")
    assert keys(ledger, receipt.inbound_id) == {"crisis.suicide_professional"}
    ledger.clock.advance(hours=2)
    own = receive(ledger, "i want to kill myself", id="W3")
    assert keys(ledger, own.inbound_id) == {"crisis.suicide"}


def test_the_loss_of_a_familys_baby_is_not_the_professionals(ledger):
    receipt = receive(ledger, "health visitor here, one of my mums lost her baby last night")
    with ledger.sessions() as session:
        assert session.get(Conversation, receipt.conversation_id).loss_at is None
