"""What lies in deploy/ fits the program: its commands, settings, ports and metrics are real."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from app.cli import app
from app.metrics import HELP, PREFIX
from common import settings

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
COMMANDS = set(typer.main.get_command(app).commands)


def read(unit: Path) -> configparser.ConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(unit.read_text())
    return parser


def test_every_metric_of_a_rule_exists_and_every_rule_says_what_to_do():
    rules = [
        rule
        for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
        for rule in group["rules"]
    ]
    assert len(rules) >= 8
    for rule in rules:
        named = set(re.findall(rf"{PREFIX}([a-z_]+)", rule["expr"]))
        assert named, rule["alert"]
        assert named <= set(HELP), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["do"].endswith(".")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_every_unit_runs_a_command_that_exists_without_rights(unit):
    service = read(unit)["Service"]
    command = re.search(r"/first1001 ([a-z-]+)", service["ExecStart"])
    assert command[1] in COMMANDS
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] == "first1001"
    assert service["EnvironmentFile"].endswith("/first1001.env")


def test_the_kernel_keeps_the_assistant_on_this_machine():
    service = read(DEPLOY / "systemd" / "first1001-assistant.service")["Service"]
    assert service["IPAddressDeny"] == "any"
    assert service["IPAddressAllow"] == "localhost"


def test_every_metric_stands_in_the_operators_page():
    page = (DEPLOY.parent / "docs" / "operations.md").read_text()
    for name, what in HELP.items():
        assert f"| `{name}` | {what} |" in page, name


def test_what_a_unit_waits_for_is_there():
    there = {unit.name for unit in UNITS}
    for unit in UNITS:
        for key in ("After", "Requires"):
            for name in read(unit)["Unit"].get(key, "").split():
                assert not name.startswith("first1001") or name in there, f"{unit.name}: {name}"


def test_the_example_of_settings_names_only_settings_that_exist():
    names = re.findall(
        r"^(FIRST1001_[A-Z_]+)=", (DEPLOY / "first1001.env.example").read_text(), re.M
    )
    known = (settings.__file__ and Path(settings.__file__).read_text()) or ""
    for name in names:
        assert f'"{name.removeprefix(settings.PREFIX)}"' in known, name


def test_nginx_leads_to_the_ports_that_are_served_and_takes_what_they_take():
    text = (DEPLOY / "nginx" / "first1001.conf").read_text()
    given = settings.load({}, demo=True)
    assert re.findall(r"proxy_pass http://127.0.0.1:(\d+);", text) == [
        str(given.public_port),
        str(given.console_port),
    ]
    assert "proxy_buffering off" in text
    assert "access_log off" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to ask")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_itself_finds_no_fault(unit):
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    faults = [line for line in done.stderr.splitlines() if "first1001" in line]
    assert not [line for line in faults if "not executable" not in line], done.stderr
