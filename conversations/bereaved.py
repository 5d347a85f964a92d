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
# Whether a text was liked is not asked after a loss, also where another baby lives.
_FEEDBACK = ("/feedback_",)
# Nor is what leads to a living baby offered where none lives.
_NOT_OFFERED = (*_FEEDBACK, '/find_support{"need": "bonding"}')


def is_bereaved(conversation: Conversation) -> bool:
    """Whether a baby died and none lives, as far as was told."""
    return conversation.loss_at is not None and not conversation.loss_surviving


def fit(conversation: Conversation, replies: Sequence[Reply]) -> list[Reply]:
    """The replies as they may be said in this conversation: other words where a baby died."""
    if conversation.loss_at is None:
        return list(replies)
    if conversation.loss_surviving:
        return [_without(reply, _FEEDBACK) for reply in replies]
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
    return _without(replace(reply, variables=variables), _NOT_OFFERED)


def _without(reply: Reply, payloads: tuple[str, ...]) -> Reply:
    if reply.choices is None:
        return reply
    kept = tuple(c for c in reply.choices if not c.payload.startswith(payloads))
    return replace(reply, choices=kept or None)
