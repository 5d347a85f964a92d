"""Reads topic files; whether their words are good enough is for `content.loader.checks`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from content.loader.fields import Fields
from content.loader.marked import Value, read_yaml
from content.loader.model import (
    ANY,
    STAGES,
    STATUSES,
    ContentError,
    Problem,
    Source,
    Topic,
    TopicText,
    Words,
)

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HEADING = re.compile(r"#\s*(long|short|urgent)(?:\s*:\s*(\w+))?\s*")
_WORDS_FIELDS = ("title", "status", "review_date")
_FIELDS = (
    *("id", "title", "group", "stages", "needs", "services", "related"),
    *("status", "review_date", "sources", "examples"),
)


@dataclass(frozen=True, slots=True)
class Located:
    """A topic and where its parts stand.

    `lines` maps fields (`review_date`), sections (`short: toddler`) and items (`examples#0`) to
    lines, those of a translation after its language (`pl/short`); `paths` a language to its file.
    """

    topic: Topic
    lines: Mapping[str, int]
    paths: Mapping[str, Path]


@dataclass(slots=True)
class _Section:
    line: int
    words: str


def content_root(root: Path) -> Path:
    """The content folder, given either itself or the repository that holds it."""
    inner = root / "content"
    return inner if (inner / "topics").is_dir() or (inner / "messages").is_dir() else root


def load_topics(root: Path) -> tuple[Topic, ...]:
    """All topics in the order of their ids, with their translations.

    Args:
        root: the repository or its content folder.

    Raises:
        ContentError: some files cannot be read; every such line is listed.
    """
    located, problems = read_topics(root)
    if problems:
        raise ContentError(problems)
    return tuple(item.topic for item in located)


def read_topics(root: Path) -> tuple[list[Located], list[Problem]]:
    """What could be read of every topic file, and what could not."""
    located: list[Located] = []
    problems: list[Problem] = []
    folder = content_root(root) / "topics"
    for path in sorted(folder.glob("*.md")):
        try:
            located.append(_read_topic(path, problems))
        except ContentError as error:
            problems.extend(error.problems)
    known = {item.topic.id: index for index, item in enumerate(located)}
    for path in sorted(folder.glob("*/*.md")):
        if path.stem not in known:
            problems.append(Problem(path, 1, "write the English topic first, or remove this"))
            continue
        try:
            words, lines = _read_translation(path, problems)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        index = known[path.stem]
        located[index] = _with_words(located[index], words, lines, path)
    return located, problems


def _read_topic(path: Path, problems: list[Problem]) -> Located:
    front, sections = _split(path, problems)
    fields = Fields(front, path, problems)
    fields.only(_FIELDS)
    topic_id = fields.text("id")
    if topic_id and (topic_id != path.stem or not _ID.fullmatch(topic_id)):
        fields.complain(fields.line("id"), f"make the id the file's name, `{path.stem}`")
    examples, related = fields.words("examples"), fields.words("related", required=False)
    words, lines = _words("en", fields, sections, path, problems)
    lines |= {name: fields.line(name) for name in _FIELDS}
    for name, items in (("examples", examples), ("related", related)):
        lines |= {f"{name}#{index}": item.line for index, item in enumerate(items)}
    topic = Topic(
        id=path.stem,
        group=fields.text("group"),
        stages=_stages(fields),
        needs=_texts(fields.words("needs")),
        services=_texts(fields.words("services", required=False)),
        related=_texts(related),
        sources=_sources(fields, path, problems),
        examples=_texts(examples),
        words={"en": words},
        path=path,
    )
    return Located(topic, lines, {"en": path})


def _read_translation(path: Path, problems: list[Problem]) -> tuple[Words, dict[str, int]]:
    front, sections = _split(path, problems)
    fields = Fields(front, path, problems)
    fields.only(("id", *_WORDS_FIELDS))
    words, lines = _words(path.parent.name, fields, sections, path, problems)
    lines |= {name: fields.line(name) for name in _WORDS_FIELDS}
    return words, {f"{path.parent.name}/{name}": line for name, line in lines.items()}


def _with_words(item: Located, words: Words, lines: Mapping[str, int], path: Path) -> Located:
    topic = replace(item.topic, words={**item.topic.words, words.language: words})
    return Located(topic, {**item.lines, **lines}, {**item.paths, words.language: path})


def _split(path: Path, problems: list[Problem]) -> tuple[Value, dict[str, _Section]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].strip() != "---" or "---" not in (x.strip() for x in lines[1:]):
        raise ContentError([Problem(path, 1, "begin with fields between two lines of ---")])
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    front = read_yaml("\n".join(lines[1:end]), path, first_line=2)
    return front, _sections(lines[end + 1 :], path, problems, first_line=end + 2)


def _sections(
    lines: Sequence[str], path: Path, problems: list[Problem], *, first_line: int
) -> dict[str, _Section]:
    """Heading (`long`, `short: toddler`) -> its words, unwrapped, and its line."""
    found: dict[str, tuple[int, list[str]]] = {}
    current: list[str] | None = None
    for number, line in enumerate(lines, first_line):
        if not line.startswith("#"):
            if current is not None:
                current.append(line)
            elif line.strip():
                problems.append(Problem(path, number, "put these words under a heading `# long`"))
            continue
        heading = _HEADING.fullmatch(line)
        if heading is None:
            problems.append(Problem(path, number, "use `# long`, `# short` or `# urgent`"))
            current = []
            continue
        kind, stage = heading.groups()
        name = f"{kind}: {stage}" if stage else kind
        if stage and stage not in STAGES:
            problems.append(Problem(path, number, f"`{stage}` is no stage"))
        if name in found:
            problems.append(Problem(path, number, f"remove one of the two `# {name}`"))
        current = []
        found[name] = (number, current)
    return {name: _Section(number, unwrap(body)) for name, (number, body) in found.items()}


def unwrap(lines: Sequence[str]) -> str:
    """One line per paragraph and per `- ` item, whatever the width of the source."""
    out: list[str] = []
    for line in lines:
        words = line.strip()
        if words and not words.startswith("- ") and out and out[-1]:
            out[-1] += " " + words
        else:
            out.append(words)
    return "\n".join(out).strip()


def _words(
    language: str,
    fields: Fields,
    sections: Mapping[str, _Section],
    path: Path,
    problems: list[Problem],
) -> tuple[Words, dict[str, int]]:
    for name in ("long", "short"):
        if name not in sections or not sections[name].words:
            line = sections[name].line if name in sections else 1
            problems.append(Problem(path, line, f"add the missing section `# {name}`"))
    texts: dict[str, TopicText] = {}
    base = TopicText(*(_body(sections, name) or "" for name in ("long", "short")))
    base = replace(base, urgent=_body(sections, "urgent"))
    texts[ANY] = base
    for stage in STAGES:
        long, short, urgent = (
            _body(sections, f"{n}: {stage}") for n in ("long", "short", "urgent")
        )
        if long or short or urgent:
            texts[stage] = TopicText(long or base.long, short or base.short, urgent or base.urgent)
    words = Words(
        language=language,
        title=fields.text("title"),
        status=fields.one_of("status", STATUSES),
        review_date=fields.date("review_date"),
        texts=texts,
    )
    return words, {name: section.line for name, section in sections.items()}


def _body(sections: Mapping[str, _Section], name: str) -> str | None:
    section = sections.get(name)
    return section.words if section and section.words else None


def _stages(fields: Fields) -> tuple[str, ...]:
    stages = fields.words("stages")
    for stage in stages:
        if stage.text not in (*STAGES, ANY):
            fields.complain(stage.line, f"`{stage.text}` is no stage: {', '.join(STAGES)} or any")
    return _texts(stages)


def _sources(fields: Fields, path: Path, problems: list[Problem]) -> tuple[Source, ...]:
    sources = []
    for value in fields.values("sources"):
        item = Fields(value, path, problems)
        item.only(("title", "url", "read"))
        source = Source(item.text("title"), item.text("url"), item.date("read"))
        if source.url and not source.url.startswith(("https://", "http://")):
            item.complain(item.line("url"), "write the url with https://")
        sources.append(source)
    return tuple(sources)


def _texts(values: Sequence[Value]) -> tuple[str, ...]:
    return tuple(value.text.strip() for value in values)
