"""Structured logs: an event name and fields, never a word, number or place of a parent."""

import logging
import sys
from typing import Any

import structlog

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
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def logger() -> Any:
    """The logger to write events with: `log.info("message.received", channel="sms")`."""
    return structlog.get_logger()
