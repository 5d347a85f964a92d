"""Every reason for which the loader sends a file of words back to its editor, with the line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.loader import ContentError, check, load_messages, load_topics

TODAY = date(2026, 11, 25)
LONG = (
    "Many parents feel this way and it says nothing bad about you. "
    "Here are some small things that you could try today.\n\n"
    "- Hold your baby close and look at each other for a while.\n"
    "- Tell someone that you trust how the day has been for you.\n"
    "- Rest when you can. The dishes can wait until the morning.\n\n"
    "Talk to your health visitor if it goes on. You can ask them at any time."
)
EXAMPLES = [f"example number {letter}" for letter in "abcdefghijkl"]


def topic(**changes: str) -> str:
    fields = {
        "id": "bond-skin",
        "title": "Holding skin to skin",
        "group": "Bonding",
        "stages": "[newborn]",
        "needs": "[bonding]",
        "status": "draft",
        "review_date": "2027-05-31",
        "sources": '\n  - {title: "NHS", url: "https://www.nhs.uk", read: 2026-11-25}',
        "examples": "\n" + "\n".join(f"  - {example}" for example in EXAMPLES),
    }
    sections = {"long": LONG, "short": "Hold your baby close. It helps you both."}
    for name, value in changes.items():
        (sections if name in ("long", "short", "urgent") else fields)[name] = value
    front = "\n".join(f"{name}: {value}" for name, value in fields.items() if value is not None)
    body = "\n\n".join(f"# {name}\n{words}" for name, words in sections.items() if words)
    return f"---\n{front}\n---\n{body}\n"


def write(root: Path, text: str, name: str = "bond-skin") -> Path:
    path = root / "topics" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def messages(root: Path, text: str) -> Path:
    path = root / "messages" / "en.yml"
    path.parent.mkdir(exist_ok=True)
    defaults = '_defaults: {status: draft, review_date: 2027-05-31, source: "own wording"}\n'
    path.write_text(defaults + text, encoding="utf-8")
    return path


def complaints(root: Path, **options: object) -> list[tuple[int, str]]:
    settings = {"live": True, "today": TODAY, "blocked_numbers": ["08451 228 669"], **options}
    return [(problem.line, problem.what) for problem in check(root, **settings)]


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_a_good_topic_has_no_complaints(tmp_path: Path) -> None:
    write(tmp_path, topic())
    assert complaints(tmp_path) == []
    (loaded,) = load_topics(tmp_path)
    assert loaded.intent == "topic_bond_skin"
    assert loaded.text("toddler").short == "Hold your baby close. It helps you both."


@pytest.mark.parametrize(
    "name", ["title", "group", "stages", "needs", "status", "review_date", "sources", "examples"]
)
def test_a_missing_field_is_refused_by_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, topic(**{name: None}))  # type: ignore[arg-type]
    assert (2, f"add the missing field `{name}`") in complaints(tmp_path)
    with pytest.raises(ContentError, match=f"bond-skin.md:2: add the missing field `{name}`"):
        load_topics(tmp_path)


@pytest.mark.parametrize(
    ("changes", "marker", "what"),
    [
        ({"stages": "[newborn, teenager]"}, "stages:", "`teenager` is no stage"),
        ({"status": "perhaps"}, "status:", "choose from draft, approved"),
        ({"review_date": "31/05/2027"}, "review_date:", "as a day such as 2027-05-31"),
        ({"review_date": "2026-11-24"}, "review_date:", "have these words reviewed"),
        ({"related": "[no-such-topic]"}, "related:", "there is no topic `no-such-topic`"),
        ({"related": "[bond-skin]"}, "related:", "not related to itself"),
        ({"title": "x" * 41}, "title:", "shorten the title"),
        ({"id": "bond-other"}, "id:", "make the id the file's name, `bond-skin`"),
        ({"colour": "blue"}, "colour:", "remove the unknown field `colour`"),
        ({"sources": "[{title: a, url: nhs.uk, read: 2026-11-25}]"}, "nhs.uk", "with https://"),
        ({"long": ""}, "---", "add the missing section `# long`"),
        ({"short": ""}, "---", "add the missing section `# short`"),
        ({"short": "a" * 307}, "# short", "307 units make 3"),
        ({"short": "€" * 154}, "# short", "308 units make 3"),
        ({"short": "Hold on \u2013 it helps"}, "# short", "replace \u2013"),
        ({"short": "Ring 08451 228669 now"}, "# short", "the blocked number 08451 228669"),
        ({"long": LONG + " Call 0845 1228 669."}, "# long", "the blocked number 0845 1228 669"),
        ({"urgent": "Ring +44 8451 228 669"}, "# urgent", "the blocked number +44 8451 228 669"),
        ({"long": LONG + " You should have asked."}, "# long", "leave out `should have`"),
        ({"short": "Just hold on."}, "# short", "leave out `Just`"),
        ({"long": "Too short."}, "# long", "write 60 to 170 words: these are 2"),
        ({"examples": "[a, b]"}, "examples:", "write at least 12 examples"),
    ],
)
def test_a_slip_is_shown_on_its_line(
    tmp_path: Path, changes: dict[str, str], marker: str, what: str
) -> None:
    path = write(tmp_path, topic(**changes))
    found = complaints(tmp_path)
    assert [line for line, words in found if what in words] == [line_of(path, marker)], found


def test_words_for_grown_up_readers_only_are_refused(tmp_path: Path) -> None:
    hard = "Developmental considerations necessitate individualised parental sensitivity. " * 10
    path = write(tmp_path, topic(long=hard))
    ((line, what),) = complaints(tmp_path)
    assert line == line_of(path, "# long")
    assert what.startswith("write in shorter words and sentences: reading age")


def test_an_example_given_twice_is_refused_within_and_across_topics(tmp_path: Path) -> None:
    first = write(
        tmp_path, topic(examples="[" + ", ".join([*EXAMPLES, "'Example, number A!'"]) + "]")
    )
    other = topic(id="bond-spoil", examples="[" + ", ".join([*EXAMPLES[1:], "one more"]) + "]")
    write(tmp_path, other, "bond-spoil")
    found = check(tmp_path, live=False, today=TODAY, blocked_numbers=[])
    assert sum(p.file == first for p in found) == 1
    assert sum(p.file != first for p in found) == len(EXAMPLES) - 1
    assert all("stands in bond-skin.md already" in p.what for p in found)


def test_a_due_review_stops_live_and_only_warns_in_demo(tmp_path: Path) -> None:
    write(tmp_path, topic(review_date="2026-11-24"))
    for live, level in ((True, "error"), (False, "warning")):
        (problem,) = check(tmp_path, live=live, today=TODAY, blocked_numbers=[])
        assert problem.level == level
    (day_itself,) = [check(tmp_path, live=True, today=date(2026, 11, 24), blocked_numbers=[])]
    assert day_itself == []


def test_a_problem_prints_as_a_link_for_an_editor(tmp_path: Path) -> None:
    path = write(tmp_path, topic(colour="blue"))
    (problem,) = check(tmp_path, live=True, today=TODAY, blocked_numbers=[])
    assert str(problem) == f"{path}:{problem.line}: remove the unknown field `colour`"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("no front matter\n", 1, "begin with fields between two lines of ---"),
        ("---\nid: [\n---\n", None, "put the YAML right"),
        ("---\nid: a\nid: b\n---\n", 3, "remove one of the two `id`"),
        (topic() + "\n# lang\nwords\n", None, "use `# long`, `# short` or `# urgent`"),
        (topic() + "\n# long\nwords\n", None, "remove one of the two `# long`"),
        (topic() + "\n# long: teenager\nwords\n", None, "`teenager` is no stage"),
        (topic().replace("# long", "stray\n# long"), None, "put these words under a heading"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, text: str, line: int | None, what: str
) -> None:
    write(tmp_path, text)
    found = complaints(tmp_path)
    assert any(words.startswith(what) and line in (None, at) for at, words in found), found


def test_a_translation_without_its_topic_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "topics" / "ur" / "bond-skin.md"
    path.parent.mkdir(parents=True)
    path.write_text("---\ntitle: x\n---\n", encoding="utf-8")
    assert complaints(tmp_path) == [(1, "write the English topic first, or remove this")]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("utter_a: {sms: hello}", 2, "add the missing field `web`"),
        ("utter_a: {web: hello, colour: red}", 2, "remove the unknown field `colour`"),
        ("utter_a:\n  web: hello\nutter_a:\n  web: hi", 4, "remove one of the two `utter_a`"),
        ("utter_a:\n  web: hello\nutter_b:\n  web: Text STOP", 5, "that the carrier swallows"),
        ("utter_a: {web: a, sms: 'caf\u00ea'}", 2, "replace \u00ea: not in the SMS alphabet"),
        (f"utter_a: {{web: {'a' * 307}}}", 2, "shorten to 2 SMS segments"),
        (f"utter_a: {{web: {chr(1570) * 269}}}", 2, "shorten to 4 SMS segments"),
        ("utter_a: {web: ring 08451228669}", 2, "remove the blocked number"),
        ("utter_a: {web: a, review_date: 2026-01-01}", 2, "have these words reviewed"),
        ("utter_a: {web: hi, choices: [{label: a, payload: b}]}", 2, "begin the payload with /"),
        ("utter_a: {web: hi, choices: [{label: a}]}", 2, "add the missing field `payload`"),
        ("utter_a: {web: hi, choices: yes}", 2, "write `choices` as a list"),
    ],
)
def test_a_slip_in_a_message_is_shown_on_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    messages(tmp_path, text)
    found = complaints(tmp_path)
    assert any(what in words and at in (line, line + 1) for at, words in found), found


def test_choices_count_towards_the_length_of_an_sms(tmp_path: Path) -> None:
    choices = ", ".join(f"{{label: {'b' * 30}, payload: /b}}" for _ in range(3))
    messages(tmp_path, f"utter_a: {{web: {'a' * 240}, choices: [{choices}]}}")
    assert any("choices included" in what for _, what in complaints(tmp_path))


def test_crisis_and_summary_texts_have_their_own_length(tmp_path: Path) -> None:
    long = "a" * 400
    messages(tmp_path, f"crisis.suicide: {{web: {long}}}\nutter_ref_summary: {{web: {long}}}")
    assert complaints(tmp_path) == []


def test_messages_and_crisis_texts_are_one_set_of_keys(tmp_path: Path) -> None:
    messages(tmp_path, "utter_a: {web: hello}")
    crisis = tmp_path / "crisis" / "en.yml"
    crisis.parent.mkdir()
    crisis.write_text(
        "_defaults: {status: approved, review_date: 2027-01-31, source: us}\n"
        "crisis.suicide: {web: call}\n",
        encoding="utf-8",
    )
    loaded = load_messages(tmp_path, "en")
    assert list(loaded) == ["utter_a", "crisis.suicide"]
    assert (loaded["utter_a"].status, loaded["crisis.suicide"].status) == ("draft", "approved")
    crisis.write_text(crisis.read_text(encoding="utf-8") + "utter_a: {web: twice}\n")
    with pytest.raises(ContentError, match="en.yml:3: `utter_a` stands in another file too"):
        load_messages(tmp_path, "en")


def test_a_language_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"pl\.yml:1: write the texts in `pl`"):
        load_messages(tmp_path, "pl")
