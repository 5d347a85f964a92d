"""Says, in plain words, what is missing before a deployment may go live."""

import re
from collections.abc import Iterator
from datetime import date

from alerts import plan
from alerts.cover import NeverCovered
from app import alerting, migrate
from app.bootstrap import read_topics
from common import deployment as deployments
from common.clock import SystemClock
from common.db import engine_for, reading, sessions_for
from common.deployment import Deployment
from common.errors import SettingsError
from common.settings import Settings
from content.loader import check, load_messages
from conversations import approvals

#: Source: issue "Safety in front of the machine": a page leaves by two configured routes.
ROUTES_WANTED = 2
_LINE = re.compile(r"lines\.([a-z_]+)\.(?:phone|sms)")


def missing(settings: Settings) -> list[str]:
    """One sentence for each thing that is missing; empty where nothing is."""
    deployment = deployments.load(settings.root / "deployments", settings.deployment)
    return [
        *_people(deployment),
        *_settings(settings),
        *_routes(settings, deployment),
        *_words(settings, deployment),
        *_database(settings),
    ]


def refuse_unready(settings: Settings) -> None:
    """In live mode, see that nothing is missing.

    Raises:
        SettingsError: something is; lists it in plain words.
    """
    sentences = missing(settings) if settings.live else []
    if sentences:
        listed = "\n".join(f"- {sentence}" for sentence in sentences)
        raise SettingsError(f"this deployment is not ready for live mode:\n{listed}")


def _people(deployment: Deployment) -> Iterator[str]:
    file = f"deployments/{deployment.name}/deployment.yml"
    if not deployment.receiving_team.email:
        yield f"Name the receiving team's e-mail address ({file}: receiving_team.email)."
    if not deployment.safety_officer:
        yield f"Name the clinical safety officer ({file}: safety_officer)."
    for who, lead in deployment.safeguarding.items():
        for part, words in (("name", "name"), ("email", "e-mail address")):
            if not getattr(lead, part):
                field = f"safeguarding.{who}.{part}"
                yield f"Give the {words} of a safeguarding lead ({file}: {field})."
    if not deployment.privacy_notice:
        yield f"Give the address of the privacy notice ({file}: privacy_notice)."
    if not deployment.teams:
        yield f"Give the teams' cover hours ({file}: teams)."


def _settings(settings: Settings) -> Iterator[str]:
    if settings.keys_are_demo:
        yield "Set keys of your own (FIRST1001_MASTER_KEYS, _INDEX_KEY, _INTERNAL_SECRET)."
    if settings.retention_days is None:
        yield "Say how long conversations are kept (FIRST1001_RETENTION_DAYS)."
    if settings.mail is None:
        yield "Set the mail by which the safeguarding lead is told (FIRST1001_SMTP_HOST)."
    if settings.simulators:
        yield "Switch the simulators off (FIRST1001_SIMULATORS=no)."
    for name, url in (
        ("PUBLIC", settings.public_base_url),
        ("CONSOLE", settings.console_base_url),
    ):
        if not url.startswith("https://"):
            yield f"Serve over https (FIRST1001_{name}_BASE_URL)."
    if not settings.model.is_file():
        yield "Train a model (first1001 train)."


def _routes(settings: Settings, deployment: Deployment) -> Iterator[str]:
    found = plan.load(deployment)
    if isinstance(found.cover, NeverCovered):
        return
    routes = alerting.routes_of(settings, found)
    first = found.ladder.people[0]
    reaching = [route.name for route in routes if route.reaches(first)]
    if len(reaching) < ROUTES_WANTED:
        yield (
            "Set two routes for alerts that reach the first person on the ladder: one may fail "
            f"({alerting.SETTINGS}). So far: {', '.join(reaching) or 'none'}."
        )


def _words(settings: Settings, deployment: Deployment) -> Iterator[str]:
    today: date = deployment.local(SystemClock().now()).date()
    problems = check(
        settings.root, live=True, today=today, blocked_numbers=list(deployment.blocked)
    )
    errors = [p for p in problems if p.level == "error"]
    if errors:
        yield f"Put {len(errors)} texts right (first1001 content check --live)."
    named: set[str] = set()
    for key, message in load_messages(settings.root, "en").items():
        if key.startswith(("crisis.", "gentle.", "care.", "fallback.")):
            for words in (message.web, message.sms, message.telegram):
                named |= set(_LINE.findall(words or ""))
    for line_id in sorted(named):
        line = deployment.lines.get(line_id)
        if line is None or not line.verified:
            yield f"Check the number of the help line {line_id} (lines.yml: verified)."


def _database(settings: Settings) -> Iterator[str]:
    engine = engine_for(settings.database_url, pool_size=1)
    try:
        if not migrate.is_current(settings.root, engine):
            yield "Bring the database to today's tables (first1001 migrate)."
            return
        messages = load_messages(settings.root, "en")
        with reading(sessions_for(engine)) as session:
            open_texts = approvals.unapproved(session, messages, read_topics(settings.root))
            untested = alerting.untested(session, settings)
    finally:
        engine.dispose()
    for route in untested:
        yield f"Send a test page by {route} (first1001 alert-test)."
    if open_texts:
        yield (
            f"Have {len(open_texts)} texts approved by a named clinician "
            f"(first1001 content approve), {open_texts[0]} first."
        )
