"""Every text renders on every channel in every deployment, within its budget."""

from pathlib import Path

import pytest

from app.bootstrap import read_topics, words_for
from common import deployment as deployments
from common.settings import load
from conversations.model import Choice, Reply
from conversations.render import as_sms
from conversations.sms_text import is_gsm7, segments
from safety.replies import KEYS

ROOT = Path(__file__).resolve().parents[3]
DEPLOYMENTS = deployments.available(ROOT / "deployments")


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def words(request, tmp_path_factory):
    settings = load({"FIRST1001_VAR": str(tmp_path_factory.mktemp("var"))})
    deployment = deployments.load(ROOT / "deployments", request.param)
    return words_for(settings, deployment, read_topics(ROOT))


@pytest.mark.parametrize("channel", ["web_chat", "sms", "telegram"])
@pytest.mark.parametrize("key", KEYS)
def test_every_safety_text_renders(words, key, channel):
    rendered = words.render(Reply(key), channel=channel, language="en", stage=None)
    assert rendered.text
    assert "{" not in rendered.text
    assert " None " not in f" {rendered.text} ".replace("None of it", "")


@pytest.mark.parametrize("channel", ["web_chat", "sms", "telegram"])
def test_every_topic_renders_for_every_stage(words, channel):
    for topic_id in words.topics:
        for stage in (None, "pregnancy", "newborn", "young_baby", "older_baby", "toddler"):
            reply = Reply("topic", {"topic": topic_id})
            rendered = words.render(reply, channel=channel, language="en", stage=stage)
            assert rendered.text, topic_id
            assert "{" not in rendered.text, topic_id
            if channel == "sms":
                assert is_gsm7(rendered.text), topic_id
                assert segments(rendered.text) <= 2, topic_id


def test_texts_without_variables_of_their_own_fit_their_budget(words):
    for key in ("contact.first", "control.stop", "control.help", "fallback.assistant_down"):
        rendered = words.render(Reply(key), channel="sms", language="en", stage=None)
        assert rendered.segments <= 2, key


def test_the_urgent_line_is_said_in_the_language_of_the_text(words):
    english = words.variables["urgent_line"]
    spoken = [one for one in words.messages if words.speaks("crisis.suicide", one)]
    assert len(spoken) >= 9
    for language in spoken:
        said = words.render(
            Reply("crisis.suicide"), channel="web_chat", language=language, stage=None
        ).text
        if language == "en":
            assert english in said
        else:
            assert words.variables_in[language]["urgent_line"] in said, language
            assert english not in said, language


def test_a_text_that_falls_back_to_english_keeps_the_english_line(words):
    said = words.render(Reply("utter_greet"), channel="web_chat", language="pl", stage=None).text
    assert (
        said
        == words.render(Reply("utter_greet"), channel="web_chat", language="en", stage=None).text
    )
    help_ = words.render(Reply("crisis.suicide_professional"), channel="sms", language="pl",
                         stage=None)  # fmt: skip
    assert words.variables["urgent_line"] in help_.text


def test_an_unknown_language_falls_back_to_english(words):
    said = words.render(Reply("utter_greet"), channel="sms", language="xx", stage=None)
    english = words.render(Reply("utter_greet"), channel="sms", language="en", stage=None)
    assert said == english


def test_choices_of_a_text_message_are_numbered_and_never_beyond_the_budget():
    choices = tuple(Choice(f"A rather long label number {n}", f"/c{n}") for n in range(20))
    rendered = as_sms("A short text.", choices)
    assert segments(rendered.text) <= 2
    assert rendered.choices == choices[: len(rendered.choices)]
    assert 0 < len(rendered.choices) < 20
    assert f"{len(rendered.choices)} " in rendered.text
    assert f"\n{len(rendered.choices) + 1} " not in rendered.text


def test_a_parents_words_in_a_variable_are_not_run_as_a_template(words):
    hostile = "{{ 7 * 7 }}{% for x in y %}"
    message = words.messages["en"]["utter_services"]
    assert "{%" in message.web
    reply = Reply("utter_services", {"services": [], "place": hostile})
    rendered = words.render(reply, channel="web_chat", language="en", stage=None)
    assert "49" not in rendered.text
