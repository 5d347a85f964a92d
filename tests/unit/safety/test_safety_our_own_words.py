"""What parents say by pressing a button of ours is no cry, except where the button means one."""

from pathlib import Path

from content.loader.messages import load_messages
from content.loader.topics import load_topics
from safety.screen import screen

ROOT = Path(__file__).parents[3]

#: Topics whose title, pressed as a button, gets the same words as a parent's own.
MEANT = {
    "mh-suicidal",
    "mh-psychosis",
    "mh-intrusive",
    "mh-history",
    "da-pregnancy",
    "da-worried-i-harm",
    "loss-baby",
    "bond-after-loss-pregnancy",
}


def test_no_button_of_ours_is_taken_for_a_cry() -> None:
    messages = load_messages(ROOT, "en").values()
    labels = {choice.label for one in messages for choice in one.choices}
    assert len(labels) > 60
    assert {label for label in labels if screen(label).tier != "none"} == set()


def test_no_title_of_a_topic_is_taken_for_a_cry_that_is_not_one() -> None:
    titles = {one.title for one in load_topics(ROOT) if one.id not in MEANT}
    assert len(titles) > 60
    assert {title for title in titles if screen(title).tier != "none"} == set()


def test_who_says_a_grown_age_is_not_taken_for_a_child() -> None:
    assert "young_person" not in screen("im 34 and 15 weeks pregnant").classes
    assert "young_person" in screen("im 15 and pregnant").classes
