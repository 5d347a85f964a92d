"""What every command shares: settings of this process, and errors in one plain sentence."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import typer

from common import log
from common.errors import AssistantError
from common.settings import Settings, load

F = TypeVar("F", bound=Callable[..., Any])


def plainly(command: F) -> F:
    """Turn what an operator can mend into one sentence and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except AssistantError as e:
            print(f"first1001: {e}", file=sys.stderr)
            raise typer.Exit(2) from e
        except Exception as e:
            if not _database_is_away(e):
                raise
            print(f"first1001: {_NO_DATABASE}", file=sys.stderr)
            raise typer.Exit(2) from None

    return run  # type: ignore[return-value]


_NO_DATABASE = "the database cannot be reached: see that it runs, and check FIRST1001_DATABASE_URL"


def _database_is_away(error: Exception) -> bool:
    from sqlalchemy.exc import InterfaceError, OperationalError

    return isinstance(error, OperationalError | InterfaceError)


def settings_of(*, demo: bool | None = None, quiet: bool = False) -> Settings:
    """The settings of this process, with its log set up by them."""
    settings = load(os.environ, demo=demo)
    level = "ERROR" if quiet else settings.log_level
    log.configure(level=level, as_json=settings.log_json)
    return settings
