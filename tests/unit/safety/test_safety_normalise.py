"""One spelling per word, whatever was done to it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.normalise import clean, plain
from safety.rulebook import book


def words(text: str) -> str:
    return " ".join(plain(text, book().speller).words)


@pytest.mark.parametrize(
    "written",
    [
        "i want to kill myself",
        "I WANT TO KILL MYSELF",
        "i wanna kill myself",
        "iwanttokillmyself",
        "i want to killmyself",
        "i want to k1ll mys3lf",
        "i want to k*ll myself",
        "i want to k i l l myself",
        "i want to k.i.l.l myself",
        "i want to kiiiiill myself",
        "i want to killlll myselfffff",
        "i want 2 kill meself",
        "ｉ ｗａｎｔ ｔｏ ｋｉｌｌ ｍｙｓｅｌｆ",
        "i want to k\u200bi\u200bl\u200bl my\u00adself",
        "i want to kіll mуself",  # Cyrillic i and u
        "i want to ｋｉ\u0301ll mysélf",
        "𝐢 𝐰𝐚𝐧𝐭 𝐭𝐨 𝐤𝐢𝐥𝐥 𝐦𝐲𝐬𝐞𝐥𝐟",
        "i want to kill myslef",
        "i want to kill\nmyself",
        "i want to, kill myself",
    ],
)
def test_every_disguise_reads_the_same(written):
    assert words(written) == "i want to kill myself"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("i can't cope", "i can not cope"),
        ("i cant cope", "i can not cope"),
        ("he’s not breathing", "he is not breathing"),
        ("my 5wk old", "my 5 week old"),
        ("temp 38.5", "temperature 38.5"),
        ("ill shake her", "i will shake her"),
        ("she is ill today", "she is ill today"),
        ("sucidal", "suicidal"),
        ("not breathin", "not breathing"),
        ("haha 😂", "lol lol"),
    ],
)
def test_text_speak_is_read(written, read):
    assert words(written) == read


@pytest.mark.parametrize(
    "word", ["joking", "feeding", "sharing", "shaving", "hunting", "tables", "skill", "together"]
)
def test_real_words_are_left_alone(word):
    assert words(word) == word


def test_places_point_at_what_was_written():
    made = plain("Hello... I wanna DIE now", book().speller)
    at = made.words.index("die")
    assert made.written(at, at) == "DIE"


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it_and_places_stay_inside(text):
    made = plain(text, book().speller)
    assert len(made.words) == len(made.spans) == len(made.starts)
    assert all(0 <= low <= high <= len(made.clean) for low, high in made.spans)
    assert all(
        made.line[s : s + len(w)] == w for s, w in zip(made.starts, made.words, strict=True)
    )


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "İİİ", "🙂" * 50, "\u202eabc", "ﷺ" * 20]
)
def test_odd_texts_are_read(text):
    plain(text, book().speller)
    assert "\u202e" not in clean(text)
