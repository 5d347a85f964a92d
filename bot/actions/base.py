"""What every action shares: reading its message, answering with keys and effects; no writing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from rasa_sdk import Action

from bot.actions.deps import Deps, get_deps
from common.errors import TechnicalFailure

Event = dict[str, Any]
Choices = Sequence[tuple[str, str]]
"""Label and payload of each choice."""


class Said:
    """The message of this turn and what is known so far; reads the tracker, changes nothing."""

    def __init__(self, tracker: Any, deps: Deps) -> None:
        self._tracker = tracker
        self._message: Mapping[str, Any] = tracker.latest_message or {}
        self._metadata: Mapping[str, Any] = self._message.get("metadata") or {}
        self._deps = deps

    @property
    def text(self) -> str:
        """The words; empty where a choice was picked."""
        return "" if self.is_payload else str(self._message.get("text") or "")

    @property
    def is_payload(self) -> bool:
        """Whether a choice was picked; a parent's own words never begin with a slash here."""
        return str(self._message.get("text") or "").startswith("/")

    @property
    def intent(self) -> str:
        """The intent's name, empty where there is none."""
        return str((self._message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        """Of the intent, 0 to 1."""
        return float((self._message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """Intents by confidence, best first."""
        found = self._message.get("intent_ranking") or []
        return [(str(r.get("name")), float(r.get("confidence") or 0)) for r in found]

    def entity(self, name: str) -> str | None:
        """The first value of an entity."""
        for entity in self._message.get("entities") or []:
            if entity.get("entity") == name and entity.get("value") not in (None, ""):
                return str(entity["value"])
        return None

    def slot(self, name: str) -> Any:
        """The value of a slot; None where it is not set."""
        return self._tracker.slots.get(name)

    @property
    def slots(self) -> Mapping[str, Any]:
        """All slots."""
        return dict(self._tracker.slots)

    @property
    def conversation_id(self) -> str:
        """Opaque."""
        return str(self._tracker.sender_id)

    @property
    def message_id(self) -> str:
        """Ours; effect keys begin with it.

        Raises:
            TechnicalFailure: the assistant did not pass it on.
        """
        found = self._message.get("message_id") or self._metadata.get("message_id")
        if not found:
            found = next(
                (
                    e.get("message_id")
                    for e in reversed(self._tracker.events or [])
                    if e.get("event") == "user"
                ),
                None,
            )
        if not found:
            raise TechnicalFailure("the turn names no message")
        return str(found)

    @property
    def channel(self) -> str:
        """`web_chat`, `sms` or `telegram`."""
        return str(self._metadata.get("channel") or "web_chat")

    @property
    def bereaved(self) -> bool:
        """Whether a baby died and none lives: then no age is asked, kept or named."""
        return bool(self._metadata.get("bereaved"))

    @cached_property
    def now(self) -> datetime:
        """The moment of the message, aware, in the deployment's zone: the only clock here.

        Raises:
            TechnicalFailure: the turn carries no time.
        """
        text = self._metadata.get("now")
        if not text:
            raise TechnicalFailure("the turn carries no time")
        return self._deps.local(datetime.fromisoformat(str(text)))


class Out:
    """Collects what an action answers."""

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self.spoke = False

    def say(
        self,
        key: str,
        variables: Mapping[str, Any] | None = None,
        choices: Choices | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        """Say a key; without choices those that stand beside its words are offered.

        Args:
            key: of the words.
            variables: that the words name; kept sealed.
            choices: label and payload of each.
            about: what is kept of it in plain for counting: ids and codes only.
        """
        part: dict[str, Any] = {"key": key, "variables": dict(variables or {})}
        if about:
            part["about"] = dict(about)
        if choices is not None:
            part["choices"] = [{"label": la, "payload": pa} for la, pa in choices]
        self._dispatcher.utter_message(json_message=part)
        self.spoke = True

    def effect(self, name: str, **args: Any) -> None:
        """Ask for something to be done when the turn is committed."""
        self._dispatcher.utter_message(json_message={"effect": name, "args": args})

    def silent(self) -> None:
        """Say on purpose that there is nothing to say."""
        self._dispatcher.utter_message(json_message={"silent": True})


def slot(name: str, value: Any) -> Event:
    """The event that sets a slot."""
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def follow_up(action: str) -> Event:
    """The event that makes Rasa run an action or form next."""
    return {"event": "followup", "timestamp": None, "name": action}


class FlowAction(Action):  # type: ignore[misc]  # the SDK is not typed
    """An action that reads, computes and answers with keys and effects; it never writes."""

    action_name: ClassVar[str] = ""

    def __init__(self, deps: Deps | None = None) -> None:
        self._deps = deps

    def name(self) -> str:
        """The name by which rules call it."""
        return self.action_name

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Event]:  # noqa: ARG002
        """Rasa's entry; an error is raised, so that the turn is tried again."""
        deps = self._deps or get_deps()
        return self.act(Said(tracker, deps), Out(dispatcher), deps)

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Answer and return the events."""
        raise NotImplementedError
