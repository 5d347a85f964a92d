"""Deployments: what each must hold, and what is said when it does not."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from common.deployment import REQUIRED_LINES, REQUIRED_VARIABLES, Deployment, available, load
from common.errors import SettingsError
from signposting.numbers import BlockedNumbers

ROOT = Path(__file__).resolve().parents[3]
DEPLOYMENTS = ROOT / "deployments"
NAMES = available(DEPLOYMENTS)


@pytest.fixture(params=NAMES)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    return load(DEPLOYMENTS, request.param)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Deployment]:
    """A copy of the first deployment with one text put in place of another in a file."""

    def make(file: str, old: str, new: str) -> Deployment:
        root = tmp_path / "deployments"
        shutil.copytree(DEPLOYMENTS, root)
        path = root / NAMES[0] / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return load(root, NAMES[0])

    return make


def test_there_are_two_and_they_differ_in_nation_and_lines() -> None:
    first, second = (load(DEPLOYMENTS, name) for name in NAMES)
    assert (first.nation, second.nation) == ("england", "wales")
    assert first.lines["domestic_abuse"].phone != second.lines["domestic_abuse"].phone
    assert first.variables()["urgent_line"] != second.variables()["urgent_line"]


def test_every_line_that_a_crisis_text_may_name_is_verified(deployment: Deployment) -> None:
    for line_id in REQUIRED_LINES:
        line = deployment.lines[line_id]
        assert line.verified, line_id
        assert line.sources, line_id
        assert line.phone or line.sms_to, line_id


def test_messages_get_every_variable(deployment: Deployment) -> None:
    variables = deployment.variables()
    for name in (*REQUIRED_VARIABLES, "service_name", "team_name", "area_name"):
        assert variables[name]
    assert variables["lines"]["samaritans"]["phone"] == "116 123"
    assert variables["lines"]["shout"]["sms"] == "SHOUT to 85258"
    assert variables["lines"]["samaritans"]["hours"] == "any time, day or night"


def test_no_line_has_a_blocked_number(deployment: Deployment) -> None:
    blocked = BlockedNumbers(deployment.blocked)
    for line in deployment.lines.values():
        assert blocked.found(f"{line.phone} {line.sms_to}") == ()


def test_a_demonstration_names_no_safety_officer(deployment: Deployment) -> None:
    assert deployment.safety_officer is None


def test_consent_is_the_last_thing_asked_before_sending(deployment: Deployment) -> None:
    before = [field for field in deployment.referral_fields if field.when == "before_sending"]
    assert before[-1].id == "consent"
    assert before[-1].required


def test_who_else_sees_the_phone_is_asked_before_the_reason(deployment: Deployment) -> None:
    ids = [field.id for field in deployment.referral_fields]
    assert ids.index("phone_shared") < ids.index("reason")


@pytest.mark.parametrize("value", ["https://www.example.org", "https://a.org:8443"])
def test_sites_that_may_show_the_chat_are_origins(
    value: str, changed: Callable[..., Deployment]
) -> None:
    made = changed("deployment.yml", "embed_on: null", f"embed_on: ['{value}']")
    assert made.embed_on == (value,)


@pytest.mark.parametrize("value", ["http://www.example.org", "https://a.org/page", "*", "a.org"])
def test_a_site_that_is_no_origin_is_refused(
    value: str, changed: Callable[..., Deployment]
) -> None:
    with pytest.raises(SettingsError, match=r"deployment\.yml.*embed_on.*not an origin"):
        changed("deployment.yml", "embed_on: null", f"embed_on: ['{value}']")


def test_covers_asks_where_only_a_part_is_inside(deployment: Deployment) -> None:
    own = deployment.eligibility.districts[0]
    assert deployment.eligibility.covers_all((own,)) is True
    assert deployment.eligibility.covers_all((own, None)) is None
    assert deployment.eligibility.covers_all((own, "E07000163")) is None
    assert deployment.eligibility.covers_all((None,)) is False


@pytest.mark.parametrize(
    ("name", "when", "open_"),
    [
        ("bradford", datetime(2026, 11, 25, 10, tzinfo=UTC), True),
        ("bradford", datetime(2026, 11, 25, 20, tzinfo=UTC), False),
        ("bradford", datetime(2026, 12, 25, 10, tzinfo=UTC), False),
        ("bradford", datetime(2026, 12, 28, 10, tzinfo=UTC), False),  # in lieu of Boxing Day
        ("bradford", datetime(2027, 3, 1, 10, tzinfo=UTC), True),
        ("caerwen", datetime(2027, 3, 1, 10, tzinfo=UTC), False),  # a closure of its own
        ("caerwen", datetime(2026, 7, 3, 15, 30, tzinfo=UTC), False),  # Friday, 16:30 local
        ("bradford", datetime(2026, 7, 3, 8, 30, tzinfo=UTC), True),  # 9:30 in summer time
    ],
)
def test_teams_keep_local_hours_and_public_holidays(
    name: str, when: datetime, open_: bool
) -> None:
    assert load(DEPLOYMENTS, name).is_open("engagement", when) is open_


def test_the_next_opening_after_christmas_eve_is_after_the_holidays() -> None:
    found = load(DEPLOYMENTS, "bradford").next_open(datetime(2026, 12, 24, 18, tzinfo=UTC))
    assert found == datetime(2026, 12, 29, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("nation", "holiday"),
    [("scotland", date(2026, 11, 30)), ("northern_ireland", date(2026, 3, 17))],
)
def test_holidays_go_by_nation(nation: str, holiday: date, deployment: Deployment) -> None:
    assert not deployment.is_holiday(holiday)
    assert replace(deployment, nation=nation).is_holiday(holiday)


def test_a_time_without_a_zone_is_refused(deployment: Deployment) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        deployment.is_open("clinicians", datetime(2026, 11, 25, 10))  # noqa: DTZ001


def test_an_unknown_deployment_says_which_there_are() -> None:
    with pytest.raises(SettingsError, match=r"no deployment 'atlantis'.*bradford, caerwen"):
        load(DEPLOYMENTS, "atlantis")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("deployment.yml", "team_name:", "the_name:", r"deployment\.yml: team_name is missing"),
        ("deployment.yml", "nation: england", "nation: mars", "nation must be one of: england"),
        ("deployment.yml", "Europe/London", "Europe/Lundun", "time_zone must be a time zone"),
        ("deployment.yml", "  clinicians:", "  doctors:", r"teams\.clinicians is missing"),
        (
            "deployment.yml",
            '"Mo-Fr 09:00-17:00"',
            '"office"',
            r"engagement\.hours is wrong",
        ),
        ("deployment.yml", "until_weeks: 104", "until_weeks: two", r"until_weeks must be a whole"),
        ("deployment.yml", "id: consent", "id: approval", "referral_fields has no consent"),
        ("deployment.yml", "{id: gp,", "{id: name,", "names a field twice"),
        ("lines.yml", "id: samaritans", "id: listeners", "lines has no samaritans"),
        ("lines.yml", "id: shout", "id: samaritans", r"'samaritans' is there twice"),
        ("lines.yml", "phone: 116 123", "phone: 116123", r"lines\[samaritans\]\.phone must be a"),
        ("lines.yml", "free: true", "free: maybe", r"lines\[emergency\]\.free must be true"),
        ("words.yml", "maternity:", "ward:", r"variables\.maternity is missing"),
        ("words.yml", "variables:", "variables: [", "not readable as YAML"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(
    changed: Callable[[str, str, str], Deployment], file: str, old: str, new: str, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem) as caught:
        changed(file, old, new)
    assert file in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    root = tmp_path / "deployments"
    shutil.copytree(DEPLOYMENTS, root)
    (root / NAMES[0] / "lines.yml").unlink()
    with pytest.raises(SettingsError, match=r"lines\.yml: the file is missing"):
        load(root, NAMES[0])
