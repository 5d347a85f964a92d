"""What a double is told to do wrong, and what it saw; both reachable over HTTP.

POST /_script {"op", "fault", "times"?, ...}: queue a fault, or a list of them. POST /_reset.
GET /_log: all that happened, as JSON lines, for whoever compares it with the ledger.
"""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

Fault = Mapping[str, Any]


class Script:
    """Faults that wait for their operation, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[dict[str, Any]] = []

    def add(self, fault: Fault) -> None:
        """Queue a fault; `times` says how often it strikes, once if it is not there."""
        with self._lock:
            self._waiting.append({"times": 1, **fault})

    def take(self, op: str) -> Fault | None:
        """The fault that strikes this operation now, if any."""
        with self._lock:
            for fault in self._waiting:
                if fault["op"] == op:
                    fault["times"] -= 1
                    if fault["times"] <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._waiting.clear()


class Seen:
    """What the double saw and did, in order; written to a file too where one is given."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._path = path
        self.entries: list[dict[str, Any]] = []

    def note(self, event: str, **facts: Any) -> None:
        """Write down one thing."""
        entry = {"n": len(self.entries), "at": _now(), "event": event, **facts}
        with self._lock:
            entry["n"] = len(self.entries)
            self.entries.append(entry)
            if self._path is not None:
                with self._path.open("a") as file:
                    file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def of(self, event: str) -> list[dict[str, Any]]:
        """The entries of one kind."""
        with self._lock:
            return [entry for entry in self.entries if entry["event"] == event]

    def lines(self) -> str:
        """All entries as JSON lines."""
        with self._lock:
            return "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in self.entries)


def control_router(script: Script, seen: Seen) -> APIRouter:
    """The routes by which a test, or a person, tells the double what to do."""
    router = APIRouter()

    @router.post("/_script")
    async def add(request: Request) -> Response:
        said = await request.json()
        for fault in said if isinstance(said, list) else [said]:
            script.add(fault)
        return JSONResponse({"queued": True})

    @router.post("/_reset")
    async def reset() -> Response:
        script.clear()
        return JSONResponse({"reset": True})

    @router.get("/_log")
    async def log() -> Response:
        return PlainTextResponse(seen.lines(), media_type="application/x-ndjson")

    return router


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
