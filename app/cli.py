"""The operator's command line: `first1001 --help`. Each command is a thin door to one use case."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from app import cli_database
from app.doors import plainly, settings_of
from common.errors import InvalidInput, SettingsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="First1001: an assistant for parents in the first 1001 days.",
)
services = typer.Typer(no_args_is_help=True, help="The directory of local services.")
content = typer.Typer(no_args_is_help=True, help="The words that parents read.")
staff = typer.Typer(no_args_is_help=True, help="The people who use the console.")
simulate = typer.Typer(no_args_is_help=True, help="Write to the assistant without an account.")
app.add_typer(cli_database.app)
app.add_typer(services, name="services")
app.add_typer(content, name="content")
app.add_typer(staff, name="staff")
app.add_typer(simulate, name="simulate")


@app.command()
@plainly
def serve(
    demo: Annotated[bool, typer.Option(help="Demonstration: nobody will call.")] = False,
) -> None:
    """Run everything on this machine."""
    from app import serving

    serving.serve(settings_of(demo=demo or None))


@app.command()
@plainly
def web() -> None:
    """Run the public address and the console only (with PostgreSQL, as many as you need)."""
    from app import serving

    serving.web(settings_of())


@app.command()
@plainly
def worker(
    action_socket: Annotated[
        int | None, typer.Option(hidden=True, help="An open socket, from `serve`.")
    ] = None,
) -> None:
    """Run a worker only: turns, deliveries and the assistant's actions."""
    from app import work

    settings = settings_of()
    if action_socket is not None:
        # Whoever started us has looked at all that may be missing.
        work.of_serve(settings, action_socket).run()
        return
    from app import ready

    ready.refuse_unready(settings)
    work.alone(settings).run()


@app.command()
@plainly
def assistant() -> None:
    """Run the assistant only, on its loopback port."""
    from app import serving

    serving.assistant(settings_of())


@app.command()
@plainly
def ready() -> None:
    """Say what is missing before this deployment may go live."""
    from app import ready as readiness

    missing = readiness.missing(settings_of())
    for sentence in missing:
        print(f"- {sentence}")
    print("Ready." if not missing else f"Not ready: {len(missing)} to do.")
    raise typer.Exit(1 if missing else 0)


@app.command("alert-test")
@plainly
def alert_test(
    by: Annotated[str, typer.Option(help="Your name, for the record.")],
) -> None:
    """Send a test page by every alert route; live mode wants one by each."""
    from app import alerting

    print(alerting.send_test(settings_of(), by=by))


@app.command()
@plainly
def train() -> None:
    """Train the assistant's model from the words in content/ and bot/data."""
    from app import training

    raise typer.Exit(training.train(settings_of()))


@app.command()
@plainly
def evaluate(
    test: Annotated[Path, typer.Argument(help='JSON lines {"id", "text", "topic"}.')],
) -> None:
    """Run a labelled set through the trained model and print how often it is right."""
    from app import training

    raise typer.Exit(training.evaluate(settings_of(), test))


@app.command()
@plainly
def postcodes() -> None:
    """Build the postcode file from OS Code-Point Open, where it is missing or old."""
    from rich.console import Console

    from places.cli import build_postcodes

    settings = settings_of()
    built = build_postcodes(
        settings.var / "places.db",
        deployments=settings.root / "deployments",
        data=settings.var / "codepoint",
        tools=settings.root / ".tools",
        console=Console(stderr=True),
    )
    print("Built the postcodes." if built else "The postcodes are up to date.")


@app.command()
@plainly
def converse() -> None:
    """Play conversations from standard input and print what became of them, as JSON lines."""
    from app import converse as player

    with player.Player(settings_of(demo=True, quiet=True)) as player_:
        _answer_lines(player_.play)


@app.command()
@plainly
def understand() -> None:
    """Say how texts are understood, JSON lines {"id", "text"} from standard input."""
    from app.understand import Understanding

    with Understanding(settings_of(demo=True, quiet=True)) as reading:
        _answer_lines(reading.read)


def _answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """One JSON line out for each one in."""
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            print(json.dumps(answer(_json(line, number)), ensure_ascii=False), flush=True)


def _json(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as e:
        raise InvalidInput(f"line {number} is not JSON: {e.msg}") from e
    if not isinstance(found, dict):
        raise InvalidInput(f"line {number} is not a JSON object")
    return found


@app.command()
@plainly
def screen() -> None:
    """Screen texts from standard input, JSON lines {"id", "text"}; nothing else need run."""
    from safety.cli import screen_lines

    screen_lines(sys.stdin, sys.stdout)


@services.command("import")
@plainly
def services_import() -> None:
    """Bring the directory to the deployment's own list."""
    from app.set_up import import_services
    from common.db import session_factory

    settings = settings_of()
    report = import_services(settings, session_factory(settings.database_url))
    print(
        f"added {len(report.added)}, changed {len(report.updated)}, "
        f"unchanged {report.unchanged}, retired {len(report.retired)}"
    )


@services.command("export")
@plainly
def services_export(
    to: Annotated[Path, typer.Argument(help="The file to write.")],
) -> None:
    """Write the directory as Open Referral UK JSON."""
    from common.db import session_factory
    from signposting.cli import export_services

    count = export_services(session_factory(settings_of().database_url), to)
    print(f"wrote {count} services to {to}")


@services.command("check")
@plainly
def services_check() -> None:
    """Look for services whose details are unchecked, blocked or old."""
    from common import deployment as deployments
    from signposting.cli import check_services

    settings = settings_of()
    deployment = deployments.load(settings.root / "deployments", settings.deployment)
    report = check_services(deployment, today=date.today())  # noqa: DTZ011 (a day of the place)
    print(f"{report.services} services, {report.verified} with confirmed contact")
    for words, slugs in (
        ("contact not confirmed", report.unverified),
        ("confirmed but without contact", report.without_contact),
        ("not checked for 90 days", report.stale),
    ):
        if slugs:
            print(f"{words}: {', '.join(slugs)}")


@content.command("check")
@plainly
def content_check(
    live: Annotated[bool, typer.Option(help="As strict as live mode.")] = False,
) -> None:
    """Read every text and say what has to be put right, file and line first."""
    from common import deployment as deployments
    from content.loader import check

    settings = settings_of()
    blocked = deployments.load(settings.root / "deployments", settings.deployment).blocked
    problems = check(
        settings.root,
        live=live,
        today=date.today(),  # noqa: DTZ011 (a review date is a day of the place we are in)
        blocked_numbers=blocked,
    )
    for problem in problems:
        print(problem)
    errors = [p for p in problems if p.level == "error"]
    print(f"{len(errors)} to put right, {len(problems) - len(errors)} to know of")
    raise typer.Exit(1 if errors else 0)


@content.command("approve")
@plainly
def content_approve(
    text: Annotated[str, typer.Argument(help="A key, or topic.<id>.")],
    by: Annotated[str, typer.Option(help="The name of who approves.")],
    role: Annotated[str, typer.Option(help="And the role.")],
    language: Annotated[str, typer.Option(help="Of which language, such as ur-Latn.")] = "en",
) -> None:
    """Record that a named person approved these very words; a changed word voids it."""
    from app import words

    print(words.approve(settings_of(), text, by=by, role=role, language=language))


@staff.command("add")
@plainly
def staff_add(
    email: str,
    name: str,
    role: Annotated[str, typer.Argument(help="engagement_worker, clinician, manager or admin.")],
) -> None:
    """Add somebody to the console and print a first password, once."""
    from app import staffing

    print(staffing.add(settings_of(), email=email, name=name, role=role))


@staff.command("reset")
@plainly
def staff_reset(email: str) -> None:
    """Print a new first password for somebody who lost theirs, or the phone with the codes."""
    from app import staffing

    print(staffing.reset(settings_of(), email=email))


@simulate.command("sms")
@plainly
def simulate_sms(
    text: str,
    number: Annotated[str, typer.Option(help="An Ofcom drama number.")] = "+447700900123",
) -> None:
    """Send a text message through the SMS simulator and print the answers."""
    from app import simulating

    for answer in simulating.sms(settings_of(), text, number=number):
        print(answer)


@simulate.command("telegram")
@plainly
def simulate_telegram(
    text: str,
    chat: Annotated[int, typer.Option(help="Any chat number.")] = 1001,
) -> None:
    """Send a message through the Telegram simulator and print the answers."""
    from app import simulating

    for answer in simulating.telegram(settings_of(), text, chat=chat):
        print(answer)


def main() -> None:
    """The entry point of `first1001`."""
    try:
        app()
    except SettingsError as e:
        print(f"first1001: {e}", file=sys.stderr)
        sys.exit(2)
