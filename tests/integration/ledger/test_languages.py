"""A cry in another language is answered in it, English beside; without words for it in English."""

from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from conversations import people, transcript
from conversations.tables import Conversation, Outbound
from tests.fakes.ledger import PlainWords, ledger
from tests.fakes.parent import Parent


@dataclass
class TwoTongues(PlainWords):
    """Knows the safety texts in Polish and the thanks too; says which language it spoke."""

    keys: frozenset[str] = field(default=frozenset({"crisis.suicide", "care.thanks"}))

    def render(self, reply, *, channel, language, stage):
        words = super().render(reply, channel=channel, language=language, stage=stage)
        return replace(words, text=f"{words.text} {language}")

    def speaks(self, key, language):
        return language == "en" or (language == "pl" and key in self.keys)


class Polish(Parent):
    """A parent whose assistant has a few Polish words."""

    def hears(self, text):
        """Write; the words that came back."""
        self.writes(text)
        with self.ledger.sessions() as session:
            row = session.get(Conversation, self.id)
            box = people.box_for(session, self.ledger.keyring, row.person_id)
            said = session.scalars(
                select(Outbound)
                .where(Outbound.inbound_id == self.inbound_id)
                .order_by(Outbound.seq)
            )
            return [transcript.open_outbound(one, box)[0] for one in said]


@pytest.fixture
def parent(sessions, keyring, clock):
    def on(channel):
        words = replace(ledger(sessions, keyring, clock), renderer=TwoTongues())
        return Polish(words, channel)

    return on


def test_a_cry_in_polish_gets_the_polish_text_and_the_english_one(parent):
    said = parent("web_chat").hears("nie chce juz zyc, zabije sie")
    assert said[:2] == ["[crisis.suicide] pl", "[crisis.suicide] en"]


def test_on_sms_both_are_one_message(parent):
    [first, *_] = parent("sms").hears("nie chce juz zyc, zabije sie")
    assert first.index("pl") < first.index(" en")


def test_without_words_in_the_language_english_is_said_once(parent):
    said = parent("web_chat").hears("mein marna chahti hoon")
    assert said == ["[crisis.suicide] en", "[contact.first] en"]


def test_an_english_cry_is_answered_in_english_alone(parent):
    assert parent("web_chat").hears("i want to end my life")[0] == "[crisis.suicide] en"
