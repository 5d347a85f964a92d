"""The tree is the architecture: arrows only point down, and importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Source: docs/architecture.md, "Who may import whom".
MAY_IMPORT = {
    "common": set(),
    "safety": set(),
    "content": set(),
    "places": {"common"},
    "signposting": {"common", "places"},
    "referrals": {"common", "places"},
    "conversations": {"common", "safety", "content"},
    "alerts": {"common", "safety", "conversations", "content"},
    "channels": {"common", "conversations"},
    "bot.actions": {"common", "safety", "content", "places", "signposting", "referrals"},
    "insight": {"common", "conversations", "referrals"},
    "console": {
        "insight",
        "common",
        "safety",
        "content",
        "places",
        "signposting",
        "referrals",
        "conversations",
        "alerts",
    },
    "app": None,
    "bot": {"content"},
}
PACKAGES = {name.split(".")[0] for name in MAY_IMPORT}


def modules(package: str) -> list[Path]:
    folder = ROOT / package.replace(".", "/")
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if not (package == "bot" and "actions" in path.parts)
        and not any(part.startswith(".") or part == "node_modules" for part in path.parts)
    ]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def ours(name: str) -> str | None:
    if name == "bot.actions" or name.startswith("bot.actions."):
        return "bot.actions"
    first = name.split(".")[0]
    return first if first in PACKAGES else None


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_arrows_only_point_down(package):
    allowed = MAY_IMPORT[package]
    assert modules(package), f"{package} has no module"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imported(path)
        if (target := ours(name)) is not None
        and target != package
        and allowed is not None
        and target not in allowed
    ]
    assert wrong == []


def test_nobody_imports_the_composition_root():
    wrong = [
        f"{path.relative_to(ROOT)}"
        for package in MAY_IMPORT
        if package != "app"
        for path in modules(package)
        if any(ours(name) == "app" for name in imported(path))
    ]
    assert wrong == []


def test_the_assistants_package_imports_nothing_by_itself():
    tree = ast.parse((ROOT / "bot" / "__init__.py").read_text("utf-8"))
    assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)


def test_importing_every_module_needs_no_environment_and_opens_nothing():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in MAY_IMPORT
        if package != "bot"
        for path in modules(package)
        if path.name != "__main__.py"
    ]
    program = f"""
import sys
def watch(event, args):
    if event in ("socket.connect", "sqlite3.connect", "subprocess.Popen"):
        raise RuntimeError(event)
sys.addaudithook(watch)
import importlib
for name in {names!r}:
    importlib.import_module(name)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_only_the_settings_read_the_environment():
    allowed = {
        ROOT / "app" / "doors.py",
        ROOT / "app" / "processes.py",
        ROOT / "app" / "training.py",
        # Set-up tool: hands its environment on to npm.
        ROOT / "channels" / "web_chat" / "assets.py",
    }
    wrong = [
        str(path.relative_to(ROOT))
        for package in MAY_IMPORT
        if package != "bot"
        for path in modules(package)
        if path not in allowed
        and any(word in path.read_text("utf-8") for word in ("os.environ", "os.getenv"))
    ]
    assert wrong == []
