"""British National Grid to longitude and latitude; accurate to a few metres."""

from functools import lru_cache

from pyproj import Transformer

_PLACES = 5  # about a metre


def to_degrees(easting: int, northing: int) -> tuple[float, float]:
    """Longitude and latitude (WGS 84) of a point on the grid."""
    longitude, latitude = _to_degrees().transform(easting, northing)
    return round(longitude, _PLACES), round(latitude, _PLACES)


@lru_cache(maxsize=1)
def _to_degrees() -> Transformer:
    return Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
