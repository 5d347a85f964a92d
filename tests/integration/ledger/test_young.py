"""A child who writes, on the real path of a message and to the safeguarding lead."""

import pytest
from sqlalchemy import select

from alerts import safeguarding, service
from alerts.cover import AlwaysCovered
from alerts.model import DEFAULT_LADDER
from alerts.safeguarding import Safeguarding
from alerts.service import Paging
from alerts.tables import AlertPage
from app.effects import open_task
from common.errors import PermanentFailure, TemporaryFailure
from conversations import people
from conversations.inbox import Inbox
from conversations.model import InboundMessage, Reply
from conversations.outbox import Speech, say
from conversations.states import UNASKED, Delivery, Origin
from conversations.tables import Conversation, Outbound
from conversations.turn import Turns
from tests.fakes.ledger import ScriptedAssistant, result
from tests.fakes.ledger import ledger as make_ledger

LINK = "https://console.example/risk#"


class Lead:
    """A mail server that keeps what it takes; fails as told."""

    name = "safeguarding"

    def __init__(self, *bands, failure=None):
        self.bands = bands or ("under_13", "under_16", "under_18")
        self.taken, self.failure = [], failure

    def reaches(self, person):
        return person in self.bands

    def send(self, page):
        if self.failure is not None:
            raise self.failure
        self.taken.append(page)


class OnCall(Lead):
    name = "mail"

    def reaches(self, person):
        return True


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


def receive(ledger, text, *, id="SM1", channel="sms"):
    return Inbox(ledger).receive(InboundMessage(channel, "+447700900123", id, text=text))


def conversation(ledger, receipt):
    with ledger.sessions() as session:
        return session.get(Conversation, receipt.conversation_id)


def tell(ledger, lead):
    found = Safeguarding(lead, lambda flag_id: LINK + flag_id)
    return safeguarding.send_due(ledger.sessions, found, ledger.clock)


def page(ledger, on_call):
    paging = Paging(AlwaysCovered(), DEFAULT_LADDER, [on_call], lambda flag_id: LINK + flag_id)
    return service.send_due(ledger.sessions, paging, ledger.clock)


def speak(ledger, conversation_id, origin):
    with ledger.sessions.begin() as session:
        row = people.lock(session, conversation_id)
        box = people.box_for(session, ledger.keyring, row.person_id)
        speech = Speech(origin, f"{origin}/{row.next_seq}")
        rows = say(session, ledger, row, [Reply("tip.weaning")], box=box, speech=speech)
        return rows[-1].id


def row_of(ledger, row_id):
    with ledger.sessions() as session:
        return session.get(Outbound, row_id)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("im 12 and i think im pregnant", "under_13"),
        ("im 15 and pregnant", "under_16"),
        ("im in year 10 and i think im pregnant", "under_16"),
        ("im 17 and 20 weeks pregnant", "under_18"),
    ],
)
def test_the_lead_for_her_age_is_told_once_with_a_link_and_no_word_of_hers(ledger, text, band):
    receipt = receive(ledger, text)
    assert conversation(ledger, receipt).young == band
    lead = Lead()
    assert tell(ledger, lead) == 1
    (mail,) = lead.taken
    assert mail.to == band
    assert LINK in mail.body
    for word in ("pregnant", "im 1", "year 10"):
        assert word not in mail.body + mail.subject
    ledger.clock.advance(hours=1)
    assert tell(ledger, lead) == 0


@pytest.mark.parametrize("text", ["im 34 and 15 weeks pregnant", "my son is 12", "he is 9 months"])
def test_an_adult_is_none(ledger, text):
    receipt = receive(ledger, text)
    assert conversation(ledger, receipt).young is None
    assert tell(ledger, Lead()) == 0


def test_the_person_on_call_is_not_paged(ledger):
    receive(ledger, "im 15 and pregnant")
    on_call = OnCall()
    assert page(ledger, on_call) == 0
    tell(ledger, Lead())
    assert page(ledger, on_call) == 0
    assert on_call.taken == []


def test_words_that_cannot_wait_page_and_tell_the_lead(ledger):
    receive(ledger, "im 15 and i want to kill myself")
    lead, on_call = Lead(), OnCall()
    assert page(ledger, on_call) == 1
    assert tell(ledger, lead) == 1
    ledger.clock.advance(hours=2)
    receive(ledger, "i want to kill myself tonight", id="SM2")
    assert tell(ledger, lead) == 1
    assert [m.to for m in lead.taken] == ["under_16", "under_16"]


def test_a_repeat_within_half_an_hour_is_not_told_again(ledger):
    receive(ledger, "im 15 and pregnant")
    lead = Lead()
    tell(ledger, lead)
    ledger.clock.advance(minutes=5)
    receive(ledger, "did you hear im 15 and pregnant", id="SM2")
    assert tell(ledger, lead) == 0


def test_a_mail_server_that_is_away_is_tried_again_and_a_refusal_is_not(ledger):
    receive(ledger, "im 15 and pregnant")
    lead = Lead(failure=TemporaryFailure("away", code="smtp"))
    assert tell(ledger, lead) == 0
    lead.failure = None
    assert tell(ledger, lead) == 0
    ledger.clock.advance(minutes=1)
    assert tell(ledger, lead) == 1
    receive(ledger, "im 12 and pregnant", id="SM3", channel="telegram")
    lead.failure = PermanentFailure("no", code="refused")
    tell(ledger, lead)
    ledger.clock.advance(minutes=1)
    lead.failure = None
    assert tell(ledger, lead) == 0


def test_a_band_without_a_lead_waits_until_one_is_named(ledger):
    receive(ledger, "im 12 and pregnant")
    assert tell(ledger, Lead("under_18")) == 0
    with ledger.sessions() as session:
        assert session.scalar(select(AlertPage)) is None
    assert tell(ledger, Lead()) == 1


def test_a_younger_age_counts_and_an_older_one_does_not(ledger):
    receipt = receive(ledger, "im 17 and pregnant")
    ledger.clock.advance(hours=1)
    receive(ledger, "ok im 15 and pregnant", id="SM2")
    assert conversation(ledger, receipt).young == "under_16"
    ledger.clock.advance(hours=1)
    receive(ledger, "im 17 and pregnant", id="SM3")
    assert conversation(ledger, receipt).young == "under_16"


@pytest.mark.parametrize("origin", sorted(UNASKED))
def test_nothing_that_nobody_asked_for_goes_to_a_child(ledger, origin):
    first = receive(ledger, "hello")
    before = speak(ledger, first.conversation_id, origin)
    receive(ledger, "im 15 and pregnant", id="SM2")
    after = speak(ledger, first.conversation_id, origin)
    assert row_of(ledger, before).state == Delivery.CANCELLED
    assert (row_of(ledger, after).state, row_of(ledger, after).code) == (
        Delivery.CANCELLED,
        "young",
    )
    assert row_of(ledger, speak(ledger, first.conversation_id, Origin.ASSISTANT)).state == (
        Delivery.CREATED
    )


def test_she_is_answered_and_not_asked_for_her_age(ledger):
    receipt = receive(ledger, "im 15 and pregnant")
    with ledger.sessions() as session:
        keys = session.scalars(
            select(Outbound.message_key).where(Outbound.inbound_id == receipt.inbound_id)
        ).all()
    assert "gentle.young_person" in keys


def test_a_professional_who_names_an_age_is_no_child(ledger):
    receipt = receive(ledger, "school nurse here, she says im 15 and pregnant")
    assert conversation(ledger, receipt).young is None


def test_an_age_told_in_a_form_is_noted_when_its_turn_is_committed(ledger):
    receipt = receive(ledger, "yes send it")
    args = {"kind": "young_person", "age": 15}
    effect = {"key": "m/open_task", "effect": "open_task", "args": args}
    assistant = ScriptedAssistant(lambda _request: result("utter_ok", effects=(effect,)))
    Turns(ledger, assistant, {"open_task": open_task}, "w", lease_s=30, attempts=3).work_once()
    assert conversation(ledger, receipt).young == "under_16"
    after = speak(ledger, receipt.conversation_id, Origin.NUDGE)
    assert row_of(ledger, after).state == Delivery.CANCELLED
