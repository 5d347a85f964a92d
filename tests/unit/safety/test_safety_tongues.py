"""The phrase rules for other languages than English."""

import json
from collections import Counter
from pathlib import Path

import pytest

from safety.screen import screen
from safety.tongues import FOLDER, TongueError, fold, read, skeleton, spoken, tongues

DATA = Path(__file__).resolve().parents[2] / "data" / "safety_build_languages.jsonl"
ROWS = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
LANGUAGES = ("ur", "ur-Latn", "pa-Latn", "pl", "bn-Latn", "sk", "ro", "ar")


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("nie chcę już żyć", "suicide"),
        ("Mąż mnie bije i boję się o dziecko", "domestic_abuse"),
        ("mały nie oddycha", "baby_unwell"),
        ("nechcem už žiť", "suicide"),
        ("bábätko sa od rána nehýbe", "baby_movements"),
        ("vreau să mor", "suicide"),
        ("bebelușul nu respiră", "baby_unwell"),
        ("اريد أن أموت", "suicide"),
        ("زوجي يضربني كل يوم", "domestic_abuse"),
        ("الجنين ما عم يتحرك من مبارح", "baby_movements"),
        ("میں مرنا چاہتی ہوں", "suicide"),
        ("بچہ سانس نہیں لے رہا", "baby_unwell"),
        ("main marna chahti hoon", "suicide"),
        ("bcha saans nahi le raha", "baby_unwell"),
        ("mera gharwala menu kutda hai", "domestic_abuse"),
        ("ami ar bachte chai na", "suicide"),
        ("amar shami amare mare", "domestic_abuse"),
    ],
)
def test_plain_words_are_found_and_are_now(text, cls):
    seen = screen(text)
    assert cls in seen.classes
    assert seen.tier_of(cls) == "now"


@pytest.mark.parametrize("language", LANGUAGES)
def test_explicit_words_of_the_building_set_are_found(language):
    rows = [r for r in ROWS if r["language"] == language and r.get("kind") == "explicit"]
    assert len(rows) > 100
    missed = [r["id"] for r in rows if not spoken(r["text"])]
    assert len(missed) <= 0.17 * len(rows), missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_near_misses_of_the_building_set_stay_few(language):
    rows = [r for r in ROWS if r["language"] == language and r["class"] is None]
    assert len(rows) > 100
    urgent = [r["id"] for r in rows if any(e.tier == "now" for e in spoken(r["text"]))]
    assert len(urgent) <= 0.08 * len(rows), urgent


@pytest.mark.parametrize(
    "text",
    [
        "niebieskie oczy ma po tacie, śpi już całą noc",
        "main aaj bohat thak gayi hoon, bacha so gaya hai",
        "abhi baby 14 weeks ka hai",
        "cum îl învăț să doarmă singur",
        "كم ساعة لازم ينام البيبي",
        "ako mám uspať bábätko",
        "amar babu kobe dat uthbe",
    ],
)
def test_ordinary_talk_is_left_alone(text):
    assert spoken(text) == []


@pytest.mark.parametrize(
    "text", ["nie, nigdy nie chcę umrzeć", "main marna nahi chahti, bas neend chahiye"]
)
def test_a_denial_is_gentle(text):
    assert {one.tier for one in spoken(text)} <= {"gentle"}


def test_somebody_else_is_named():
    seen = screen("moja siostra chce umrzeć, ma trzymiesięczne dziecko")
    assert seen.about("suicide") == "other"
    assert screen("chcę umrzeć").about("suicide") == "self"


@pytest.mark.parametrize(
    "text",
    [
        "i had a miscarriage in may and now im 20 weeks",
        "the baby fell asleep on me",
        "suicide prevention walk for the charity, can i bring the pram",
    ],
)
def test_english_is_left_to_the_other_half(text):
    assert spoken(text) == []


def test_marks_and_look_alikes_are_one_letter():
    assert fold("Chcę ŻYĆ") == "chce zyc"
    assert fold("أموت") == fold("اموت")
    assert fold("مرنا چاہتی") == fold("مرنا چاہتي")
    assert fold("٣٨") == "38"
    assert fold("nooooo") == "no"
    assert skeleton("chahti") == skeleton("chahtee") != skeleton("jaana")


def test_every_language_has_every_class():
    from safety.model import CLASSES

    book = tongues()
    assert set(book.known) == set(LANGUAGES)
    there = {(s.language, s.cls) for found in book.index.values() for s in found}
    assert there == {(language, cls) for language in LANGUAGES for cls in CLASSES}
    assert min(Counter(language for language, _ in there).values()) == len(CLASSES)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{nobody} cries", "group"),
        ("..2 cries", "begin with a word"),
        ("~ab cries", "consonants"),
    ],
)
def test_a_phrase_that_cannot_work_is_refused(tmp_path, row, says):
    text = (
        "language: xx\nnot: [no]\npeople: [she]\nme: [i]\n"
        f'classes: {{suicide: {{now: ["{row}"]}}}}\n'
    )
    (tmp_path / "xx.yml").write_text(text, "utf-8")
    with pytest.raises(TongueError, match=says):
        read(tmp_path)


def test_a_class_that_is_not_known_is_refused(tmp_path):
    text = "language: xx\nnot: []\npeople: []\nme: []\nclasses: {sadness: {now: [a b]}}\n"
    (tmp_path / "xx.yml").write_text(text, "utf-8")
    with pytest.raises(TongueError, match="sadness"):
        read(tmp_path)


def test_unwanted_thoughts_loss_and_age_are_never_now():
    gentle = {"unwanted_thoughts", "loss", "young_person"}
    for found in tongues().index.values():
        assert {s.tier for s in found if s.cls in gentle} <= {"gentle"}
    assert FOLDER.is_dir()


ORDINARY = DATA.with_name("safety_ordinary_languages.jsonl")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (row["text"], row["language"])
        for row in map(json.loads, ORDINARY.read_text("utf-8").splitlines())
    ],
)
def test_what_parents_ask_every_day_in_other_languages_is_no_cry(text, language):
    assert screen(text).tier == "none", language


@pytest.mark.parametrize(
    "text",
    [
        "bacha raat ko nahi sota",
        "بچہ رات کو نہیں سوتا",
        "dieťa v noci nespí",
        "nie czuję miłości do dziecka",
        "لا أشعر بالحب تجاه طفلي",
        "padám od únavy",
        "potrzebuję pomocy od waszych specjalistów",
        "rodzina daleko, mąż w pracy, siedzę sama w domu",
    ],
)
def test_words_that_only_look_like_a_cry_get_no_urgent_text(text):
    assert screen(text).tier != "now"


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("teen raaton se nahi soi aur awazein aa rahi hain", "psychosis"),
        ("nespala som tri noci a počujem hlasy", "psychosis"),
        ("nie czuję ruchów dziecka", "baby_movements"),
        ("nie czuję dziecka", "baby_movements"),
        ("moja siostra mówi że zrobi dziecku krzywdę", "losing_control"),
        ("i took an od last night", "suicide"),
        ("povedal že ma zabije", "domestic_abuse"),
    ],
)
def test_the_cries_beside_them_are_still_heard(text, cls):
    seen = screen(text)
    assert seen.tier == "now"
    assert cls in seen.classes
