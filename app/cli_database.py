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
