"""What a reader of content gets: stage variants, channels, translations, hashes, lengths."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.loader import Choice, load_messages, load_topics
from content.loader.model import content_hash
from content.loader.readability import reading_age, syllables
from content.loader.sms import SmsSize, measure, outside_gsm7
from content.loader.topics import unwrap

FRONT = """---
id: sleep-normal
title: {title}
group: Sleep
stages: [any]
needs: [sleep]
status: draft
review_date: {day}
sources:
  - {{title: "NHS: sleep", url: "https://www.nhs.uk/sleep", read: 2026-11-25}}
examples: [no, 3, is this normal]
---
# long
Waking is
normal.

- rest when
  you can
- ask

# short
Waking is normal.

# long: toddler
Toddlers wake too.
"""


def write(root: Path, title: str = "Waking at night", day: str = "2027-05-31") -> None:
    path = root / "content" / "topics" / "sleep-normal.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FRONT.format(title=title, day=day), encoding="utf-8")


def test_a_stage_variant_borrows_what_it_leaves_out(tmp_path: Path) -> None:
    write(tmp_path)
    (topic,) = load_topics(tmp_path)
    assert topic.text().long == "Waking is normal.\n\n- rest when you can\n- ask"
    assert topic.text("toddler").long == "Toddlers wake too."
    assert topic.text("toddler").short == topic.text("newborn").short == "Waking is normal."
    assert topic.sources[0].read == date(2026, 11, 25)


def test_yaml_words_such_as_no_and_numbers_stay_what_the_parent_wrote(tmp_path: Path) -> None:
    write(tmp_path)
    (topic,) = load_topics(tmp_path)
    assert topic.examples == ("no", "3", "is this normal")


def test_the_hash_follows_the_words_and_not_the_date(tmp_path: Path) -> None:
    write(tmp_path)
    before = load_topics(tmp_path)[0].hash()
    write(tmp_path, day="2028-01-01")
    assert load_topics(tmp_path)[0].hash() == before
    write(tmp_path, title="Waking by night")
    assert load_topics(tmp_path)[0].hash() != before


def test_rewrapping_keeps_a_hash_and_moving_a_word_between_parts_does_not() -> None:
    assert content_hash(["a  b\nc"]) == content_hash(["a b c"])
    assert content_hash(["a b", "c"]) != content_hash(["a", "b c"])


def test_a_translation_adds_words_to_its_topic(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "content" / "topics" / "pl" / "sleep-normal.md"
    path.parent.mkdir()
    path.write_text(
        "---\ntitle: Nocne pobudki\nstatus: draft\nreview_date: 2027-05-31\n---\n"
        "# long\nTo normalne.\n# short\nNormalne.\n",
        encoding="utf-8",
    )
    (topic,) = load_topics(tmp_path)
    assert topic.text("newborn", "pl").long == "To normalne."
    assert topic.hash("pl") != topic.hash("en")
    with pytest.raises(KeyError):
        topic.text("newborn", "ur")


def test_each_channel_finds_its_own_words_or_the_next_best(tmp_path: Path) -> None:
    path = tmp_path / "messages" / "en.yml"
    path.parent.mkdir()
    path.write_text(
        "_defaults: {status: draft, review_date: 2027-05-31, source: us}\n"
        "a: {web: w, sms: s, telegram: t, choices: [{label: L, payload: /p}]}\n"
        "b: {web: w, sms: s}\n"
        "c: {web: w, sms: ~}\n",
        encoding="utf-8",
    )
    loaded = load_messages(tmp_path, "en")
    channels = ("web_chat", "sms", "telegram")
    said = {
        key: "".join(message.text(name) for name in channels) for key, message in loaded.items()
    }
    assert said == {"a": "wst", "b": "wss", "c": "www"}
    assert loaded["a"].choices == (Choice("L", "/p"),)
    assert len({message.hash() for message in loaded.values()}) == 3


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", SmsSize("gsm7", 0, 0)),
        ("a" * 160, SmsSize("gsm7", 160, 1)),
        ("a" * 161, SmsSize("gsm7", 161, 2)),
        ("a" * 306, SmsSize("gsm7", 306, 2)),
        ("a" * 307, SmsSize("gsm7", 307, 3)),
        ("[" * 80, SmsSize("gsm7", 160, 1)),
        ("a" * 152 + "[" + "a" * 152, SmsSize("gsm7", 306, 3)),
        ("\u2019" * 70, SmsSize("ucs2", 70, 1)),
        ("\u0622" * 71, SmsSize("ucs2", 71, 2)),
        ("\U0001f476" * 35, SmsSize("ucs2", 70, 1)),
        ("\U0001f476" * 67, SmsSize("ucs2", 134, 3)),
    ],
)
def test_sms_length_is_counted_as_carriers_count_it(text: str, size: SmsSize) -> None:
    assert measure(text) == size


def test_characters_outside_the_sms_alphabet_are_named_once() -> None:
    assert outside_gsm7("it\u2019s \u2013 it\u2019s") == ("\u2019", "\u2013")
    assert outside_gsm7("caf\u00e9 \u00a3 {x} ~ \u20ac") == ()


def test_unwrapping_keeps_paragraphs_and_items() -> None:
    assert unwrap(["a", "b", "", "- c", "  d", "- e", ""]) == "a b\n\n- c d\n- e"


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("baby", 2),
        ("the", 1),
        ("feeding", 2),
        ("crying", 2),
        ("visitor", 3),
        ("people", 2),
        ("nation", 2),
        ("usual", 3),
        ("held", 1),
    ],
)
def test_syllables_of_the_words_we_use(word: str, count: int) -> None:
    assert syllables(word) == count


def test_reading_age_grows_with_words_and_sentences_and_leaves_out_numbers() -> None:
    plain = "Crying is hard to hear. Hold your baby close. Rock them a little."
    longer = "Crying is hard to hear so hold your baby close and rock them a little."
    harder = "Vocalisation is distressing. Maintain proximity. Facilitate regulation."
    assert reading_age(plain) < reading_age(longer) < reading_age(harder)
    assert reading_age(plain + " 0808 800 5000") == reading_age(plain)
    assert reading_age("") == 0


def test_reading_age_follows_the_published_formula() -> None:
    # 3 sentences, 13 words, 15 syllables, counted by hand.
    text = "Crying is hard to hear. Hold your baby close. Rock them a lot."
    grade = 0.39 * 13 / 3 + 11.8 * 15 / 13 - 15.59
    assert reading_age(text) == pytest.approx(grade + 5)
