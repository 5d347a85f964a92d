"""Reads deployments/<name>/alerts.yml: cover, ladder and whom to reach; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from alerts.cover import AlwaysCovered, NeverCovered, TeamHours
from alerts.model import DEFAULT_LADDER, Cover, Ladder, Rung
from common.deployment import Deployment
from common.errors import SettingsError

FILE = "alerts.yml"


@dataclass(frozen=True)
class AlertPlan:
    """When people are paged, in which order, and at which mail address each is reached."""

    cover: Cover
    ladder: Ladder
    mail: Mapping[str, str]


def load(deployment: Deployment) -> AlertPlan:
    """The plan of a deployment; without a file the receiving team is paged in its hours.

    Raises:
        SettingsError: the file is malformed; names the entry.
    """
    path = deployment.folder / FILE
    if not path.is_file():
        mail = deployment.receiving_team.email
        people = dict.fromkeys(DEFAULT_LADDER.people, mail) if mail else {}
        return AlertPlan(_cover("hours", deployment, None, path), DEFAULT_LADDER, people)
    data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: expected cover, ladder and mail")
    return AlertPlan(
        cover=_cover(data.get("cover"), deployment, data.get("team"), path),
        ladder=_ladder(data, path),
        mail={str(who): str(address) for who, address in (data.get("mail") or {}).items()},
    )


def _cover(kind: object, deployment: Deployment, team: object, path: Path) -> Cover:
    if kind == "24h":
        return AlwaysCovered()
    if kind == "none":
        return NeverCovered()
    if kind == "hours":
        name = str(team) if team else next(iter(deployment.teams))
        if name not in deployment.teams:
            raise SettingsError(f"{path}: there is no team {name!r}")
        return TeamHours(deployment, name)
    raise SettingsError(f"{path}: cover must be 24h, hours or none, not {kind!r}")


def _ladder(data: Mapping[str, Any], path: Path) -> Ladder:
    if "ladder" not in data:
        return DEFAULT_LADDER
    try:
        return Ladder(
            tuple(
                Rung(timedelta(minutes=float(row["after_minutes"])), str(row["to"]))
                for row in data["ladder"]
            ),
            timedelta(minutes=float(data.get("repeat_minutes", 15))),
        )
    except (KeyError, TypeError, ValueError) as e:
        raise SettingsError(f"{path}: the ladder cannot be read: {e}") from e
