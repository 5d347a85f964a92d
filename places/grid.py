"""British National Grid to longitude and latitude and back; accurate to a few metres."""

from functools import lru_cache

from pyproj import Transformer

_GRID, _DEGREES = "EPSG:27700", "EPSG:4326"
_PLACES = 5  # about a metre


def to_degrees(easting: int, northing: int) -> tuple[float, float]:
    """Longitude and latitude (WGS 84) of a point on the grid."""
    longitude, latitude = _between(_GRID, _DEGREES).transform(easting, northing)
    return round(longitude, _PLACES), round(latitude, _PLACES)


def to_grid(longitude: float, latitude: float) -> tuple[int, int]:
    """Easting and northing in metres of a point in degrees (WGS 84)."""
    easting, northing = _between(_DEGREES, _GRID).transform(longitude, latitude)
    return round(easting), round(northing)


@lru_cache(maxsize=2)
def _between(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)
