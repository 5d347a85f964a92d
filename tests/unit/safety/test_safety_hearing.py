"""Which language a text is in: sure or silent, and silent on English."""

import json
from collections import Counter
from pathlib import Path

import pytest

from content.loader.topics import load_topics
from safety.hearing import heard

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("میرا بچہ سوتا نہیں", "ur"),
        ("طفلي لا ينام في الليل", "ar"),
        ("mera bacha raat ko sota nahi hai", "ur-Latn"),
        ("moje dziecko nie chce jeść", "pl"),
        ("neviem čo mám robiť, dieťa stále plače", "sk"),
        ("nu stiu ce sa fac, copilul nu doarme", "ro"),
        ("amar baccha ghumay na ki kortam", "bn-Latn"),
    ],
)
def test_a_language_is_heard(text, language):
    assert heard(text) == language


def test_no_english_text_of_ours_is_taken_for_another_language():
    examples = [text for topic in load_topics(ROOT) for text in topic.examples]
    assert len(examples) > 2000
    assert [text for text in examples if heard(text) not in (None, "ur-Latn")] == []


def test_most_texts_in_a_language_are_heard_and_few_as_another():
    right, wrong, all_of = Counter(), Counter(), Counter()
    for line in (DATA / "safety_build_languages.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found = heard(row["text"])
        all_of[row["language"]] += 1
        right[row["language"]] += found == row["language"]
        wrong[row["language"]] += found not in (None, row["language"])
    assert len(all_of) == 8
    for language, number in all_of.items():
        assert right[language] > 0.6 * number, language
        assert wrong[language] < 0.07 * number, language
