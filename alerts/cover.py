"""Cover as a deployment describes it: round the clock, a team's hours, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from common.deployment import Deployment


@dataclass(frozen=True)
class AlwaysCovered:
    """Somebody is on call day and night."""

    def covers(self, now: datetime) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def next_cover(self, now: datetime) -> datetime | None:
        """At once."""
        return now

    def covered(self, since: datetime, until: datetime) -> timedelta:
        """All of it."""
        return max(until - since, timedelta(0))


@dataclass(frozen=True)
class NeverCovered:
    """Nobody is paged; flags wait at the top of the list."""

    def covers(self, now: datetime) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def next_cover(self, now: datetime) -> datetime | None:  # noqa: ARG002
        """Never."""
        return None

    def covered(self, since: datetime, until: datetime) -> timedelta:  # noqa: ARG002
        """Nothing of it."""
        return timedelta(0)


@dataclass(frozen=True)
class TeamHours:
    """A team's hours, holidays and closures taken out."""

    deployment: Deployment
    team: str

    def covers(self, now: datetime) -> bool:
        """Whether the team is at work."""
        return self.deployment.is_open(self.team, now)

    def next_cover(self, now: datetime) -> datetime | None:
        """When the team next works, in UTC."""
        return self.deployment.next_open(now, team=self.team).astimezone(UTC)

    def covered(self, since: datetime, until: datetime) -> timedelta:
        """How long the team was at work in between."""
        return self.deployment.time_open(self.team, since, until)
