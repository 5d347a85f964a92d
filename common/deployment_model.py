"""What a deployment is: names, area, lines, hours and rules of one place, as frozen values.

Reads no file (common.deployment does) and knows nothing of services, messages or the database.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from common.errors import TechnicalFailure
from common.opening_hours import OpeningHours

# The nations as their public holidays are filed under "GB" in the `holidays` library.
NATIONS: Mapping[str, str] = MappingProxyType(
    {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern_ireland": "NIR"}
)


@dataclass(frozen=True)
class Line:
    """A help line that a message may name.

    Attributes:
        phone: as it is written for reading ("116 123"); None where it takes texts only.
        sms_to: the number to text; `sms_words` is the word to send there, where one is needed.
        source_date: the date that the source bears, as far as it says ("2026-09", "2023").
        checked: the day the sources were read.
    """

    id: str
    name: str
    phone: str | None
    sms_to: str | None
    sms_words: str | None
    url: str | None
    hours: OpeningHours | None
    free: bool
    verified: bool
    source_date: str | None
    checked: date
    sources: tuple[str, ...]

    def variables(self) -> dict[str, str]:
        """What a message may name: name, phone, sms, url, hours; empty where not known."""
        sms = f"{self.sms_words} to {self.sms_to}" if self.sms_words else self.sms_to
        return {
            "name": self.name,
            "phone": self.phone or "",
            "sms": sms or "",
            "url": self.url or "",
            "hours": self.hours.words() if self.hours else "",
        }


@dataclass(frozen=True)
class Team:
    """People with cover hours (local time, closed on public holidays)."""

    id: str
    name: str
    hours: OpeningHours


@dataclass(frozen=True)
class ReceivingTeam:
    """Who gets a self-referral."""

    name: str
    organisation: str
    email: str | None


@dataclass(frozen=True)
class SafeguardingLead:
    """Who is told of a child who writes; None where nobody was named yet."""

    name: str | None
    email: str | None


@dataclass(frozen=True)
class Eligibility:
    """Whom the service takes: districts by code, from pregnancy until an age in weeks."""

    districts: tuple[str, ...]
    until_weeks: int
    source: str

    def covers(self, district_code: str | None) -> bool:
        """Whether the service takes families of this district."""
        return district_code in self.districts

    def covers_all(self, district_codes: Collection[str | None]) -> bool | None:
        """Whether it takes families of all these districts; None: of some, so ask which."""
        answers = {self.covers(code) for code in district_codes}
        return answers.pop() if len(answers) == 1 else None


@dataclass(frozen=True)
class ReferralField:
    """A field of the self-referral; `when` is `before_sending` or `after_sending`."""

    id: str
    required: bool
    when: str


@dataclass(frozen=True)
class ExpectedWaits:
    """Working days that the service itself expects; None where nobody has said."""

    first_contact: int | None
    callback: int | None
    source: str


@dataclass(frozen=True)
class Deployment:
    """One deployment, whole. Mappings are read-only.

    Attributes:
        words: the area's variables of messages (see REQUIRED_VARIABLES).
        words_in: language -> those of them that are said otherwise in it.
        places: place name (lower case) -> outward code, postcode, or {outward, district}.
        regions: region name -> district codes.
        safeguarding: who is told of a child who writes: `lead` (16 and 17, and whoever else is not
            named), `under_16`, `under_13`.
        ready_replies_only: roles of staff who may send only ready-made replies.
        embed_on: origins of the sites whose pages may hold the chat widget.
        blocked: wrong numbers that nothing may hold, as written.
    """

    name: str
    folder: Path
    service_name: str
    team_name: str
    area_name: str
    area_adjective: str
    nation: str
    time_zone: ZoneInfo
    languages: tuple[str, ...]
    receiving_team: ReceivingTeam
    safety_officer: str | None
    safeguarding: Mapping[str, SafeguardingLead]
    privacy_notice: str | None
    embed_on: tuple[str, ...]
    ready_replies_only: tuple[str, ...]
    teams: Mapping[str, Team]
    closures: Mapping[date, str]
    expected_waits: ExpectedWaits
    eligibility: Eligibility
    referral_fields: tuple[ReferralField, ...]
    regions: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, Line]
    words: Mapping[str, str]
    words_in: Mapping[str, Mapping[str, str]]
    places: Mapping[str, Any]
    blocked: tuple[str, ...]

    def variables(self) -> dict[str, Any]:
        """The variables that every message and topic of this deployment may name."""
        return {
            **self.words,
            "service_name": self.service_name,
            "team_name": self.team_name,
            "area_name": self.area_name,
            "lines": {line.id: line.variables() for line in self.lines.values()},
        }

    def local(self, now: datetime) -> datetime:
        """An aware time in the deployment's own time zone."""
        if now.tzinfo is None:
            raise ValueError("a time without a zone")
        return now.astimezone(self.time_zone)

    def closed_dates(self, years: tuple[int, ...]) -> Mapping[date, str]:
        """Public holidays of the nation and the deployment's own closures in some years."""
        return {**_public_holidays(self.nation, years), **self.closures}

    def is_holiday(self, day: date) -> bool:
        """Whether nobody works on this day because it is a holiday or a closure."""
        return day in self.closed_dates((day.year,))

    def is_open(self, team: str, now: datetime) -> bool:
        """Whether a team is at work at an aware time.

        Raises:
            KeyError: there is no such team.
        """
        local = self.local(now)
        return self.teams[team].hours.open_at(local, closed=set(self._closed_near(local)))

    def next_open(self, now: datetime, *, team: str = "clinicians") -> datetime:
        """When the team next works: `now` itself when it does; aware, local.

        Raises:
            TechnicalFailure: it does not open within three weeks.
        """
        local = self.local(now)
        found = self.teams[team].hours.next_open(local, closed=set(self._closed_near(local)))
        if found is None:
            raise TechnicalFailure(f"deployment {self.name}: {team} never opens")
        return found

    def time_open(self, team: str, since: datetime, until: datetime) -> timedelta:
        """How long a team was at work between two aware times."""
        first, last = self.local(since), self.local(until)
        years = tuple(range(first.year, last.year + 1))
        return self.teams[team].hours.time_open(first, last, closed=set(self.closed_dates(years)))

    def _closed_near(self, local: datetime) -> Mapping[date, str]:
        return self.closed_dates((local.year, local.year + 1))


@lru_cache(maxsize=32)
def _public_holidays(nation: str, years: tuple[int, ...]) -> Mapping[date, str]:
    # Source: PyPI `holidays`, country GB by nation: the bank holidays that gov.uk lists.
    return dict(holidays.country_holidays("GB", subdiv=NATIONS[nation], years=years))
