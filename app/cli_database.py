"""The commands that look after the database: `first1001 migrate`, `backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from app.doors import plainly, settings_of

app = typer.Typer()


@app.command()
@plainly
def migrate() -> None:
    """Bring the database to today's tables."""
    from app import migrate as migrations

    settings = settings_of()
    migrations.upgrade(settings.root, settings.database_url)
    print("The database is up to date.")


@app.command()
@plainly
def backup(
    path: Annotated[Path, typer.Argument(help="The file to write; its folder must be there.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file.")] = False,
) -> None:
    """Back the database up into one file, while everything runs."""
    from app import backup as backups

    print(backups.backup(settings_of(), path, force=force))


@app.command()
@plainly
def restore(
    path: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a database that holds people.")
    ] = False,
) -> None:
    """Make the database what a backup holds; nothing of First1001 may run meanwhile."""
    from app import backup as backups

    print(backups.restore(settings_of(), path, force=force))


@app.command("demo-data")
@plainly
def demo_data(
    conversations: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Besides those with a referral.")
    ] = 1200,
    seed: Annotated[int, typer.Option(help="Another number makes other people.")] = 1,
) -> None:
    """Fill a demonstration with seven invented years, to see the console in use."""
    from rich.console import Console
    from rich.progress import Progress

    from app.demo import running

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Writing invented years", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        made = running.make(
            settings_of(demo=True, quiet=True),
            seed=seed,
            ordinary=conversations,
            progress=progress,
        )
    print(
        f"{made.conversations:,} conversations with {made.messages:,} messages, "
        f"{made.referrals:,} referrals, {made.activities:,} entries of other work."
    )
