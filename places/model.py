"""What a place is: a frozen value with district, ward, nation and position; no lookup here."""

from dataclasses import dataclass
from math import hypot

# Generalised boundaries put a few edge postcodes in the wrong district: an outward code counts as
# split only where more than this part of its postcodes lies outside its main district.
SPLIT_SHARE = 0.01


@dataclass(frozen=True)
class Share:
    """The part of an outward code that lies in one district.

    Attributes:
        district_code: None for ground whose district we have no boundary of.
        share: part of its postcodes, 0 to 1.
    """

    district_code: str | None
    district_name: str | None
    nation: str | None
    share: float


@dataclass(frozen=True)
class Place:
    """Where somebody is, as exactly as she said.

    Attributes:
        kind: `postcode` (one postcode), `outward` (its first half) or `name` (a town or ward).
        text: the canonical form ("BD5 8HL", "BD5", "Little Horton").
        district_code: where `split`, the district with the most postcodes; None where we have no
            boundary (most of Wales, Scotland, Northern Ireland).
        easting: metres on the British National Grid; None outside Great Britain.
        northing: as `easting`.
        split: the outward code lies in several districts, so the district must be asked.
        nation: `england`, `wales`, `scotland`, `northern_ireland`, or None (islands).
        outward: the outward code, where one is known.
        shares: districts of the outward code, largest first; empty for a single postcode.
    """

    kind: str
    text: str
    district_code: str | None
    district_name: str | None
    ward_code: str | None
    easting: int | None
    northing: int | None
    split: bool
    nation: str | None = None
    outward: str | None = None
    ward_name: str | None = None
    shares: tuple[Share, ...] = ()

    @property
    def district_codes(self) -> tuple[str | None, ...]:
        """Every district in which it may well lie, likeliest first; None for one unknown."""
        if not self.split:
            return (self.district_code,)
        return tuple(s.district_code for s in self.shares if s.share > SPLIT_SHARE)


def distance_km(place: Place, easting: int | None, northing: int | None) -> float | None:
    """Straight distance in km by the grid; None where either end is unknown.

    Pythagoras on the grid is within 0.1 % in Great Britain.
    """
    if place.easting is None or place.northing is None or easting is None or northing is None:
        return None
    return round(hypot(place.easting - easting, place.northing - northing) / 1000, 1)
