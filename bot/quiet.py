"""Keeps a parent's words out of the serving process's log; it changes no other output.

Rasa and its libraries put message texts, slot values and whole payloads into log lines, warnings
and exception messages. While serving, their lines are reduced to where they came from: logger,
level, file, line, type of exception and frames. Lines of the loggers below `bot` keep their
constant event name and their fields.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback

_NOISY = ("sanic.root", "sanic.error", "sanic.access", "apscheduler", "asyncio")
_PLAIN_FIELDS = ("message_id", "kind", "what", "model_id", "port")


class WordlessFormatter(logging.Formatter):
    """One JSON object a line, with nothing in it that a parent could have typed."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.split(".")[0] == "bot":
            line["event"] = str(record.msg)
            line |= {k: v for k in _PLAIN_FIELDS if (v := getattr(record, k, None))}
        else:
            line["event"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["frames"] = [
                f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line)


def install() -> None:
    """Routes every log line and warning of this process through the wordless formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WordlessFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(logging.INFO)
    for name in _NOISY:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
    logging.captureWarnings(True)
