"""Builds the postcode file: Code-Point Open plus boundaries into one small read-only SQLite file.

Runs once at set-up; never touches the file that is in use until the new one is whole.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from places import boundaries as shapes
from places.boundaries import NOWHERE, Boundary, Grid
from places.codepoint import rows
from places.nations import nation_of
from places.postcode import INWARD_COUNT, inward_number

FORMAT = 1
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE area (
    id INTEGER PRIMARY KEY, nation TEXT, district_code TEXT, district_name TEXT,
    ward_code TEXT, ward_name TEXT, postcodes INTEGER NOT NULL,
    easting INTEGER NOT NULL, northing INTEGER NOT NULL);
CREATE TABLE outward (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
CREATE TABLE outward_area (
    outward_id INTEGER NOT NULL, area_id INTEGER NOT NULL, postcodes INTEGER NOT NULL,
    easting INTEGER NOT NULL, northing INTEGER NOT NULL,
    PRIMARY KEY (outward_id, area_id)) WITHOUT ROWID;
CREATE TABLE postcode (
    id INTEGER PRIMARY KEY, area_id INTEGER NOT NULL,
    easting INTEGER NOT NULL, northing INTEGER NOT NULL);
"""
AREA, WARDS = "area.geojson", "wards.geojson"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Layers:
    """The boundaries of a build: districts with their nation, and wards inside some of them."""

    districts: tuple[Boundary, ...]
    nations: tuple[str, ...]
    wards: tuple[Boundary, ...]
    fingerprint: str


@dataclass
class _Areas:
    """Numbers every (nation, district, ward) that occurs, in order of appearance."""

    layers: Layers
    ids: dict[tuple[str | None, int, int], int] = field(default_factory=dict)
    spots: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def number(self, nation: str | None, district: int, ward: int) -> int:
        return self.ids.setdefault((nation, district, ward), len(self.ids) + 1)


def layers(england: Path, deployments: Sequence[tuple[Path, str]], *, lock: Path) -> Layers:
    """Read the boundaries: English districts, then each deployment's own area and wards.

    Args:
        england: GeoJSON of the English districts.
        deployments: (folder, nation); `area.geojson` replaces a district of the same code,
            `wards.geojson` is optional.
        lock: the requirement file that pins the postcodes.
    """
    own: list[tuple[Boundary, str]] = []
    wards: list[Boundary] = []
    for folder, nation in deployments:
        own += [(boundary, nation) for boundary in shapes.read(folder / AREA)]
        if (folder / WARDS).is_file():
            wards += shapes.read(folder / WARDS)
    replaced = {boundary.code for boundary, _ in own}
    own += [(b, "england") for b in shapes.read(england) if b.code not in replaced]
    return Layers(
        districts=tuple(boundary for boundary, _ in own),
        nations=tuple(nation for _, nation in own),
        wards=tuple(wards),
        fingerprint=fingerprint(england, [folder for folder, _ in deployments], lock=lock),
    )


def fingerprint(england: Path, deployments: Sequence[Path], *, lock: Path) -> str:
    """What a file built from these sources would bear; reads no shape, so it takes no time."""
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    files = [lock, england, *(folder / name for folder in deployments for name in (AREA, WARDS))]
    for file in files:
        if file.name != WARDS or file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def fingerprint_of(target: Path) -> str | None:
    """The fingerprint of a built file; None where there is none or it is broken."""
    if not target.is_file():
        return None
    try:
        with sqlite3.connect(f"file:{target}?mode=ro", uri=True) as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()
    except sqlite3.DatabaseError:
        return None
    return row[0] if row else None


def build(
    target: Path, files: Sequence[Path], with_layers: Layers, *, progress: Progress | None = None
) -> int:
    """Write the file in place of an older one; returns the number of postcodes.

    Args:
        target: where it is to be; its folder is made.
        files: Code-Point Open by postcode area.
        with_layers: see `layers`.
        progress: called with files done and all files.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    try:
        count = _write(draft, files, with_layers, progress)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write(
    draft: Path, files: Sequence[Path], with_layers: Layers, progress: Progress | None
) -> int:
    connection = sqlite3.connect(draft)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
    areas = _Areas(with_layers)
    count, outward_id = 0, 0
    for done, path in enumerate(files, start=1):
        added, outward_id = _add_file(connection, path, areas, outward_id)
        count += added
        if progress:
            progress(done, len(files))
    connection.executemany(
        "INSERT INTO area VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _area_rows(areas)
    )
    connection.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (with_layers.fingerprint,))
    connection.execute("INSERT INTO meta VALUES ('postcodes', ?)", (str(count),))
    connection.commit()
    connection.close()
    return count


def _add_file(
    connection: sqlite3.Connection, path: Path, areas: _Areas, last_outward: int
) -> tuple[int, int]:
    found = list(rows(path))
    if not found:
        return 0, last_outward
    eastings = np.array([row[2] for row in found], dtype=np.int64)
    northings = np.array([row[3] for row in found], dtype=np.int64)
    letters = path.name.partition(".")[0].upper()
    area_ids = _area_ids(areas, letters, eastings, northings)
    codes = sorted({row[0] for row in found})
    numbers = {code: last_outward + index for index, code in enumerate(codes, start=1)}
    connection.executemany("INSERT INTO outward VALUES (?, ?)", [(numbers[c], c) for c in codes])
    by_outward: dict[tuple[int, int], list[tuple[int, int]]] = {}
    records = []
    for (outward, inward, easting, northing), area_id in zip(found, area_ids, strict=True):
        number = inward_number(inward)
        if number is None:
            continue
        outward_id = numbers[outward]
        records.append((outward_id * INWARD_COUNT + number, area_id, easting, northing))
        by_outward.setdefault((outward_id, area_id), []).append((easting, northing))
    records.sort()
    connection.executemany("INSERT INTO postcode VALUES (?, ?, ?, ?)", records)
    middles = [(*key, len(spots), *_middle(spots)) for key, spots in sorted(by_outward.items())]
    connection.executemany("INSERT INTO outward_area VALUES (?, ?, ?, ?, ?)", middles)
    for _, area_id, many, easting, northing in middles:
        areas.spots.setdefault(area_id, []).append((many, easting, northing))
    return len(records), last_outward + len(codes)


def _area_ids(areas: _Areas, letters: str, eastings: Grid, northings: Grid) -> list[int]:
    districts = _districts(areas.layers, letters, eastings, northings)
    wards = _wards(areas.layers, districts, eastings, northings)
    fallback = nation_of(letters)
    pairs, places = np.unique(np.stack([districts, wards]), axis=1, return_inverse=True)
    numbers = []
    for district, ward in pairs.T.tolist():
        nation = fallback if district == NOWHERE else areas.layers.nations[district]
        numbers.append(areas.number(nation, district, ward))
    return np.array(numbers)[places.ravel()].tolist()  # type: ignore[no-any-return]


def _districts(with_layers: Layers, letters: str, eastings: Grid, northings: Grid) -> Grid:
    near = shapes.touching(with_layers.districts, eastings, northings)
    candidates = [with_layers.districts[index] for index in near]
    found = shapes.locate(candidates, eastings, northings)
    # Generalised coasts and borders leave some English postcodes outside every district.
    lost = np.flatnonzero(found == NOWHERE)
    if lost.size and candidates and nation_of(letters) == "england":
        found[lost] = shapes.nearest(candidates, eastings[lost], northings[lost])
    return np.array([*near, NOWHERE], dtype=np.int64)[found]


def _wards(with_layers: Layers, districts: Grid, eastings: Grid, northings: Grid) -> Grid:
    wards = np.full(districts.shape, NOWHERE, dtype=np.int64)
    for code in sorted({ward.district or "" for ward in with_layers.wards}):
        members = [i for i, ward in enumerate(with_layers.wards) if ward.district == code]
        own = [with_layers.wards[i] for i in members]
        index = next((i for i, d in enumerate(with_layers.districts) if d.code == code), None)
        inside = np.flatnonzero(districts == index) if index is not None else np.array([], int)
        if not inside.size:
            continue
        found = shapes.locate(own, eastings[inside], northings[inside])
        lost = np.flatnonzero(found == NOWHERE)
        if lost.size:
            found[lost] = shapes.nearest(own, eastings[inside][lost], northings[inside][lost])
        wards[inside] = np.array(members, dtype=np.int64)[found]
    return wards


def _middle(spots: Sequence[tuple[int, int]]) -> tuple[int, int]:
    east, north = np.median(np.array(spots), axis=0).tolist()
    return int(east), int(north)


def _area_rows(areas: _Areas) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for (nation, district, ward), number in areas.ids.items():
        spots = np.array(areas.spots[number])
        east, north = np.average(spots[:, 1:], axis=0, weights=spots[:, 0]).tolist()
        where = areas.layers.districts[district] if district != NOWHERE else None
        inner = areas.layers.wards[ward] if ward != NOWHERE else None
        found.append(
            (
                number,
                nation,
                where.code if where else None,
                where.name if where else None,
                inner.code if inner else None,
                inner.name if inner else None,
                int(spots[:, 0].sum()),
                int(east),
                int(north),
            )
        )
    return found
