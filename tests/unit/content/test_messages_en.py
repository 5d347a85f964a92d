"""The English messages as parents get them: complete, short enough, private on a shared phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from content.loader import Message, load_messages
from content.loader.sms import measure

ROOT = Path(__file__).parents[3]
MESSAGES = load_messages(ROOT, "en")
# Written by the people of the referral, and said only to a parent who has begun one.
ORDINARY = [
    message
    for key, message in MESSAGES.items()
    if message.path.parent.name == "messages"
    and not key.startswith(("utter_ask_ref_", "utter_referral_", "referral.", "staff."))
]
VARIABLES = {
    "emergency": "999",
    "medical_line": "111",
    "urgent_line": "111 and choose the mental health option",
    "maternity": "your maternity unit",
    "health_visitor": "your health visitor",
    "team_name": "the team",
    "service_name": "First Steps Together",
    "area_name": "Caerwen",
    "staff_name": "Rhian",
    "age": "9 weeks old",
    "reason": "the number is not in use",
    "text": "I can ring you at ten.",
    "services": [],
    "reference": "LM-4F7K",
    "days": 2,
}


def render(text: str, **variables: object) -> str:
    environment = Environment(  # noqa: S701  plain text, no markup; as conversations.render has it
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text).render(VARIABLES | variables)


def service(name: str, contact: str, cost: str = "free") -> dict[str, str]:
    why = "It is for parents of babies under 2 who feel low"
    return {"name": name, "why": why, "contact": contact, "cost": cost, "checked": "Sep 2026"}


THREE = [
    service("National Breastfeeding Helpline", "0300 100 0212"),
    service("Family Action FamilyLine", "0808 802 6666"),
    service("Home-Start (volunteers who visit)", "home-start.org.uk"),
]


@pytest.mark.parametrize(
    "key",
    [
        *("contact.first", "demo.label", "utter_greet", "utter_goodbye", "utter_thanks"),
        *("utter_ask_topics", "utter_help", "utter_ask_bot", "utter_ask_privacy"),
        *("utter_ask_social_services", "utter_ask_human", "utter_out_of_hours"),
        *("utter_fallback", "utter_did_you_mean", "utter_out_of_scope", "fallback.assistant_down"),
        *("utter_ask_place", "utter_ask_split_district", "utter_services", "utter_services_none"),
        *("kind.photo", "kind.voice_note", "kind.sticker", "kind.location", "kind.empty"),
        *("control.stop", "control.start", "control.help", "console.held"),
    ],
)
def test_every_moment_has_its_words(key: str) -> None:
    assert MESSAGES[key].web


def test_first_contact_says_five_things_in_one_segment_or_three_lines() -> None:
    first = MESSAGES["contact.first"]
    sms, web = render(first.text("sms")), render(first.web)
    assert measure(sms).segments == 1
    assert len(web.splitlines()) == 3
    for text in (sms, web):
        for told in ("robot", "Staff may read", "badly hurt", "999", "who reads this?"):
            assert told in text


@pytest.mark.parametrize("message", ORDINARY, ids=lambda message: message.key)
def test_words_on_a_phone_are_short_and_give_nothing_away(message: Message) -> None:
    sms = render(message.text("sms"), services=THREE)
    lines = [f"{number} {choice.label}" for number, choice in enumerate(message.choices, 1)]
    size = measure("\n".join([sms, *lines]))
    assert (size.alphabet, size.segments <= 2) == ("gsm7", True), size
    for channel in ("sms", "telegram"):
        text = message.text(channel)
        assert not re.search(r"service_name|team_name|referral|abuse|violen", text, re.IGNORECASE)


@pytest.mark.parametrize("message", ORDINARY, ids=lambda message: message.key)
def test_no_message_shows_its_seams(message: Message) -> None:
    for channel in ("web_chat", "sms", "telegram"):
        text = render(message.text(channel), services=THREE)
        assert text.strip() == text.strip("\n ")
        assert not re.search(r"\n{3}|[{}]| {2}|\s[.,]", text), text


def test_a_signpost_says_why_how_cost_and_when_it_was_checked() -> None:
    web = render(MESSAGES["utter_services"].web, services=THREE[:1])
    assert web == (
        "This may help:\n\nNational Breastfeeding Helpline\n"
        "- Why: It is for parents of babies under 2 who feel low\n"
        "- How: 0300 100 0212\n- Cost: free\n- Details checked: Sep 2026"
    )
    sms = render(MESSAGES["utter_services"].text("sms"), services=THREE)
    assert sms.splitlines()[0] == (
        "1. National Breastfeeding Helpline: 0300 100 0212 (free, checked Sep 2026)"
    )
    assert len(sms.split("\n")) == 3


def test_a_known_opening_time_is_told_and_an_unknown_one_is_not_missed() -> None:
    web = MESSAGES["utter_out_of_hours"].web
    told = render(web, next_open="on Monday at 9am")
    assert "They are back on Monday at 9am. I'm still here" in told
    assert "at the moment. I'm still here" in render(web)
    human = MESSAGES["utter_ask_human"].web
    for text in (render(human), render(human, next_open="on Monday at 9am")):
        assert text.count("\n\n") == 1
