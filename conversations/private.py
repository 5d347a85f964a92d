"""A chat that somebody else may read: what may be said there until she says that it is safe.

Domestic abuse told by text message or on Telegram. No name of a service, no word that tells what
was talked about, and nothing that she did not ask for. Silence is never taken for a yes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from conversations.model import Reply
from conversations.states import Origin
from conversations.tables import Conversation
from safety.exits import answer_of, asks_to_clear, exit_of
from safety.model import Verdict

CLASS: Final = "domestic_abuse"
#: Channels whose messages stay on a phone that others may pick up.
CHANNELS: Final = frozenset({"sms", "telegram"})
ASKED, REFUSED, SAFE = "asked", "refused", "safe"
AGAIN, QUIET, YES = "care.private_again", "care.private_quiet", "care.private_yes"
CLEAR: Final = "care.clear"
KEYS: Final = (AGAIN, QUIET, YES, CLEAR)

# So long a yes holds when she tells of it again; who is out comes home.
_SAFE_FOR: Final = timedelta(minutes=30)
_SHORT: Final = frozenset({"crisis.short", "gentle.short"})
#: Topics about the baby alone: a stranger who reads them learns nothing.
_HARMLESS: Final = (
    "cues-",
    "sleep-",
    "feed-",
    "play-",
    "tod-tantrums",
    "dev-nursery",
    "dev-reviews",
)
_HARMLESS_MORE: Final = frozenset(
    {"cry-why", "cry-comfort", "cry-colic", "prac-fever", "dev-separation"}
)
_ALWAYS: Final = frozenset({*KEYS, "kind.sticker", "kind.empty"})


def hear(
    conversation: Conversation, verdict: Verdict, text: str, keys: tuple[str, ...], now: datetime
) -> tuple[str, ...]:
    """Close the chat to other eyes where the words tell of abuse; the safety texts that then fit.

    Worry for somebody else's safety closes nothing: whoever writes is not watched.
    """
    asked = applies(conversation)
    if _told_by_her(conversation, verdict) and not _said_safe_lately(conversation, now):
        conversation.privacy, conversation.privacy_at = ASKED, now
    if not applies(conversation):
        return keys
    if asked and set(verdict.classes) == {CLASS} and answer_of(text) == "not_safe":
        conversation.privacy = REFUSED
        return (QUIET,)
    return tuple(AGAIN if key in _SHORT else key for key in keys)


def _told_by_her(conversation: Conversation, verdict: Verdict) -> bool:
    told = conversation.channel in CHANNELS and CLASS in verdict.classes
    return told and verdict.about(CLASS) != "other"


def _said_safe_lately(conversation: Conversation, now: datetime) -> bool:
    said = conversation.privacy_at
    return conversation.privacy == SAFE and said is not None and now - said < _SAFE_FOR


def applies(conversation: Conversation) -> bool:
    """Whether somebody else may read along, as far as she has said."""
    return conversation.privacy in (ASKED, REFUSED)


def answer(conversation: Conversation, text: str, now: datetime) -> str | None:
    """What is said at once to yes, to no and to "how do i clear this"; None to all else."""
    if asks_to_clear(text) and (conversation.privacy is not None or _told_of_it(conversation)):
        if conversation.channel == "telegram":
            conversation.clear_due_at = now
        return CLEAR
    if not applies(conversation):
        return None
    said = answer_of(text)
    if said == "safe":
        conversation.privacy, conversation.privacy_at = SAFE, now
        return YES
    if said == "not_safe":
        conversation.privacy, conversation.privacy_at = REFUSED, now
        return QUIET
    return QUIET if exit_of(text) is not None else None


def undo(conversation: Conversation) -> None:
    """Open the chat again: a person has read it and found no such thing."""
    conversation.privacy = conversation.privacy_at = None


def withholds(conversation: Conversation, replies: Sequence[Reply]) -> bool:
    """Whether an answer of the assistant may not be said here."""
    return applies(conversation) and not all(_harmless(reply) for reply in replies)


def fit(conversation: Conversation, replies: Sequence[Reply], origin: Origin) -> list[Reply]:
    """The replies as they may be said: in a closed chat the safety check stands for the others."""
    if not applies(conversation) or origin is Origin.SAFETY:
        return list(replies)
    if any(reply.key == "control.stop" for reply in replies):
        return [Reply(QUIET)]
    said = [r for r in replies if not r.key.startswith("console.")]
    if all(_harmless(reply) for reply in said):
        return said
    return [Reply(AGAIN)]


def _harmless(reply: Reply) -> bool:
    if reply.key in _ALWAYS:
        return True
    topic = str(reply.variables.get("topic", ""))
    return reply.key == "topic" and (topic.startswith(_HARMLESS) or topic in _HARMLESS_MORE)


def _told_of_it(conversation: Conversation) -> bool:
    return conversation.crisis_class == CLASS
