"""Records what goes wrong inside a turn, which Rasa hides behind an empty answer.

It decides nothing.

Rasa's processor logs an exception of an action and goes on without the action's events, and its
fail-safe store turns an error into an empty session. `install` wraps both so that the connector
can see them.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

import jsonschema
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

Kind = Literal["not_ready", "action", "store", "incomplete"]


class TurnStopped(BaseException):
    """Ends a turn at its first failure; no Exception, so that Rasa does not catch it and go on.

    Rasa would run further actions on a state that lacks the failed one's events, and would ask a
    rejecting action again for ever: its circuit breaker does not count rejections.
    """


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong; `what` never holds a parent's words."""

    kind: Kind
    what: str


@dataclass
class Turn:
    """What one request seeds, and what came back: `saved` is None until Rasa has stored it."""

    seeded: DialogueStateTracker
    saved: DialogueStateTracker | None = None
    failures: list[Failure] = field(default_factory=list)

    def fail(self, kind: Kind, what: str) -> None:
        """Notes a failure; the first one is the one that is reported."""
        self.failures.append(Failure(kind, what))


# A context variable, so that turns which run at the same time cannot see each other.
current_turn: ContextVar[Turn | None] = ContextVar("current_turn", default=None)


class RequestTrackerStore(TrackerStore):
    """A tracker store that lives as long as one turn; it keeps nothing between two of them."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The seeded tracker of the turn that is running."""
        return self._turn(sender_id).seeded

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Hands the tracker to the turn that is running."""
        self._turn(tracker.sender_id).saved = tracker

    async def keys(self) -> list[str]:
        """The conversation of the turn that is running."""
        turn = current_turn.get()
        return [turn.seeded.sender_id] if turn else []

    def _turn(self, sender_id: str) -> Turn:
        turn = current_turn.get()
        if turn is None:
            raise RuntimeError("the request-scoped store was used outside a turn")
        if turn.seeded.sender_id != sender_id:
            turn.fail("store", "another conversation was asked for")
            raise RuntimeError("the request-scoped store was asked for another conversation")
        return turn


def install(action_timeout_s: float) -> None:
    """Wraps every action class of Rasa, once, and replaces its slow check of an answer.

    Args:
        action_timeout_s: seconds that one call of a remote action may take.
    """
    for action in _with_subclasses(Action):
        if "run" in vars(action) and not hasattr(action.run, "__wrapped__"):
            limit = action_timeout_s if action is RemoteAction else None
            action.run = _watched(action.run, limit)
    # Rasa builds a schema validator, and checks the schema itself, at each call: 10 ms of a turn.
    validator = jsonschema.Draft7Validator(RemoteAction.action_response_format_spec())

    def validate(_: RemoteAction, result: Any) -> bool:
        for error in validator.iter_errors(result):
            # Rasa's message quotes the answer, which may hold a parent's words.
            path = "/".join(map(str, error.absolute_path))
            raise jsonschema.ValidationError(f"an action's answer is malformed at '{path}'")
        return True

    RemoteAction._validate_action_result = validate


def _with_subclasses(cls: Any) -> set[Any]:
    return {cls}.union(*(_with_subclasses(sub) for sub in cls.__subclasses__()))


def _watched(
    run: Callable[..., Awaitable[Any]], timeout_s: float | None
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(run)
    async def watched(self: Action, *args: Any, **kwargs: Any) -> Any:
        try:
            return await asyncio.wait_for(run(self, *args, **kwargs), timeout_s)
        except ActionExecutionRejection:
            # A form rejects in the normal course of things; a remote action of ours never does.
            if isinstance(self, RemoteAction):
                _stop(self, "rejected")
            raise
        except Exception as error:
            _stop(self, type(error).__name__)
            raise

    return watched


def _stop(action: Action, what: str) -> None:
    turn = current_turn.get()
    if turn is not None:
        turn.fail("action", f"{action.name()}: {what}")
        raise TurnStopped
