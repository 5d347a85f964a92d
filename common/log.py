"""Structured logs: an event name and fields, never a word, number or place of a parent."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from common.errors import AssistantError

# Loggers of libraries that print addresses, bodies or tokens below warning.
_QUIET = ("httpx", "httpcore", "telegram", "twilio", "sanic", "rasa_sdk", "uvicorn.access")


def configure(*, level: str = "INFO", as_json: bool = True) -> None:
    """Set up logging for a process; call once, at its entry point.

    Args:
        level: the lowest level that is written.
        as_json: one JSON object a line; otherwise lines for a person at a terminal.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _traceback,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _traceback(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Where it broke, without what was in the variables.

    The message of somebody else's exception may quote a parent's words, so only ours is shown.
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-8:]]
        event["error"] = type(error).__name__
        event["at"] = " < ".join(reversed(where))
        if isinstance(error, AssistantError):
            event["said"] = str(error)
    return event


def logger() -> Any:
    """The logger to write events with: `log.info("message.received", channel="sms")`."""
    return structlog.get_logger()
