"""The risk screen: recognises words that call for the fixed safety text and a person to read them.

It does not assess, score, diagnose or triage anybody. Pure: no network, model server or database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from safety import ages, conversation, likeness, sentences, tongues
from safety.model import About, Context, Evidence, Tier, Verdict, verdict
from safety.normalise import Plain, plain
from safety.rulebook import Book, Entry, Pattern, Rule, book

_NEAR, _BEFORE = 14, 9
#: Text-speak that is a little word of another language ("od" is "from" in Polish and Slovak).
_LITTLE_ELSEWHERE = frozenset({"od"})
#: Classes whose text differs when somebody else is meant.
_SAYS_WHO = frozenset({"suicide", "self_harm", "psychosis"})
#: Classes whose words may be the content of an unwanted thought.
_MAY_BE_A_THOUGHT = frozenset({"losing_control", "child_at_risk", "baby_unwell", "baby_hurt"})


def screen(text: str, *, context: Context | None = None) -> Verdict:
    """Screen one message.

    Args:
        text: the message as it came, of any length.
        context: the conversation so far; what was said in earlier messages alone is not
            reported again, only what this message completes or answers.
    """
    rules = book()
    made = plain(text, rules.speller)
    found = _evidence(made, rules)
    reading = likeness.Reading(made, rules)
    if any(one.tier == "now" for one in found) and reading.unlike():
        found = [replace(one, tier="gentle") for one in found]
    if any(one.words.casefold() in _LITTLE_ELSEWHERE for one in found) and tongues.foreign(text):
        found = [one for one in found if one.words.casefold() not in _LITTLE_ELSEWHERE]
    found += tongues.spoken(text)
    if all(one.tier != "now" for one in found):  # it could only add a gentle word
        told = {one.cls for one in found} | ({ages.CLASS} if ages.grown(text) else set())
        found += reading.alike(told=told)
    if context is not None:
        found += conversation.answered(made, context, rules)
        found += _spread(made, context, rules)
    return verdict(_best(found))


def by_rules(text: str) -> Verdict:
    """What the phrase rules alone see in a text; for measuring the two halves apart."""
    rules = book()
    return verdict(_best(_evidence(plain(text, rules.speller), rules) + tongues.spoken(text)))


def read_rules() -> None:
    """Read all rules; a phrase is compiled when a text first has a word of it, or by `warm`."""
    book()
    likeness.learned()
    sentences.reader()
    tongues.tongues()


def warm(between: Callable[[], bool] = lambda: False) -> None:
    """Read and compile every rule, so that no parent waits for it.

    Args:
        between: called after each phrase; may rest, and says whether to stop there.
    """
    read_rules()
    for pattern in _patterns(book()):
        _ = pattern.regex
        if between():
            return


def _patterns(rules: Book) -> Iterator[Pattern]:
    yield from (entry.pattern for entry in rules.entries)
    for rule in rules.rules:
        yield from (*rule.cancels, *rule.near)
    for circumstance in rules.circumstances.values():
        yield from circumstance


def _spread(made: Plain, context: Context, rules: Book) -> list[Evidence]:
    """Evidence that only the last messages together give."""
    before = conversation.just_said(context)
    if not before:
        return []
    earlier = plain(before, rules.speller)
    whole = plain(before + "\n" + made.clean, rules.speller)
    return _evidence(whole, rules, reaching=len(earlier.words))


def _best(found: list[Evidence]) -> list[Evidence]:
    """One piece of evidence for a rule and person: the strongest."""
    best: dict[tuple[str, str], Evidence] = {}
    for one in found:
        held = best.get((one.rule, one.about))
        if held is None or (held.tier == "gentle" and one.tier == "now"):
            best[one.rule, one.about] = one
    return list(best.values())


@dataclass
class _Reading:
    """A text being read, and where its circumstances (past, laughter ...) stand in it."""

    made: Plain
    rules: Book
    number: dict[int, int] = field(default_factory=dict)
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    present: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.number = {start: at for at, start in enumerate(self.made.starts)}
        self.present = frozenset(self.made.words)

    def spans(self, pattern: Pattern, hits: list[int]) -> Iterator[tuple[int, int]]:
        """First and last word of each match near the words hit."""
        starts, line = self.made.starts, self.made.line
        for low, high in _windows(hits, pattern.phrase.most, len(starts)):
            stop = starts[high] if high < len(starts) else len(line)
            # a little room before, for the look-behind of the first word
            for match in pattern.regex.finditer(line, starts[low], stop):
                if match.end() > match.start():
                    first = self.number[match.start()]
                    yield first, first + match.group().count(" ") - 1

    def near(self, name: str) -> list[tuple[int, int]]:
        """Where a circumstance is named in the text."""
        if name not in self.places:
            self.places[name] = self._find(name)
        return self.places[name]

    def _find(self, name: str) -> list[tuple[int, int]]:
        wanted = self.rules.circumstance_index[name] & self.present
        hits = [at for at, word in enumerate(self.made.words) if word in wanted]
        if not hits:
            return []
        return [
            span
            for pattern in self.rules.circumstances[name]
            for span in self.spans(
                pattern, [at for at in hits if self.made.words[at] in pattern.phrase.anchors]
            )
        ]


def _windows(hits: list[int], reach: int, length: int) -> list[tuple[int, int]]:
    """Stretches of words around the hits, joined where they touch."""
    joined: list[tuple[int, int]] = []
    for at in hits:
        low, high = max(0, at - reach), min(length, at + reach + 1)
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def _evidence(made: Plain, rules: Book, *, reaching: int = 0) -> list[Evidence]:
    """Evidence in one text; only matches that reach word number ``reaching`` or later count."""
    hits: dict[int, list[int]] = {}
    index = rules.index
    for at, word in enumerate(made.words):
        for number in index.get(word, ()):
            hits.setdefault(number, []).append(at)
    reading = _Reading(made, rules)
    found: list[tuple[Evidence, int, int]] = []
    settled: set[tuple[str, str]] = set()
    for number in sorted(hits):
        entry = rules.entries[number]
        if (entry.rule.id, entry.about) in settled:
            continue
        for first, last in reading.spans(entry.pattern, hits[number]):
            if last < reaching:
                continue
            one = _weigh(reading, entry, first, last)
            if one is None:
                continue
            found.append((one, first, last))
            if one.tier == "now":
                settled.add((entry.rule.id, entry.about))
                break
    return _whose(found)


def _whose(found: list[tuple[Evidence, int, int]]) -> list[Evidence]:
    """The evidence, without "I" where a longer match shows that somebody else is meant."""
    found = _thoughts_only(found)
    others = [(one.cls, first, last) for one, first, last in found if one.about == "other"]
    return [
        one
        for one, first, last in found
        if one.about == "other"
        or not any(cls == one.cls and low <= first <= high for cls, low, high in others)
    ]


def _thoughts_only(
    found: list[tuple[Evidence, int, int]],
) -> list[tuple[Evidence, int, int]]:
    """The evidence, without words of harm that stand wholly inside an unwanted thought."""
    thoughts = [(a, b) for one, a, b in found if one.cls == "unwanted_thoughts"]
    return [
        (one, first, last)
        for one, first, last in found
        if one.cls not in _MAY_BE_A_THOUGHT
        or not any(low <= first and last <= high for low, high in thoughts)
    ]


def _weigh(reading: _Reading, entry: Entry, first: int, last: int) -> Evidence | None:
    """What a match is worth in its circumstances; None where they take it away."""
    rule = entry.rule
    if _cancelled(reading, rule, first, last):
        return None
    tier: Tier = rule.tier
    for name, holds in (
        ("negated", _negated),
        ("hypothetical", _hypothetical),
        ("past", _past),
        ("laughing", _laughing),
    ):
        policy = rule.policy[name]
        if policy == "keep" or not holds(reading, first, last):
            continue
        if policy == "drop":
            return None
        tier = "gentle"
    words = reading.made.written(first, last)
    return Evidence(rule.cls, rule.id, words, tier, _about(reading, entry, first, last))


def _about(reading: _Reading, entry: Entry, first: int, last: int) -> About:
    """Whom a match speaks of: where its own words do not say, the nearest person before it."""
    lists, words = reading.rules.lists, reading.made.words
    if entry.about == "other" or entry.rule.cls not in _SAYS_WHO:
        return entry.about
    if not lists["first_person"].isdisjoint(words[first : last + 1]):
        return "self"
    for at in range(first - 1, max(-1, first - _BEFORE), -1):
        if words[at] in lists["first_person"] or words[at] == ".":
            return "self"
        if words[at] in lists["others"]:
            return "other"
    return "self"


def _cancelled(reading: _Reading, rule: Rule, first: int, last: int) -> bool:
    """Whether a near-miss phrase of the rule overlaps the match, or stands close to it."""
    return any(_meets(reading, pattern, first, last) for pattern in rule.cancels) or any(
        _meets(reading, pattern, first - _BEFORE, last + _BEFORE) for pattern in rule.near
    )


def _meets(reading: _Reading, pattern: Pattern, first: int, last: int) -> bool:
    if pattern.phrase.anchors.isdisjoint(reading.present):
        return False
    words, reach = reading.made.words, pattern.phrase.most
    low, high = max(0, first - reach), min(len(words), last + reach + 1)
    hits = [at for at in range(low, high) if words[at] in pattern.phrase.anchors]
    if not hits:
        return False
    return any(start <= last and end >= first for start, end in reading.spans(pattern, hits))


def _negated(reading: _Reading, first: int, last: int) -> bool:  # noqa: ARG001
    """Whether a "not" governs the match: only little words may stand between."""
    lists, words = reading.rules.lists, reading.made.words
    at = first - 1
    while at >= 0 and first - at <= _BEFORE:
        if at + 1 in reading.made.breaks and words[at] not in ("not", "never"):
            return False
        if words[at] in lists["negators"]:
            return at == 0 or words[at - 1] not in lists["not_a_negation_after"]
        if words[at] not in lists["linkers"]:
            return False
        at -= 1
    return False


def _hypothetical(reading: _Reading, first: int, last: int) -> bool:  # noqa: ARG001
    """Whether the match is asked about or feared, not told."""
    stop = _sentence_start(reading, first)
    return any(
        max(stop, first - _BEFORE) <= start and end <= first + 1 and start < first
        for start, end in reading.near("hypothetical")
    )


def _past(reading: _Reading, first: int, last: int) -> bool:
    """Whether a time long gone is named near the match, and no return of it."""
    if not _close(reading.near("past"), first, last):
        return False
    return not _close(reading.near("present"), first, last)


def _laughing(reading: _Reading, first: int, last: int) -> bool:
    words, negators = reading.made.words, reading.rules.lists["negators"]
    meant = [(s, e) for s, e in reading.near("laughing") if s == 0 or words[s - 1] not in negators]
    return _close(meant, first, last)


def _close(places: list[tuple[int, int]], first: int, last: int) -> bool:
    return any(start <= last + _NEAR and end >= first - _NEAR for start, end in places)


def _sentence_start(reading: _Reading, first: int) -> int:
    at = first
    while at > 0 and first - at < _BEFORE and reading.made.words[at - 1] != ".":
        at -= 1
    return at
