"""Reads deployments/<name>/alerts.yml: cover, ladder and whom to reach; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from alerts.cover import AlwaysCovered, NeverCovered, TeamHours
from alerts.model import DEFAULT_LADDER, WAITS, Cover, Ladder, Rung
from common.deployment import Deployment
from common.errors import SettingsError

FILE = "alerts.yml"


@dataclass(frozen=True)
class Unanswered:
    """Who is told of somebody who waits, and after how much time of cover, by kind of waiting."""

    to: str
    after: Mapping[str, timedelta]


@dataclass(frozen=True)
class AlertPlan:
    """When people are paged, in which order, and at which mail address each is reached."""

    cover: Cover
    ladder: Ladder
    mail: Mapping[str, str]
    unanswered: Unanswered


def load(deployment: Deployment) -> AlertPlan:
    """The plan of a deployment; without a file the receiving team is paged in its hours.

    Raises:
        SettingsError: the file is malformed; names the entry.
    """
    path = deployment.folder / FILE
    if not path.is_file():
        mail = deployment.receiving_team.email
        people = dict.fromkeys(DEFAULT_LADDER.people, mail) if mail else {}
        unanswered = Unanswered(DEFAULT_LADDER.people[0], WAITS)
        cover = _cover("hours", deployment, None, path)
        return AlertPlan(cover, DEFAULT_LADDER, people, unanswered)
    data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: expected cover, ladder and mail")
    ladder = _ladder(data, path)
    return AlertPlan(
        cover=_cover(data.get("cover"), deployment, data.get("team"), path),
        ladder=ladder,
        mail={str(who): str(address) for who, address in (data.get("mail") or {}).items()},
        unanswered=_unanswered(data.get("unanswered") or {}, ladder, path),
    )


def _unanswered(data: Any, ladder: Ladder, path: Path) -> Unanswered:
    try:
        given = {
            str(kind): timedelta(hours=float(hours))
            for kind, hours in (data.get("after_hours") or {}).items()
        }
        to = str(data.get("to") or ladder.people[0])
    except (AttributeError, TypeError, ValueError) as e:
        raise SettingsError(f"{path}: unanswered cannot be read: {e}") from e
    wrong = sorted(set(given) - set(WAITS)) or [k for k, h in given.items() if h <= timedelta(0)]
    if wrong:
        raise SettingsError(
            f"{path}: unanswered.after_hours takes {', '.join(WAITS)}, each with hours above 0, "
            f"not {wrong[0]}"
        )
    return Unanswered(to, {**WAITS, **given})


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
