"""Approvals of words: who approved exactly which words; and which live mode may serve."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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


ENGLISH = "en"


def texts(
    messages: Mapping[str, Message], topics: Mapping[str, Topic], language: str = ENGLISH
) -> Iterator[tuple[str, str]]:
    """Every text of a language with the hash of its words: (content id, SHA-256)."""
    for key, message in messages.items():
        yield key, message.hash()
    for topic_id, topic in topics.items():
        if language in topic.words:
            yield f"topic.{topic_id}", topic.hash(language)


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
    language: str = ENGLISH,
) -> Approval:
    """Note that a named person approved these words; the same words once."""
    row_id = derived_id("approval", content_id, language, sha256)
    found = session.get(Approval, row_id)
    if found is not None:
        return found
    row = Approval(
        id=row_id,
        content_id=content_id,
        language=language,
        sha256=sha256,
        approved_by=by,
        role=role,
        approved_at=now,
    )
    session.add(row)
    return row


def is_approved(session: Session, content_id: str, sha256: str, language: str) -> bool:
    """Whether somebody approved these very words."""
    return session.get(Approval, derived_id("approval", content_id, language, sha256)) is not None


def hash_of(
    content_id: str,
    messages: Mapping[str, Message],
    topics: Mapping[str, Topic],
    language: str = ENGLISH,
) -> str:
    """The hash of a text as it stands in the files now.

    Raises:
        NotFound: there is no such text.
    """
    for known, sha256 in texts(messages, topics, language):
        if known == content_id:
            return sha256
    raise NotFound(f"there is no text {content_id!r}: see 'first1001 content check'")


def unapproved(
    session: Session, messages: Mapping[str, Message], topics: Mapping[str, Topic]
) -> list[str]:
    """The ids of texts that live mode needs and whose words nobody has approved."""
    have = _approved(session, ENGLISH)
    return sorted(
        content_id
        for content_id, sha256 in texts(messages, topics)
        if needed(content_id) and (content_id, sha256) not in have
    )


def approved_only(
    session: Session, messages: Mapping[str, Mapping[str, Message]], topics: Mapping[str, Topic]
) -> tuple[dict[str, Mapping[str, Message]], dict[str, Topic]]:
    """Messages and topics without the translations whose words nobody has approved.

    English stays whole: live mode does not start before what it needs of it is approved.
    """
    kept: dict[str, Mapping[str, Message]] = {}
    spoken = {language for topic in topics.values() for language in topic.words}
    have = {language: _approved(session, language) for language in {*messages, *spoken}}
    for language, own in messages.items():
        kept[language] = {
            key: message
            for key, message in own.items()
            if language == ENGLISH or (key, message.hash()) in have[language]
        }
    return kept, {
        topic_id: replace(
            topic,
            words={
                language: words
                for language, words in topic.words.items()
                if language == ENGLISH
                or (f"topic.{topic_id}", topic.hash(language)) in have[language]
            },
        )
        for topic_id, topic in topics.items()
    }


def _approved(session: Session, language: str) -> set[tuple[str, str]]:
    rows = session.scalars(select(Approval).where(Approval.language == language))
    return {(row.content_id, row.sha256) for row in rows}
