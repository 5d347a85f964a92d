"""Looks places up in the postcode file: postcodes, outward codes, names of towns and wards.

Reads only; sends nothing anywhere and logs nothing that anybody typed.
"""

import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from common.errors import SettingsError
from places.model import SPLIT_SHARE, Place, Share
from places.names import Gazetteer
from places.nations import is_off_grid, nation_of
from places.postcode import INWARD_COUNT, Reading, inward_number, readings, readings_within

_MOST_CHARACTERS = 500


class Places:
    """The postcode file, open for reading; safe to share between threads.

    Args:
        path: a file built by places.build.
        names: the deployment's place names (`Deployment.places`).

    Raises:
        SettingsError: the file is missing or is not one of ours.
    """

    def __init__(self, path: Path, *, names: Mapping[str, Any] = MappingProxyType({})) -> None:
        if not path.is_file():
            raise SettingsError(f"{path} is missing: run `first1001 postcodes`")
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._areas = {row[0]: row[1:] for row in self._all("SELECT * FROM area")}
            outwards = self._all("SELECT id, code FROM outward")
            self._outward_ids = {code: number for number, code in outwards}
            self._parts = self._read_parts()
        except sqlite3.DatabaseError as e:
            raise SettingsError(f"{path} is broken: run `first1001 postcodes`") from e
        self._names = Gazetteer(names, self._named, wards=self._wards())

    def close(self) -> None:
        """Close the file; no lookup works afterwards."""
        self._connection.close()

    def __len__(self) -> int:
        row = self._all("SELECT value FROM meta WHERE key = 'postcodes'")[0]
        return int(row[0])

    def district_names(self) -> Mapping[str, str]:
        """The name of each district by its code."""
        return {row[1]: row[2] for row in self._areas.values() if row[1] and row[2]}

    def lookup(self, text: str) -> Place | None:
        """The place that a text names; None where it names none that we know.

        A postcode that does not exist in an outward code that does gives the outward code: new
        postcodes appear every month, so ask her to check it, but do not stop.
        """
        text = text[:_MOST_CHARACTERS].strip()
        if not text:
            return None
        found = self._first(readings(text)) or self._names.exact(text)
        if found is None:
            found = self._first(readings_within(text)) or self._names.within(text)
        return found or self._names.close(text)

    def _first(self, possible: Any) -> Place | None:
        outward: Place | None = None
        for reading in possible:
            place = self._postcode(reading) if reading.inward else None
            if place is not None:
                return place
            outward = outward or self._outward(reading)
            if outward is not None and not reading.inward:
                return outward
        return outward

    def _postcode(self, reading: Reading) -> Place | None:
        outward_id = self._outward_ids.get(reading.outward)
        number = inward_number(reading.inward or "")
        if outward_id is None or number is None:
            return None
        rows = self._all(
            "SELECT area_id, easting, northing FROM postcode WHERE id = ?",
            outward_id * INWARD_COUNT + number,
        )
        if not rows:
            return None
        area_id, easting, northing = rows[0]
        nation, code, name, ward_code, ward_name, *_ = self._areas[area_id]
        return Place(
            kind="postcode",
            text=reading.text,
            district_code=code,
            district_name=name,
            ward_code=ward_code,
            easting=easting,
            northing=northing,
            split=False,
            nation=nation,
            outward=reading.outward,
            ward_name=ward_name,
        )

    def _outward(self, reading: Reading) -> Place | None:
        parts = self._parts.get(self._outward_ids.get(reading.outward, 0))
        if parts is None:
            return self._off_grid(reading)
        main = parts[0]
        return Place(
            kind="outward",
            text=reading.outward,
            district_code=main.share.district_code,
            district_name=main.share.district_name,
            ward_code=None,
            easting=main.easting,
            northing=main.northing,
            split=1 - main.share.share > SPLIT_SHARE,
            nation=main.share.nation,
            outward=reading.outward,
            shares=tuple(part.share for part in parts),
        )

    def _off_grid(self, reading: Reading) -> Place | None:
        """Northern Ireland and the islands, of which we know no more than that."""
        if not is_off_grid(reading.area):
            return None
        return Place(
            kind="outward",
            text=reading.outward,
            district_code=None,
            district_name=None,
            ward_code=None,
            easting=None,
            northing=None,
            split=False,
            nation=nation_of(reading.area),
            outward=reading.outward,
        )

    def _named(self, name: str, entry: Any) -> Place | None:
        """A place of the gazetteer: an outward code or postcode, or {outward, district}."""
        wanted = entry if isinstance(entry, Mapping) else {"outward": entry}
        district = wanted.get("district")
        if "outward" not in wanted:
            return self._district(name, str(district))
        place = self._first(readings(str(wanted["outward"])))
        if place is None:
            return None
        if district is not None:
            parts = self._parts[self._outward_ids[place.outward or ""]]
            part = next((p for p in parts if p.share.district_code == district), None)
            if part is None:
                return None
            return _place_of_name(name, part, place.outward)
        return Place(**{**_fields(place), "kind": "name", "text": name})

    def _district(self, name: str, code: str) -> Place | None:
        rows = [row for row in self._areas.values() if row[1] == code]
        if not rows:
            return None
        return _place_of_name(name, _join(rows), None)

    def _wards(self) -> dict[str, Place]:
        found = {}
        for row in self._areas.values():
            if row[3]:
                found[row[4].casefold()] = _place_of_name(row[4], _join([row]), None, ward=row)
        return found

    def _read_parts(self) -> dict[int, list["_Part"]]:
        by_district: dict[int, dict[tuple[Any, Any], list[Any]]] = {}
        for outward_id, area_id, many, easting, northing in self._all(
            "SELECT outward_id, area_id, postcodes, easting, northing FROM outward_area"
        ):
            nation, code, name, *_ = self._areas[area_id]
            row = (nation, code, name, None, None, many, easting, northing)
            by_district.setdefault(outward_id, {}).setdefault((nation, code), []).append(row)
        found = {}
        for outward_id, districts in by_district.items():
            total = sum(row[5] for rows in districts.values() for row in rows)
            parts = [_join(rows, total=total) for rows in districts.values()]
            found[outward_id] = sorted(parts, key=lambda part: -part.share.share)
        return found

    def _all(self, query: str, *parameters: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()


class _Part:
    """One district's part of an outward code, with the middle of its postcodes."""

    __slots__ = ("easting", "northing", "share")

    def __init__(self, share: Share, easting: int, northing: int) -> None:
        self.share, self.easting, self.northing = share, easting, northing


def _join(rows: list[Any], *, total: int | None = None) -> _Part:
    many = sum(row[5] for row in rows)
    nation, code, name = rows[0][:3]
    share = Share(code, name, nation, many / (total or many))
    east = sum(row[5] * row[6] for row in rows) // many
    north = sum(row[5] * row[7] for row in rows) // many
    return _Part(share, east, north)


def _place_of_name(name: str, part: _Part, outward: str | None, *, ward: Any = None) -> Place:
    return Place(
        kind="name",
        text=name,
        district_code=part.share.district_code,
        district_name=part.share.district_name,
        ward_code=ward[3] if ward else None,
        easting=part.easting,
        northing=part.northing,
        split=False,
        nation=part.share.nation,
        outward=outward,
        ward_name=ward[4] if ward else None,
    )


def _fields(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in place.__dataclass_fields__}
