"""Says what is wrong with the words, file by file and line by line; it changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from content.loader.messages import languages, read_messages
from content.loader.model import ANY, Message, Problem
from content.loader.readability import reading_age
from content.loader.sms import measure, outside_gsm7
from content.loader.topics import Located, read_topics

MOST_TITLE = 40
FEWEST_EXAMPLES = 12
LONG_WORDS = range(60, 171)
OLDEST_READER = 11.0
# Segments of one reply by alphabet. Source: docs/architecture, how channels speak.
ORDINARY = {"gsm7": 2, "ucs2": 4}
SUMMARY = {"gsm7": 3, "ucs2": 5}

# What a variable may become where its length matters: the longest we know, and some room.
_ASSUMED = {
    "emergency": "999",
    "medical_line": "111",
    "urgent_line": "111 and choose the mental health option",
    "maternity": "your maternity unit",
    "health_visitor": "your health visitor",
}
_ASSUMED_LENGTH = 24
_VARIABLE = re.compile(r"{{\s*([\w.]+).*?}}")

# Words that judge, hurry or belittle. Source: docs/voice.md, "Words that we leave out".
_VOICE = re.compile(
    r"\b(just|should(?: not|n't|n\u2019t)? have|should've|obviously|simply|naughty|bad (?:mum|dad|"
    r"mother|father|parent)s?|good girl|at least you)\b",
    re.IGNORECASE,
)
# A carrier swallows these when they are the whole message, so nobody may be invited to send them.
_SWALLOWED = re.compile(
    r"\b(?:text|reply|send|say|type|write)\s+(?:with\s+)?[\"']?"
    r"(STOP|STOPALL|CANCEL|END|QUIT|HELP|UNSUBSCRIBE|START)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?\d[\d ()-]{2,}\d")


@dataclass(frozen=True, slots=True)
class _Text:
    """Words to check and where they stand."""

    path: Path
    line: int
    words: str


def check(root: Path, *, live: bool, today: date, blocked_numbers: Sequence[str]) -> list[Problem]:
    """Everything that an editor has to put right, in the order of files and lines.

    Args:
        root: the repository or its content folder.
        live: whether words past their review date are errors or, in demo mode, warnings.
        today: the day that review dates are measured against.
        blocked_numbers: numbers known to be wrong, in any spelling.
    """
    located, problems = read_topics(root)
    blocked = {_digits(number) for number in blocked_numbers}
    for item in located:
        problems += _check_topic(item, live=live, today=today, blocked=blocked)
    problems += _check_related(located)
    problems += _check_examples(located)
    for language in languages(root):
        messages, unread = read_messages(root, language)
        problems += unread
        for message in messages.values():
            problems += _check_message(message, language, live=live, today=today, blocked=blocked)
    return sorted(problems, key=lambda p: (str(p.file), p.line, p.what))


def _check_topic(
    item: Located, *, live: bool, today: date, blocked: set[str]
) -> Iterator[Problem]:
    topic = item.topic
    if 0 < len(topic.examples) < FEWEST_EXAMPLES:
        line = item.lines["examples"]
        yield Problem(topic.path, line, f"write at least {FEWEST_EXAMPLES} examples")
    for language, words in topic.words.items():
        path = item.paths[language]
        prefix = "" if language == "en" else f"{language}/"
        title = item.lines[f"{prefix}title"]
        if len(words.title) > MOST_TITLE:
            yield Problem(path, title, f"shorten the title to {MOST_TITLE} characters")
        line = item.lines[f"{prefix}review_date"]
        yield from _expired(path, line, words.review_date, live=live, today=today)
        yield from _check_words(_Text(path, title, words.title), blocked, language)
        for stage, text in words.texts.items():
            suffix = "" if stage == ANY else f": {stage}"
            for name, body in (
                ("long", text.long),
                ("short", text.short),
                ("urgent", text.urgent),
            ):
                at = item.lines.get(f"{prefix}{name}{suffix}")
                if not body or at is None:
                    continue
                where = _Text(path, at, body)
                yield from _check_words(where, blocked, language)
                if name == "short":
                    yield from _check_short(where, language)
                if name == "long" and language == "en":
                    yield from _check_long(where)


def _check_long(text: _Text) -> Iterator[Problem]:
    count = sum(any(map(str.isalnum, word)) for word in text.words.split())
    if count not in LONG_WORDS:
        yield Problem(text.path, text.line, f"write 60 to 170 words: these are {count}")
    age = reading_age(text.words)
    if age > OLDEST_READER:
        what = f"write in shorter words and sentences: reading age {age:.1f}, at most 11"
        yield Problem(text.path, text.line, what)


def _check_short(text: _Text, language: str) -> Iterator[Problem]:
    filled = _filled(text.words)
    if language == "en" and (strange := outside_gsm7(filled)):
        yield Problem(
            text.path, text.line, f"replace {' '.join(strange)}: not in the SMS alphabet"
        )
        return
    size = measure(filled)
    most = ORDINARY[size.alphabet]
    if size.segments > most:
        what = f"shorten to {most} SMS segments: {size.units} units make {size.segments}"
        yield Problem(text.path, text.line, what)


def _check_message(
    message: Message, language: str, *, live: bool, today: date, blocked: set[str]
) -> Iterator[Problem]:
    path, line = message.path, message.line
    yield from _expired(path, line, message.review_date, live=live, today=today)
    texts = [message.web, message.sms, message.telegram, *(c.label for c in message.choices)]
    for words in texts:
        if words:
            yield from _check_words(_Text(path, line, words), blocked, language)
    sms = message.text("sms")
    if _SWALLOWED.search(sms):
        yield Problem(path, line, f"`{message.key}`: ask for no word that the carrier swallows")
    if message.sms and language == "en" and (strange := outside_gsm7(message.sms)):
        what = f"`{message.key}`: replace {' '.join(strange)}: not in the SMS alphabet"
        yield Problem(path, line, what)
    elif "{%" not in sms and not message.key.startswith("crisis."):
        yield from _check_length(message, sms)


def _check_length(message: Message, sms: str) -> Iterator[Problem]:
    lines = [f"{number} {choice.label}" for number, choice in enumerate(message.choices, 1)]
    size = measure(_filled("\n".join([sms, *lines])))
    most = (SUMMARY if "summary" in message.key else ORDINARY)[size.alphabet]
    if size.segments > most:
        what = (
            f"`{message.key}`: shorten to {most} SMS segments, choices included: {size.segments}"
        )
        yield Problem(message.path, message.line, what)


def _check_words(text: _Text, blocked: set[str], language: str) -> Iterator[Problem]:
    for number in _NUMBER.findall(text.words):
        if _digits(number) in blocked:
            yield Problem(text.path, text.line, f"remove the blocked number {number}")
    if language == "en" and (word := _VOICE.search(text.words)):
        yield Problem(text.path, text.line, f"leave out `{word.group(0)}` (docs/voice.md)")


def _expired(path: Path, line: int, day: date, *, live: bool, today: date) -> Iterator[Problem]:
    if date.min < day < today:
        what = f"have these words reviewed: they were due on {day}"
        yield Problem(path, line, what, "error" if live else "warning")


def _check_related(located: Sequence[Located]) -> Iterator[Problem]:
    known = {item.topic.id for item in located}
    for item in located:
        for index, related in enumerate(item.topic.related):
            line = item.lines[f"related#{index}"]
            if related not in known:
                yield Problem(item.topic.path, line, f"there is no topic `{related}`")
            elif related == item.topic.id:
                yield Problem(item.topic.path, line, "a topic is not related to itself")


def _check_examples(located: Iterable[Located]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for item in located:
        for index, example in enumerate(item.topic.examples):
            same = " ".join(re.sub(r"[^\w\s]", "", example.lower()).split())
            if same in first:
                what = f"remove the example `{example}`: it stands in {first[same].name} already"
                yield Problem(item.topic.path, item.lines[f"examples#{index}"], what)
            else:
                first[same] = item.topic.path


def _filled(text: str) -> str:
    return _VARIABLE.sub(lambda m: _ASSUMED.get(m.group(1), "x" * _ASSUMED_LENGTH), text)


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return "0" + digits[2:] if digits.startswith("44") and len(digits) > 10 else digits
