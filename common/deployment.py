"""A deployment read from its folder: `load(root, name)` gives a checked, frozen Deployment.

Reads files when asked and keeps no state; the meaning of the values is in common.deployment_model.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from common.deployment_files import Fields, read_yaml
from common.deployment_model import (
    NATIONS,
    Deployment,
    Eligibility,
    ExpectedWaits,
    Line,
    ReceivingTeam,
    ReferralField,
    SafeguardingLead,
    Team,
)
from common.errors import SettingsError

__all__ = [
    "REQUIRED_LINES",
    "REQUIRED_VARIABLES",
    "Deployment",
    "Eligibility",
    "ExpectedWaits",
    "Line",
    "ReceivingTeam",
    "ReferralField",
    "SafeguardingLead",
    "Team",
    "available",
    "load",
]

# Ids that crisis and fallback texts may name; every deployment has them.
REQUIRED_LINES = (
    "emergency",
    "urgent_mental_health",
    "medical",
    "local_crisis",
    "samaritans",
    "shout",
    "domestic_abuse",
    "mens_domestic_abuse",
    "lgbt_domestic_abuse",
    "child_protection",
    "childline",
    "perinatal_peer_support",
    "crying",
    "breastfeeding",
    "safer_sleep",
    "baby_loss",
    "miscarriage",
    "pregnancy",
)
REQUIRED_VARIABLES = (
    "health_visitor",
    "emergency",
    "urgent_line",
    "medical_line",
    "maternity",
)
# Who is told of a child who writes: of 16 and 17, under 16, under 13.
SAFEGUARDING = ("lead", "under_16", "under_13")


def available(root: Path) -> tuple[str, ...]:
    """Names of the deployments in a folder, sorted."""
    return tuple(sorted(path.parent.name for path in root.glob("*/deployment.yml")))


def load(root: Path, name: str) -> Deployment:
    """Read and check the deployment `name` in the folder `root`.

    Raises:
        SettingsError: a file or a field is missing or wrong; the message names both.
    """
    folder = root / name
    if not (folder / "deployment.yml").is_file():
        known = ", ".join(available(root)) or "none"
        raise SettingsError(f"there is no deployment {name!r} in {root} (there is: {known})")
    main = read_yaml(folder / "deployment.yml")
    words = read_yaml(folder / "words.yml")
    lines = read_yaml(folder / "lines.yml")
    return Deployment(
        name=name,
        folder=folder,
        service_name=main.text("service_name"),
        team_name=main.text("team_name"),
        area_name=main.text("area_name"),
        area_adjective=main.text("area_adjective"),
        nation=main.choice("nation", tuple(NATIONS)),
        time_zone=main.zone("time_zone"),
        languages=main.texts("languages"),
        receiving_team=_receiving(main.section("receiving_team")),
        safety_officer=main.optional_text("safety_officer"),
        safeguarding=_safeguarding(main.section("safeguarding")),
        privacy_notice=main.optional_text("privacy_notice"),
        embed_on=_origins(main),
        ready_replies_only=tuple(main.optional_texts("ready_replies_only")),
        teams=_teams(main.section("teams")),
        closures=_closures(main),
        expected_waits=_waits(main.section("expected_waits")),
        eligibility=_eligibility(main.section("eligibility")),
        referral_fields=_referral_fields(main),
        regions=_regions(main.section("regions")),
        lines=_lines(lines),
        words=_words(words.section("variables")),
        words_in=_words_in(words.section("variables_in")),
        places={key.casefold(): value for key, value in words.section("places").items()},
        blocked=_blocked(root, lines),
    )


def _origins(fields: Fields) -> tuple[str, ...]:
    origins = fields.optional_texts("embed_on")
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme != "https" or not parts.netloc or origin != f"https://{parts.netloc}":
            raise fields.error("embed_on", f"{origin!r} is not an origin such as https://a.org")
    return origins


def _regions(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: fields.texts(key) for key in fields.names()})


def _receiving(fields: Fields) -> ReceivingTeam:
    return ReceivingTeam(
        name=fields.text("name"),
        organisation=fields.text("organisation"),
        email=fields.optional_text("email"),
    )


def _safeguarding(fields: Fields) -> Mapping[str, SafeguardingLead]:
    leads = {}
    for key in SAFEGUARDING:
        lead = fields.section(key)
        leads[key] = SafeguardingLead(lead.optional_text("name"), lead.optional_text("email"))
    return MappingProxyType(leads)


def _teams(fields: Fields) -> Mapping[str, Team]:
    teams = {}
    for key in fields.names():
        team = fields.section(key)
        teams[key] = Team(id=key, name=team.text("name"), hours=team.hours("hours"))
    for needed in ("engagement", "clinicians"):
        if needed not in teams:
            raise fields.error(needed, "is missing")
    return MappingProxyType(teams)


def _closures(fields: Fields) -> Mapping[date, str]:
    return MappingProxyType(
        {item.day("date"): item.text("reason") for item in fields.items_of("closures")}
    )


def _waits(fields: Fields) -> ExpectedWaits:
    return ExpectedWaits(
        first_contact=fields.optional_number("first_contact"),
        callback=fields.optional_number("callback"),
        source=fields.text("source"),
    )


def _eligibility(fields: Fields) -> Eligibility:
    fields.choice("from", ("pregnancy",))
    return Eligibility(
        districts=fields.texts("districts"),
        until_weeks=fields.number("until_weeks"),
        source=fields.text("source"),
    )


def _referral_fields(fields: Fields) -> tuple[ReferralField, ...]:
    found = tuple(
        ReferralField(
            id=item.text("id"),
            required=item.flag("required"),
            when=item.choice("when", ("before_sending", "after_sending"), "before_sending"),
        )
        for item in fields.items_of("referral_fields")
    )
    ids = [field.id for field in found]
    if len(set(ids)) != len(ids):
        raise fields.error("referral_fields", "names a field twice")
    if "consent" not in ids:
        raise fields.error("referral_fields", "has no consent")
    return found


def _lines(fields: Fields) -> Mapping[str, Line]:
    lines: dict[str, Line] = {}
    for item in fields.items_of("lines"):
        line = _line(item)
        if line.id in lines:
            raise item.error("id", f"{line.id!r} is there twice")
        lines[line.id] = line
    missing = [needed for needed in REQUIRED_LINES if needed not in lines]
    if missing:
        raise fields.error("lines", f"has no {', '.join(missing)}")
    return MappingProxyType(lines)


def _line(item: Fields) -> Line:
    sms = item.section("sms") if item.has("sms") else None
    line = Line(
        id=item.text("id"),
        name=item.text("name"),
        phone=item.optional_text("phone"),
        sms_to=sms.text("to") if sms else None,
        sms_words=sms.optional_text("words") if sms else None,
        url=item.optional_text("url"),
        hours=item.hours("hours") if item.has("hours") else None,
        free=item.flag("free"),
        verified=item.flag("verified"),
        source_date=item.optional_text("source_date"),
        checked=item.day("checked"),
        sources=item.texts("sources"),
    )
    if not (line.phone or line.sms_to or line.url):
        raise item.error("phone", "is missing, and so are sms and url")
    return line


def _words_in(fields: Fields) -> Mapping[str, Mapping[str, str]]:
    found = {}
    for language in fields.names():
        words = fields.section(language)
        found[language] = MappingProxyType({key: words.text(key) for key in words.names()})
    return MappingProxyType(found)


def _words(fields: Fields) -> Mapping[str, str]:
    words = {key: fields.text(key) for key in fields.names()}
    for needed in REQUIRED_VARIABLES:
        if needed not in words:
            raise fields.error(needed, "is missing")
    return MappingProxyType(words)


def _blocked(root: Path, lines: Fields) -> tuple[str, ...]:
    own = [item.text("number") for item in lines.items_of("blocked")]
    shared = root / "blocked_numbers.yml"
    if shared.is_file():
        own += [item.text("number") for item in read_yaml(shared).items_of()]
    return tuple(own)
