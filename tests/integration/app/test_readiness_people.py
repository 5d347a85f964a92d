"""Live mode names each safeguarding lead that is missing."""

import shutil
from pathlib import Path

import pytest

from app import ready, young
from tests.integration.app.test_readiness import MAIL, live

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    made.mkdir()
    shutil.copytree(ROOT / "deployments", made / "deployments")
    for name in ("content", "migrations", "bot"):
        (made / name).symlink_to(ROOT / name)
    return made


def name(root: Path, who: str) -> None:
    path = root / "deployments" / "bradford" / "deployment.yml"
    before = f"{who}: {{name: null, email: null}}"
    text = path.read_text("utf-8")
    assert before in text
    after = f"{who}: {{name: Jo Lead, email: {who}@example.org}}"
    path.write_text(text.replace(before, after), "utf-8")


def test_live_mode_names_each_safeguarding_lead_that_is_missing(
    root: Path, tmp_path: Path
) -> None:
    settings = live(root, tmp_path / "none.db", **MAIL)
    said = [one for one in ready.missing(settings) if "safeguarding." in one]
    for who in ("lead", "under_16", "under_13"):
        for part in ("name", "email"):
            assert any(f"safeguarding.{who}.{part}" in one for one in said)
        name(root, who)
    assert not any("safeguarding." in one for one in ready.missing(settings))


def test_live_mode_needs_the_mail_by_which_the_lead_is_told(root: Path, tmp_path: Path) -> None:
    settings = live(root, tmp_path / "none.db")
    assert any("safeguarding lead is told" in one for one in ready.missing(settings))


def test_each_band_goes_to_its_own_lead_and_an_unnamed_one_to_the_first(
    root: Path, tmp_path: Path
) -> None:
    from common import deployment as deployments

    def route() -> dict[str, str] | None:
        deployment = deployments.load(root / "deployments", "bradford")
        made = young.route_of(live(root, tmp_path / "none.db", **MAIL), deployment)
        return dict(made.addresses) if made else None

    assert route() is None
    name(root, "lead")
    assert set((route() or {}).values()) == {"lead@example.org"}
    name(root, "under_13")
    assert route() == {
        "under_13": "under_13@example.org",
        "under_16": "lead@example.org",
        "under_18": "lead@example.org",
    }
