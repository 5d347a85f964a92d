"""The words of the referral: they render, fit a text message, and give nothing away on a phone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from common import deployment as deployments
from content.loader import load_messages, load_topics
from conversations.model import Choice, Rendered, Reply
from conversations.render import Words
from conversations.sms_text import is_gsm7
from referrals import summary
from referrals.baby import Baby
from referrals.contact import Route
from referrals.model import Home, Record
from referrals.phones import Phone

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = load_messages(ROOT, "en")
TOPICS = {topic.id: topic for topic in load_topics(ROOT)}
RECORD = Record(
    for_whom="mother",
    baby=Baby(born=True, birth_date=date(2026, 9, 23), estimated=True, name="Muhammad-Yusuf"),
    postcode=Home("BD15 8HL", full=True, district_code="E08000032"),
    name="Aisha Siddiqui-Rahman",
    phone=Phone("+447700900145"),
    phone_shared=False,
    contact_route=Route(text=True, call=True, voicemail=False),
    best_time="weekday mornings after 10",
    reason="I do not feel close to him and I cry a lot, and nobody at home knows how bad it is. "
    * 3,
    code_word="sunflower",
    gp="Dr Malik, Horton Park",
    interpreter="Urdu",
    email="aisha@example.org",
)
ANSWERS = summary.for_parent(RECORD, short=True)
PROBLEMS = (
    *("impossible_date", "birth_ahead", "due_past", "due_far", "born_or_due", "phone_short"),
    *("phone_long", "phone_unknown", "phone_same", "postcode_part", "postcode_split"),
    *("postcode_unknown",),
)
CASES: list[tuple[str, dict[str, Any]]] = [
    *(("utter_referral_problem", {"problem": problem}) for problem in PROBLEMS),
    *(("utter_referral_again", {"field": f}) for f in ("baby", "postcode", "phone", "reason")),
    *(("utter_referral_why", {"field": f}) for f in ("postcode", "baby", "phone", "name")),
    *(("utter_referral_outside", {"reason": r}) for r in ("outside_area", "child_too_old")),
    ("utter_referral_answers", {"answers": ANSWERS}),
    ("utter_referral_answers", {"answers": {}}),
    ("utter_referral_consent", {"answers": ANSWERS, "team": "The Team", "for_other": True}),
    ("utter_referral_consent_private", {"answers": ANSWERS, "team": "T", "for_other": False}),
    ("utter_referral_callback_confirm", {"answers": ANSWERS}),
    ("utter_referral_changed", {"what": "phone", "value": "07700 900145"}),
    ("utter_referral_changed", {"what": "shared", "value": True}),
    ("utter_referral_sent", {"reference": "K7QM-3XRB", "days": 5, "shared": False}),
    ("utter_referral_sent", {"reference": "K7QM-3XRB", "days": None, "shared": False}),
    ("utter_referral_callback_asked", {"reference": "K7QM-3XRB", "days": 2, "shared": True}),
    *(
        ("utter_referral_status", {"reference": "K7QM-3XRB", "days": 5, "state": state})
        for state in ("new", "contact_attempted", "accepted")
    ),
]
_WITH_VARIABLES = {key for key, _ in CASES}
CASES += [
    (key, {})
    for key in MESSAGES
    if key.startswith(("utter_referral", "utter_ask_ref", "referral."))
    and key not in _WITH_VARIABLES
]
SUMMARIES = ("utter_referral_consent", "utter_referral_consent_private", "utter_referral_answers")
NAMED_AFTER_SAFE = ("utter_referral_consent",)


@pytest.fixture(scope="module", params=["bradford", "caerwen"])
def words(request: pytest.FixtureRequest) -> Words:
    deployment = deployments.load(ROOT / "deployments", request.param)
    return Words({"en": MESSAGES}, TOPICS, deployment.variables(), demo=False)


def said(words: Words, channel: str, key: str, variables: dict[str, Any]) -> Rendered:
    choices = (Choice("Yes", "/a"), Choice("No", "/b")) if key in SUMMARIES[:2] else None
    reply = Reply(key, variables, choices if channel == "sms" else None)
    return words.render(reply, channel=channel, language="en", stage=None)


@pytest.mark.parametrize(("key", "variables"), CASES)
def test_it_fits_a_text_message_in_plain_letters(
    words: Words, key: str, variables: dict[str, Any]
) -> None:
    rendered = said(words, "sms", key, variables)

    assert is_gsm7(rendered.text)
    assert rendered.segments is not None
    assert rendered.segments <= (3 if key in SUMMARIES else 2), rendered.text


@pytest.mark.parametrize("channel", ["sms", "telegram"])
@pytest.mark.parametrize(("key", "variables"), CASES)
def test_on_a_phone_it_names_neither_team_nor_referral(
    words: Words, key: str, variables: dict[str, Any], channel: str
) -> None:
    text = said(words, channel, key, variables).text.lower()

    assert "referral" not in text
    assert "mental health service" not in text
    if key not in NAMED_AFTER_SAFE:
        assert str(words.variables["service_name"]).lower() not in text


@pytest.mark.parametrize(("key", "variables"), CASES)
def test_on_the_web_nothing_is_left_open(
    words: Words, key: str, variables: dict[str, Any]
) -> None:
    text = said(words, "web_chat", key, variables).text

    assert text
    assert "{" not in text
    assert "\n\n\n" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_the_summary_reads_everything_back_on_the_web(words: Words) -> None:
    answers = summary.for_parent(RECORD, short=False)

    text = said(
        words,
        "web_chat",
        "utter_referral_consent",
        {"answers": answers, "team": "T", "for_other": 0},
    ).text

    for words_of_hers in (
        *("Aisha Siddiqui-Rahman", "Muhammad-Yusuf", "23 September 2026", "BD15 8HL"),
        *("07700 900145", "no voicemail", "weekday mornings", "sunflower", "Urdu", "Dr Malik"),
        *("nobody at home knows", "aisha@example.org"),
    ):
        assert words_of_hers in text
