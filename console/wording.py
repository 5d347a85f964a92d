"""Reads the register of words: every text, who approved it, what somebody wants changed in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import NotFound, TechnicalFailure
from content.loader import Message, Source, Topic
from content.loader.model import ANY
from content.loader.readability import reading_age
from conversations import approvals
from conversations.model import Reply
from conversations.render import TOPIC, Words
from conversations.sms_text import segments, to_gsm7
from conversations.tables import Approval, ChangeRequest

WAITING, WANTED, APPROVED, DUE = "waiting", "wanted", "approved", "due"
#: A text is due this long before its review date, so that somebody has time to read it.
SOON: Final = timedelta(days=30)
_TOPIC: Final = "topic."
_ENGLISH: Final = approvals.ENGLISH


@dataclass(frozen=True)
class Entry:
    """One text in one language.

    Attributes:
        id: `topic.<id>` or the key of a message.
        title: a topic's title, or the key.
        needed: live mode does not start without its approval (English only).
    """

    id: str
    language: str
    title: str
    sha256: str
    review_date: date
    needed: bool
    approval: Approval | None
    request: ChangeRequest | None

    def state(self, today: date) -> str:
        """`approved`, `due`, `wanted` or `waiting`."""
        approved = None if self.approval is None else self.approval.approved_at
        if self.request is not None and (approved is None or self.request.asked_at > approved):
            return WANTED
        if approved is None:
            return WAITING
        return DUE if self.review_date <= today + SOON else APPROVED


@dataclass(frozen=True)
class Preview:
    """What a parent would read in one place; `parts` of it are paid for on SMS."""

    where: str
    text: str
    choices: tuple[str, ...] = ()
    parts: int | None = None


@dataclass(frozen=True)
class Opened:
    """One text with all that is known of it; `reading_age` in years, of English alone."""

    entry: Entry
    previews: list[Preview]
    english: list[Preview]
    sources: tuple[Source, ...]
    source: str
    languages: list[str]
    reading_age: float | None
    approvals: list[Approval]
    requests: list[ChangeRequest]


def register(session: Session, shelf: Words, language: str) -> list[Entry]:
    """Every text of a language: topics by title, then messages by key."""
    messages, topics = shelf.messages.get(language, {}), shelf.topics
    approved = {
        (row.content_id, row.sha256): row
        for row in session.scalars(select(Approval).where(Approval.language == language))
    }
    asked = select(ChangeRequest).where(ChangeRequest.language == language)
    wanted = {
        (row.content_id, row.sha256): row
        for row in session.scalars(asked.order_by(ChangeRequest.asked_at))
    }
    found = [
        Entry(
            content_id,
            language,
            _title(shelf, content_id, language),
            sha256,
            _file(shelf, content_id, language).review_date,
            language == _ENGLISH and approvals.needed(content_id),
            approved.get((content_id, sha256)),
            wanted.get((content_id, sha256)),
        )
        for content_id, sha256 in approvals.texts(messages, topics, language)
    ]
    return sorted(found, key=lambda e: (not e.id.startswith(_TOPIC), e.title.casefold(), e.id))


def languages(shelf: Words) -> list[str]:
    """The languages that have any text, English first."""
    spoken = {*shelf.messages, *(one for topic in shelf.topics.values() for one in topic.words)}
    return [_ENGLISH, *sorted(spoken - {_ENGLISH})]


def opened(session: Session, shelf: Words, content_id: str, language: str) -> Opened:
    """One text.

    Raises:
        NotFound: there is no such text in this language.
    """
    entry = next((e for e in register(session, shelf, language) if e.id == content_id), None)
    if entry is None:
        raise NotFound("There is no such text.")
    same = Approval.content_id == content_id, Approval.language == language
    asked = ChangeRequest.content_id == content_id, ChangeRequest.language == language
    file = _file(shelf, content_id, language)
    topic = shelf.topics.get(content_id.removeprefix(_TOPIC))
    previews = list(_previews(shelf, content_id, language))
    english = language == _ENGLISH
    return Opened(
        entry=entry,
        previews=previews,
        english=[] if english else list(_previews(shelf, content_id, _ENGLISH)),
        sources=topic.sources if topic is not None else (),
        source=file.source if isinstance(file, Message) else "",
        languages=[one for one in languages(shelf) if _has(shelf, content_id, one)],
        reading_age=reading_age(previews[0].text) if english else None,
        approvals=list(
            session.scalars(select(Approval).where(*same).order_by(Approval.approved_at.desc()))
        ),
        requests=list(
            session.scalars(
                select(ChangeRequest).where(*asked).order_by(ChangeRequest.asked_at.desc())
            )
        ),
    )


def _has(shelf: Words, content_id: str, language: str) -> bool:
    if content_id.startswith(_TOPIC):
        topic = shelf.topics.get(content_id.removeprefix(_TOPIC))
        return topic is not None and language in topic.words
    return content_id in shelf.messages.get(language, {})


def _file(shelf: Words, content_id: str, language: str) -> Any:
    if content_id.startswith(_TOPIC):
        return shelf.topics[content_id.removeprefix(_TOPIC)].words[language]
    return shelf.messages[language][content_id]


def _title(shelf: Words, content_id: str, language: str) -> str:
    return str(getattr(_file(shelf, content_id, language), "title", content_id))


def _previews(shelf: Words, content_id: str, language: str) -> Iterator[Preview]:
    if not _has(shelf, content_id, language):
        return
    if content_id.startswith(_TOPIC):
        topic = shelf.topics[content_id.removeprefix(_TOPIC)]
        for stage in topic.words[language].texts:
            yield from _of_topic(shelf, topic, stage, language)
        return
    message = shelf.messages[language][content_id]
    yield _of_message(shelf, message, "web_chat", language)
    if message.sms is not None:
        yield _of_message(shelf, message, "sms", language)
    if message.telegram is not None:
        yield _of_message(shelf, message, "telegram", language)


def _of_topic(shelf: Words, topic: Topic, stage: str, language: str) -> Iterator[Preview]:
    own = None if stage == ANY else stage
    for channel in ("web_chat", "sms"):
        reply = Reply(TOPIC, {"topic": topic.id})
        text = shelf.render(reply, channel=channel, language=language, stage=own).text
        yield Preview(_where(channel, stage), text, (), _parts(channel, text))


def _of_message(shelf: Words, message: Message, channel: str, language: str) -> Preview:
    choices = tuple(choice.label for choice in message.choices)
    try:
        text = shelf.render(
            Reply(message.key, {}, choices=()), channel=channel, language=language, stage=None
        ).text
    except TechnicalFailure:
        # It holds what only a conversation knows: shown as it stands in the file.
        text = message.text(channel).strip()
    return Preview(_where(channel, ANY), text, choices, _parts(channel, text))


def _where(channel: str, stage: str) -> str:
    return channel if stage == ANY else f"{channel}/{stage}"


def _parts(channel: str, text: str) -> int | None:
    return segments(to_gsm7(text)) if channel == "sms" else None
