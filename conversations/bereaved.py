"""Which words take the place of others after the loss of a baby; a table and no sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from conversations.model import Reply
from conversations.tables import Conversation

# Every text that speaks of a living baby, a bump or an age, and what is said instead.
INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "utter_greet": "loss.greet",
        "utter_ask_topics": "loss.menu",
        "utter_help": "loss.help",
        "utter_ask_bot": "loss.ask_bot",
        "utter_topic_next": "loss.noted",
        "utter_fallback": "loss.fallback",
        "utter_did_you_mean": "loss.fallback",
        "utter_out_of_scope": "loss.fallback",
        "utter_referral_facts_noted": "loss.noted",
        "utter_baby_age_noted": "loss.noted",
        "utter_baby_age_unclear": "loss.noted",
        "utter_baby_age_too_old": "loss.noted",
        "utter_pregnancy_noted": "loss.noted",
        "utter_ask_baby_age": "loss.noted",
        "utter_feedback_ask": "loss.noted",
        "utter_referral_intro": "loss.call_instead",
        "utter_referral_callback_asked": "loss.callback_asked",
        "fallback.assistant_down": "loss.assistant_down",
        "control.help": "loss.help",
        "kind.video": "loss.video",
    }
)
# Choices that ask whether a text was liked, or that lead to a living baby.
_NOT_OFFERED = ("/feedback_", '/find_support{"need": "bonding"}')


def is_bereaved(conversation: Conversation) -> bool:
    """Whether a baby died and none lives, as far as was told."""
    return conversation.loss_at is not None and not conversation.loss_surviving


def fit(conversation: Conversation, replies: Sequence[Reply]) -> list[Reply]:
    """The replies as they may be said in this conversation: other words where a baby died."""
    if not is_bereaved(conversation):
        return list(replies)
    fitted: list[Reply] = []
    for reply in replies:
        one = _fit(reply)
        # Two texts may have the same in their place: it is said once.
        if all(one.key != earlier.key or one.key == reply.key for earlier in fitted):
            fitted.append(one)
    return fitted


def _fit(reply: Reply) -> Reply:
    other = INSTEAD.get(reply.key)
    if other is not None:
        return Reply(other, reply.variables)
    variables = {name: value for name, value in reply.variables.items() if name != "stage"}
    choices = reply.choices
    if choices is not None:
        choices = tuple(c for c in choices if not c.payload.startswith(_NOT_OFFERED)) or None
    return replace(reply, variables=variables, choices=choices)
