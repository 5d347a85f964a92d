"""A crisis as it goes on in a conversation: opened by a cry, noted on its row, closed by people.

What she writes meanwhile is answered here where it needs no assistant: thanks, "im ok", a joke.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from common.crypto import Box
from conversations import snapshot
from conversations.model import Reply, TurnResult
from conversations.snapshot import Snapshot
from conversations.tables import Conversation, Inbound
from safety import course
from safety.exits import asks_to_resume, exit_of
from safety.model import Tier, Verdict

# A gentle word stands alone where the assistant has nothing to say to the message itself.
_NOTHING_TO_ADD: Final = frozenset(
    {
        "affirm",
        "ask_topics",
        "deny",
        "goodbye",
        "greet",
        "help",
        "nlu_fallback",
        "out_of_scope",
        "thanks",
    }
)
# The gentle word for a loss says what this topic begins with, and offers it.
_SAID_BY_LOSS: Final = "loss-baby"
RESUME: Final = "/start_referral"


@dataclass(frozen=True)
class Answer:
    """What of the assistant's answer is said.

    Attributes:
        replies: the texts.
        closing: what ends the last of them.
        counts: whether the turn happened: its state and effects are kept.
    """

    replies: tuple[Reply, ...]
    closing: tuple[Reply, ...] = ()
    counts: bool = True


def open_or_renew(conversation: Conversation, verdict: Verdict, box: Box, now: datetime) -> None:
    """A cry was heard: the course begins, or its time begins anew; a form is put aside."""
    if not course.goes_on(verdict, of=running(conversation, now)):
        return
    conversation.crisis, conversation.crisis_at = verdict.tier, now
    conversation.crisis_class = verdict.classes[0]
    if verdict.tier != "now":
        return
    before = snapshot.opened(conversation, box)
    if before is not None and before.get("active_loop"):
        snapshot.keep(conversation, box, snapshot.with_form_aside(before))
        conversation.crisis_form = True


def running(conversation: Conversation, now: datetime) -> Tier | None:
    """The tier of the course that runs; None where none does."""
    tier = cast("Tier | None", conversation.crisis)
    return tier if course.is_open(tier, conversation.crisis_at, now) else None


def close(conversation: Conversation) -> None:
    """End the course; a form that waits goes on waiting."""
    conversation.crisis = conversation.crisis_class = conversation.crisis_at = None


def way_out(conversation: Conversation, text: str, box: Box, now: datetime) -> tuple[str, ...]:
    """What is said to thanks, to "im ok" and to "was joking"; empty for all else.

    In an open form the same words answer its question.
    """
    if running(conversation, now) is None:
        return ()
    said = exit_of(text)
    if said is None or (snapshot.opened(conversation, box) or {}).get("active_loop"):
        return ()
    return (course.EXITS[said], *(reply.key for reply in _form(conversation)))


def answer(conversation: Conversation, row: Inbound, result: TurnResult, now: datetime) -> Answer:
    """The assistant's answer as it fits the course: one line of help, or nothing at all."""
    in_form = bool(result.snapshot.get("active_loop"))
    if row.tier == "gentle" and not in_form and _adds_nothing(result):
        return Answer((), counts=False)
    # The text that answers a cry names help itself; an open form has its own questions to ask.
    told = row.tier != "none" or in_form or not result.replies
    if told or running(conversation, now) is None:
        return Answer(tuple(result.replies))
    line = Reply(course.line_of(conversation.crisis_class))
    return Answer(tuple(result.replies), (line, *_form(conversation)))


def fitting(conversation: Conversation, row: Inbound, state: Snapshot) -> Snapshot:
    """The state that a turn gave, its form put aside where a cry came while it was under way."""
    told = conversation.crisis_at if conversation.crisis == "now" else None
    if told is None or row.received_at >= told or not state.get("active_loop"):
        return state
    conversation.crisis_form = True
    return snapshot.with_form_aside(state)


def resumes(text: str, state: Snapshot | None) -> bool:
    """Whether she wishes to go on with a form that waits."""
    return state is not None and snapshot.form_waits(state) and asks_to_resume(text)


def _form(conversation: Conversation) -> tuple[Reply, ...]:
    """Says once that the form waits."""
    if not conversation.crisis_form:
        return ()
    conversation.crisis_form = False
    return (Reply(course.FORM_WAITS),)


def _adds_nothing(result: TurnResult) -> bool:
    if result.parse.get("intent") in _NOTHING_TO_ADD:
        return True
    topics: list[Mapping[str, object]] = [r.variables for r in result.replies if r.key == "topic"]
    return any(v.get("topic") == _SAID_BY_LOSS for v in topics)
