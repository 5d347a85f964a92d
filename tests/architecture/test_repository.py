"""Guards of the repository itself: sizes, words that must not stand in it, migrations in order."""

import re
import subprocess
from pathlib import Path

import pytest

from app.migrate import is_current, upgrade
from app.tables import ROOMS, metadata
from common.db import engine_for

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400


def tracked(*patterns: str) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return [ROOT / name for name in found if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def prose_of(path: Path) -> str:
    """Without the lines that cite sources: an address may name any place."""
    return "\n".join(
        line for line in text_of(path).splitlines() if not line.startswith("  - {title:")
    )


def test_no_word_of_an_area_stands_outside_its_deployment():
    words = re.compile(r"bradford|little minds matter|keighley|caerwen", re.I)
    allowed = ("deployments/", "docs/", "tests/", "README.md", "places/data/", "benchmarks/")
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked()
        if not str(path.relative_to(ROOT)).startswith(allowed)
        # The pieces of a general English encoder hold the names of many cities.
        and path != ROOT / "safety" / "learned" / "tokenizer.json"
        and path.suffix not in {".png", ".gz", ".lock", ".gif", ".svg"}
        for found in words.finditer(prose_of(path))
    ]
    # The default of one setting names the first deployment.
    assert [w for w in wrong if not w.startswith(("common/settings.py", "Makefile"))] == []


def test_a_file_has_one_job():
    long = [
        f"{path.relative_to(ROOT)}: {len(text_of(path).splitlines())} lines"
        for path in tracked("*.py")
        if "migrations/versions" not in str(path)
        and len(text_of(path).splitlines()) > LONGEST
        and not str(path.relative_to(ROOT)).startswith("tests/")
    ]
    assert long == []


def test_no_secret_and_no_real_number_stands_in_the_code():
    key = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|\bSK[0-9a-f]{32}\b")
    assert [p for p in tracked() if key.search(text_of(p))] == []


def test_lock_files_hold_hashes_and_no_address():
    locks = tracked("*.lock")
    assert locks
    for lock in locks:
        text = text_of(lock)
        assert "://" not in text, lock
        assert "--hash=sha256:" in text, lock


def test_migrations_are_numbered_without_a_gap():
    numbers = sorted(p.name[:4] for p in (ROOT / "migrations" / "versions").glob("*.py"))
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_every_room_with_tables_is_migrated():
    found = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts)
        for p in tracked("*tables.py")
        if p.name == "tables.py" and p.parts[-2] != "app"
    }
    assert found == set(ROOMS)


def test_migrations_make_exactly_the_tables_of_the_models(database_url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = engine_for(database_url, pool_size=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata()) == []
    assert is_current(ROOT, engine)
    engine.dispose()


def test_migrating_twice_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'x.db'}"
    upgrade(ROOT, url)
    upgrade(ROOT, url)
    engine = engine_for(url, pool_size=1)
    assert is_current(ROOT, engine)
    engine.dispose()


@pytest.mark.parametrize("path", tracked("docs/**/*.md", "docs/*.md", "README.md"), ids=str)
def test_links_between_documents_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?://|mailto:|#)([^)#]+)", text_of(path))
    assert [link for link in links if not (path.parent / link).exists()] == []
