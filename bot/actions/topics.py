"""Answers a topic and offers what may come next; the words themselves are in content/topics."""

from bot.actions import known
from bot.actions.base import Event, FlowAction, Out, Said, slot
from bot.actions.deps import Deps
from bot.actions.language import notice, warn_of_english
from bot.actions.starting import begin, wishes
from common.errors import TechnicalFailure
from content.loader import Topic

_RELATED = 2
_PREFIX = "topic_"
_OF_LOSS = "Loss"  # whether words about it were useful is not asked: docs/voice.md
_ABOUT_US = "svc-"  # "how do I refer myself?" is a question, and answered as one


class InformTopic(FlowAction):
    """Says the words of a topic for the stage of her baby."""

    action_name = "action_inform_topic"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Answer the topic of the intent, or the one that was chosen.

        Raises:
            TechnicalFailure: the model knows a topic that the app does not.
        """
        topic = topic_of(said, deps)
        if topic is None:
            out.say("utter_ask_topics")
            return []
        if wishes(said) and not topic.id.startswith(_ABOUT_US):
            return begin(said, out, deps)
        events = known.remembered(said)
        stage = known.stage_now(said, events)
        warn_of_english(said, out, topic)
        out.say(
            "topic",
            {"topic": topic.id, **({"stage": stage} if stage else {})},
            _choices(topic, said, deps),
            about={"topic": topic.id},
        )
        events += notice(said, out, deps)
        return [*events, slot("last_topic", topic.id), slot("need", None), slot("asked", None)]


def topic_of(said: Said, deps: Deps) -> Topic | None:
    """The topic that the message asks for; None where a choice names none.

    Raises:
        TechnicalFailure: the intent's topic does not exist here.
    """
    chosen = said.entity("topic")
    if chosen is not None:
        return deps.topics.get(chosen)
    if not said.intent.startswith(_PREFIX):
        return None
    found = by_intent(said.intent, deps)
    if found is None:
        raise TechnicalFailure("the model knows a topic that is not among the words")
    return found


def by_intent(intent: str, deps: Deps) -> Topic | None:
    """The topic of an intent; None where it is none."""
    return next((t for t in deps.topics.values() if t.intent == intent), None)


def _choices(topic: Topic, said: Said, deps: Deps) -> list[tuple[str, str]]:
    help_near = "/find_support"
    if topic.needs:
        help_near = f'/find_support{{"need": "{topic.needs[0]}"}}'
    choices = [("Find help near me", help_near), ("Ask for a call", "/call_me")]
    related = [deps.topics[name] for name in topic.related if name in deps.topics]
    choices += [(t.title, f'/choose_topic{{"topic": "{t.id}"}}') for t in related[:_RELATED]]
    if said.channel != "sms" and topic.group != _OF_LOSS:
        choices += [
            ("This helped", "/feedback_useful"),
            ("Not what I needed", "/feedback_not_useful"),
        ]
    return choices
