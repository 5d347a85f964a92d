"""The screen over JSON lines, for anybody's test set; nothing else need be running."""

from __future__ import annotations

import json
import time
from typing import Any, TextIO

from safety.model import Verdict
from safety.screen import screen, warm


def screen_lines(source: TextIO, out: TextIO) -> int:
    """Screen ``{"id", "text"}`` a line; write ``{"id", "tier", "classes", "evidence", "ms"}``.

    Returns:
        The number of texts screened. Empty lines are passed over.

    Raises:
        ValueError: a line is no object with a text; the message says which line.
    """
    warm()
    done = 0
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        row = _row(line, number)
        start = time.perf_counter()
        seen = screen(row["text"])
        spent = (time.perf_counter() - start) * 1000
        out.write(json.dumps(_answer(row.get("id"), seen, spent), ensure_ascii=False) + "\n")
        done += 1
    return done


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number} is not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        form = '{"id": ..., "text": "..."}'
        raise ValueError(f"line {number} needs the form {form}")  # noqa: TRY004  (data, not type)
    return row


def _answer(name: object, seen: Verdict, spent_ms: float) -> dict[str, object]:
    evidence = [
        {"class": e.cls, "rule": e.rule, "words": e.words, "tier": e.tier, "about": e.about}
        for e in seen.evidence
    ]
    return {
        "id": name,
        "tier": seen.tier,
        "classes": list(seen.classes),
        "evidence": evidence,
        "ms": round(spent_ms, 3),
    }
