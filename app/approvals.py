"""Approvals of words: who approved exactly which words; and which live mode may serve."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import NotFound
from common.ids import derived_id
from content.loader import Message, Topic
from conversations.tables import Approval

# Texts that live mode needs in English before it may start; topics come beside them.
# Source: docs/operations.md, "Going live".
NEEDED = (
    "crisis.",
    "gentle.",
    "care.",
    "fallback.",
    "control.",
    "contact.",
    "loss.",
    "utter_ask_privacy",
)


def texts(
    messages: Mapping[str, Message], topics: Mapping[str, Topic]
) -> Iterator[tuple[str, str]]:
    """Every English text with the hash of its words: (content id, SHA-256)."""
    for key, message in messages.items():
        yield key, message.hash()
    for topic_id, topic in topics.items():
        yield f"topic.{topic_id}", topic.hash("en")


def needed(content_id: str) -> bool:
    """Whether live mode must not start without an approval of this text."""
    consent = "consent" in content_id or "privacy" in content_id
    return content_id.startswith((*NEEDED, "topic.")) or consent


def approve(
    session: Session,
    content_id: str,
    sha256: str,
    *,
    by: str,
    role: str,
    now: datetime,
) -> Approval:
    """Note that a named person approved these words; the same words once."""
    row_id = derived_id("approval", content_id, "en", sha256)
    found = session.get(Approval, row_id)
    if found is not None:
        return found
    row = Approval(
        id=row_id,
        content_id=content_id,
        language="en",
        sha256=sha256,
        approved_by=by,
        role=role,
        approved_at=now,
    )
    session.add(row)
    return row


def hash_of(content_id: str, messages: Mapping[str, Message], topics: Mapping[str, Topic]) -> str:
    """The hash of a text as it stands in the files now.

    Raises:
        NotFound: there is no such text.
    """
    for known, sha256 in texts(messages, topics):
        if known == content_id:
            return sha256
    raise NotFound(f"there is no text {content_id!r}: see 'first1001 content check'")


def unapproved(
    session: Session, messages: Mapping[str, Message], topics: Mapping[str, Topic]
) -> list[str]:
    """The ids of texts that live mode needs and whose words nobody has approved."""
    have = {
        (row.content_id, row.sha256)
        for row in session.scalars(select(Approval).where(Approval.language == "en"))
    }
    return sorted(
        content_id
        for content_id, sha256 in texts(messages, topics)
        if needed(content_id) and (content_id, sha256) not in have
    )
