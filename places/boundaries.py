"""Boundaries as shapes on the British National Grid: reads GeoJSON, says what holds a point.

Used only when the postcode file is built; transforms the few polygons, never the many points.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from common.errors import InvalidInput

Grid = npt.NDArray[np.int64]
NOWHERE = -1


@dataclass(frozen=True)
class Boundary:
    """A named area; `shape` is in metres, prepared for many questions."""

    code: str
    name: str
    district: str | None
    shape: Any


def read(path: Path) -> list[Boundary]:
    """The features of a GeoJSON file (longitude and latitude; .gz or plain).

    Raises:
        InvalidInput: a feature has no code, name or polygon.
    """
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    found = []
    for number, feature in enumerate(json.loads(raw)["features"], start=1):
        properties = feature.get("properties") or {}
        if not properties.get("code") or not properties.get("name"):
            raise InvalidInput(f"{path}: feature {number} has no code or no name")
        shape = shapely.geometry.shape(feature["geometry"])
        # Generalised boundaries cross themselves here and there.
        shape = shapely.make_valid(shapely.transform(shape, to_grid.transform, interleaved=False))
        shapely.prepare(shape)
        found.append(
            Boundary(properties["code"], properties["name"], properties.get("district"), shape)
        )
    return found


def locate(boundaries: Sequence[Boundary], eastings: Grid, northings: Grid) -> Grid:
    """The index of the first boundary that holds each point; NOWHERE where none does."""
    found = np.full(eastings.shape, NOWHERE, dtype=np.int64)
    for index, boundary in enumerate(boundaries):
        left, bottom, right, top = boundary.shape.bounds
        near = np.flatnonzero(
            (found == NOWHERE)
            & (eastings >= left)
            & (eastings <= right)
            & (northings >= bottom)
            & (northings <= top)
        )
        if near.size:
            inside = shapely.intersects_xy(boundary.shape, eastings[near], northings[near])
            found[near[inside]] = index
    return found


def nearest(boundaries: Sequence[Boundary], eastings: Grid, northings: Grid) -> Grid:
    """The index of the nearest boundary for each point."""
    tree = shapely.STRtree([boundary.shape for boundary in boundaries])
    return np.asarray(tree.nearest(shapely.points(eastings, northings)), dtype=np.int64)


def touching(boundaries: Sequence[Boundary], eastings: Grid, northings: Grid) -> list[int]:
    """Indexes of the boundaries whose box meets the box of the points."""
    left, right = eastings.min(), eastings.max()
    bottom, top = northings.min(), northings.max()
    return [
        index
        for index, boundary in enumerate(boundaries)
        if boundary.shape.bounds[0] <= right
        and boundary.shape.bounds[2] >= left
        and boundary.shape.bounds[1] <= top
        and boundary.shape.bounds[3] >= bottom
    ]
