from pathlib import Path

import pytest
from sqlalchemy import select

from app import erasing, retention
from app.bootstrap import read_topics
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import SessionStore
from common.errors import NotFound
from content.loader import load_messages
from conversations import approvals, people
from conversations.inbox import Inbox
from conversations.model import InboundMessage
from conversations.tables import Conversation, Flag, Person
from tests.fakes.ledger import ledger as make_ledger

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def ledger(sessions, keyring, clock):
    return make_ledger(sessions, keyring, clock)


def say(ledger, text, *, number):
    return Inbox(ledger).receive(InboundMessage("sms", number, f"SM{number}", text=text))


def test_people_are_forgotten_after_their_time_and_not_before(ledger, clock):
    old = say(ledger, "hello", number="+447700900001")
    clock.advance(days=20)
    young = say(ledger, "hello", number="+447700900002")
    clock.advance(days=15)
    assert retention.purge(ledger.sessions, days=30, now=clock.now()) == 1
    assert retention.purge(ledger.sessions, days=30, now=clock.now()) == 0
    with ledger.sessions() as session:
        kept = {
            c.id: session.get(Person, c.person_id).wrapped_key
            for c in session.scalars(select(Conversation))
        }
    assert kept[old.conversation_id] is None
    assert kept[young.conversation_id] is not None


def test_forgetting_a_parent_ends_the_browsers_that_could_read(ledger, clock):
    config = WebChatConfig(service_name="x", public_base_url="http://127.0.0.1", demo=True)
    store = SessionStore(ledger.sessions, ledger.keyring, clock=clock, config=config)
    begun = store.start(address="her-browser", shared=False)
    other = store.start(address="another", shared=False)
    for address in ("her-browser", "another"):
        Inbox(ledger).receive(InboundMessage("web_chat", address, f"m-{address}", text="hi"))
    with ledger.sessions.begin() as session:
        row = people.find(session, ledger.keyring, channel="web_chat", address="her-browser")
        erasing.erase(session, row.person_id, now=clock.now())
    assert store.find(begun.token, touch=False) is None
    assert store.find(other.token, touch=False) is not None


def test_an_open_flag_keeps_its_person_until_it_is_acknowledged(ledger, clock):
    say(ledger, "i want to kill myself", number="+447700900001")
    clock.advance(days=100)
    assert retention.purge(ledger.sessions, days=30, now=clock.now()) == 0
    with ledger.sessions.begin() as session:
        session.scalar(select(Flag)).acknowledged_at = clock.now()
    assert retention.purge(ledger.sessions, days=30, now=clock.now()) == 1


def test_an_approval_is_bound_to_the_very_words(sessions, clock):
    messages, topics = load_messages(ROOT, "en"), read_topics(ROOT)
    sha256 = approvals.hash_of("crisis.suicide", messages, topics)
    with sessions.begin() as session:
        before = approvals.unapproved(session, messages, topics)
        assert "crisis.suicide" in before
        for _ in range(2):
            approvals.approve(
                session,
                "crisis.suicide",
                sha256,
                by="Dr A. Example",
                role="clinician",
                now=clock.now(),
            )
    with sessions() as session:
        assert "crisis.suicide" not in approvals.unapproved(session, messages, topics)
        changed = dict(messages)
        changed["crisis.suicide"] = messages["gentle.suicide"]
        assert "crisis.suicide" in approvals.unapproved(session, changed, topics)


def test_live_needs_crisis_consent_privacy_fallback_stop_and_topics():
    messages, topics = load_messages(ROOT, "en"), read_topics(ROOT)
    needed = {i for i, _ in approvals.texts(messages, topics) if approvals.needed(i)}
    for key in ("crisis.suicide", "control.stop", "fallback.assistant_down", "utter_ask_privacy"):
        assert key in needed
    assert any("consent" in key for key in needed)
    assert {f"topic.{t}" for t in topics} <= needed


def test_an_unknown_text_cannot_be_approved():
    with pytest.raises(NotFound, match="content check"):
        approvals.hash_of("crisis.nothing", load_messages(ROOT, "en"), read_topics(ROOT))


def test_live_mode_serves_only_translations_that_somebody_approved(sessions, clock):
    english, topics = load_messages(ROOT, "en"), read_topics(ROOT)
    first, second = "crisis.suicide", "crisis.psychosis"
    messages = {"en": english, "pl": {first: english[first], second: english[second]}}
    with sessions.begin() as session:
        approvals.approve(
            session,
            first,
            english[first].hash(),
            by="Dr A. Example",
            role="clinician",
            now=clock.now(),
            language="pl",
        )
    with sessions() as session:
        kept, told = approvals.approved_only(session, messages, topics)
    assert set(kept["pl"]) == {first}
    assert kept["en"] == english
    assert {id: set(topic.words) for id, topic in told.items()} == {id: {"en"} for id in topics}
