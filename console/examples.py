"""Turns marked messages into labelled examples for the screen; decides nothing about the screen.

The lines have the shape of `tests/data/safety_build_*.jsonl`. Numbers, addresses and postcodes are
replaced; names are not, so a person reads the file before it goes anywhere.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Keyring
from common.errors import NotFound
from common.ids import derived_id
from console.tables import ScreenMark
from conversations import people, transcript
from conversations.tables import Conversation, Flag, Inbound

# Stand-ins read like what they replace, so the screen sees such a text as it saw the real one.
# Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes"; RFC 2606.
_STAND_INS: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "somebody@example.org"),
    (re.compile(r"(?<!\w)\+?\(?\d(?:[\s()./-]?\d){8,14}(?!\w)"), "07700 900000"),
    (re.compile(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}\b"), "ZZ99 9ZZ"),
)


def without_numbers(text: str) -> str:
    """The text with stand-ins for phone numbers, mail addresses and full postcodes."""
    for pattern, stand_in in _STAND_INS:
        text = pattern.sub(stand_in, text)
    return text


def label(mark: ScreenMark, flag: Flag | None) -> tuple[str | None, str]:
    """Class and tier that a message should have had: None and `none` for a false alarm."""
    if mark.mark == "false_alarm":
        return None, "none"
    if mark.mark == "right" and flag is not None:
        return flag.classes[0], flag.tier
    return mark.cls, mark.tier or "none"


def examples(session: Session, keyring: Keyring) -> Iterator[dict[str, Any]]:
    """Every marked message with words that can still be opened, the oldest mark first."""
    found = session.execute(
        select(ScreenMark, Inbound, Conversation, Flag)
        .join(Inbound, Inbound.id == ScreenMark.inbound_id)
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .outerjoin(Flag, Flag.inbound_id == Inbound.id)
        .order_by(ScreenMark.marked_at, ScreenMark.inbound_id)
    )
    for mark, inbound, conversation, flag in found:
        try:
            box = people.box_for(session, keyring, conversation.person_id)
        except NotFound:
            continue
        text = str(transcript.open_inbound(inbound, box).get("text", "")).strip()
        if not text:
            continue
        cls, tier = label(mark, flag)
        yield {
            "id": f"review-{derived_id('example', inbound.id)[:12]}",
            "text": without_numbers(text),
            "class": cls,
            "tier": tier,
            "kind": "near_miss" if cls is None else "marked",
            "language": conversation.language,
            "style": inbound.channel,
        }


def lines(session: Session, keyring: Keyring) -> list[str]:
    """The examples as JSON lines."""
    return [json.dumps(one, ensure_ascii=False) for one in examples(session, keyring)]
