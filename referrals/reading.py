"""Reads one message of a telling into the record, in the light of what was asked; pure."""

from dataclasses import replace

from referrals.choices import with_this_phone
from referrals.facts import Facts, read_facts
from referrals.hearing import means_this_phone, reason_in
from referrals.merge import Merged, home_of, merge
from referrals.model import Record
from referrals.progress import Progress
from referrals.telling import Heard, Setting
from referrals.text import is_question


def read(
    heard: Heard, record: Record, progress: Progress, *, asking: str | None, setting: Setting
) -> tuple[Facts, Merged]:
    """The facts of a message and the record with them in it."""
    facts = facts_in(heard, record, progress, expecting=asking)
    merged = merged_in(facts, heard, record, setting)
    if _nothing(facts, merged) and facts.correction and progress.answered:
        # "no, it's Ayesha" speaks of what was answered last.
        facts = facts_in(heard, record, progress, expecting=progress.answered[-1])
        merged = merged_in(facts, heard, record, setting)
    if _nothing(facts, merged) and asking == "postcode":
        merged = _place_by_name(heard, merged, setting)
    here = asking == "phone" and means_this_phone(heard, progress, channel=setting.channel)
    if here and facts.phone is None:
        changed = (*merged.changed, "phone")
        merged = Merged(with_this_phone(merged.record), changed, merged.problems)
    if asking is None and (said := reason_in(heard.text)):
        merged = replace(merged, record=merged.record.having("reason", said))
    return facts, merged


def facts_in(heard: Heard, record: Record, progress: Progress, *, expecting: str | None) -> Facts:
    """What the words say, read as an answer to `expecting` where they are bare."""
    text = heard.text
    if progress.pending and expecting == "baby":
        text = f"{progress.pending} {text}"
    born = record.baby.born if record.baby else None
    return read_facts(text, today=heard.now.date(), expecting=expecting, born=born)


def merged_in(facts: Facts, heard: Heard, record: Record, setting: Setting) -> Merged:
    """The record with facts in it."""
    return merge(record, facts, heard.text, lookup=setting.lookup, channel=setting.channel)


def _nothing(facts: Facts, merged: Merged) -> bool:
    return not (merged.changed or merged.problems or facts.reopened)


def _place_by_name(heard: Heard, merged: Merged, setting: Setting) -> Merged:
    place = None if is_question(heard.text) else setting.lookup(heard.text)
    if place is None:
        return merged
    home = home_of(place.text, place, full=place.kind == "postcode")
    problems = ("postcode_split",) if place.split else ()
    return Merged(replace(merged.record, postcode=home), ("postcode",), problems)
