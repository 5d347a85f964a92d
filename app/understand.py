"""Says how single texts are understood, each as a first message on the web: any set can be tried.

The real path of a message, as in `app.converse`. A text that the risk screen answers by itself is
shown to the assistant all the same, so that its intent is known; the reply is the safety text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.converse import Player
from common.errors import InvalidInput
from conversations import people, transcript
from conversations.inbox import Inbox
from conversations.model import InboundMessage, TurnRequest
from conversations.tables import Conversation, Inbound, Outbound, where

CHANNEL = "web_chat"
_TOP = 5
_INTRODUCTION = "contact.first"
_FLOWS = frozenset(
    {
        "action_cancel_referral",
        "action_change_referral",
        "action_delete_me",
        "action_find_support",
        "action_referral_status",
        "action_start_referral",
        "action_talk_to_person",
        "action_withdraw_referral",
        "referral_form",
    }
)
_CHOICES = frozenset({"utter_did_you_mean"})
_FALLBACKS = ("utter_fallback", "utter_out_of_scope", "fallback.")


class Understanding(Player):
    """Reads one text at a time; use as a context manager."""

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """How a text is understood.

        Args:
            given: `id` and `text`.

        Returns:
            `id`, `intent`, `topic`, `confidence`, `ranking` (the first five, best first),
            `action` (`answer`, `choices`, `fallback` or `flow`) and `reply`.

        Raises:
            InvalidInput: the line has no id or no text.
        """
        if not isinstance(given.get("text"), str) or "id" not in given:
            raise InvalidInput("a line needs 'id' and 'text'")
        self._read = getattr(self, "_read", 0) + 1
        address = f"read-{self._read}"
        message = InboundMessage(CHANNEL, address, f"{address}:0", text=given["text"])
        receipt = Inbox(self._house.ledger).receive(message)
        self._work()
        with self._house.ledger.sessions() as session:
            parse, actions, topic, said = self._seen(session, receipt.inbound_id)
        if parse is None:
            parse = self._parse_alone(receipt.conversation_id, receipt.inbound_id, given["text"])
        return {
            "id": given["id"],
            "intent": parse.get("intent"),
            "topic": topic,
            "confidence": parse.get("confidence"),
            "ranking": list(parse.get("ranking", ()))[:_TOP],
            "action": action_of([key for key, _ in said], actions),
            "reply": next((text for _, text in said), ""),
        }

    def _seen(
        self, session: Session, inbound_id: str
    ) -> tuple[Mapping[str, Any] | None, list[str], str | None, list[tuple[str, str]]]:
        row = session.get_one(Inbound, inbound_id)
        conversation = session.get_one(Conversation, row.conversation_id)
        box = people.box_for(session, self._house.ledger.keyring, conversation.person_id)
        sealed = row.parse_sealed
        parse = box.open(sealed, where=where("inbound", "parse", row.id)) if sealed else None
        rows = session.scalars(
            select(Outbound).where(Outbound.inbound_id == inbound_id).order_by(Outbound.seq)
        )
        said = [(one.message_key, transcript.open_outbound(one, box)[0]) for one in rows]
        actions = list(row.actions or [])
        topic = conversation.last_topic if "action_inform_topic" in actions else None
        return parse, actions, topic, [one for one in said if one[0] != _INTRODUCTION]

    def _parse_alone(self, conversation_id: str, message_id: str, text: str) -> Mapping[str, Any]:
        request = TurnRequest(
            conversation_id=conversation_id,
            message_id=message_id,
            channel=CHANNEL,
            now=self._house.ledger.clock.now(),
            text=text,
            is_payload=False,
            seed=None,
            bereaved=False,
        )
        return self._client.take_turn(request).parse


def action_of(keys: Sequence[str], actions: Sequence[str]) -> str:
    """What the message got: `answer`, `choices`, `fallback` or `flow`."""
    if any(key in _CHOICES for key in keys):
        return "choices"
    if any(key.startswith(_FALLBACKS) for key in keys):
        return "fallback"
    return "flow" if _FLOWS & set(actions) else "answer"
