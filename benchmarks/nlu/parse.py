"""Parses texts with a trained Rasa model: `python parse.py [--ours] MODEL TEXTS.json OUT.json`.

It runs in the environment that the model was trained in and imports nothing of this repository
but, with `--ours`, the launcher that our model needs. A second pass over the first texts is timed
as well, since the first parses of any model load what they need.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

WARM_UP = 20


async def parse_all(model: str, texts: list[str]) -> dict[str, Any]:
    """`parses` in the order of the texts: intent, confidence of the likeliest, ranking, ms."""
    from rasa.core.agent import Agent  # type: ignore[import-not-found]

    started = time.perf_counter()
    agent = Agent.load(model)
    loaded = time.perf_counter() - started
    for text in texts[:WARM_UP]:
        await agent.parse_message(text.lstrip("/ "))
    return {"load_s": loaded, "parses": [await _parse(agent, text) for text in texts]}


async def _parse(agent: Any, text: str) -> dict[str, Any]:
    started = time.perf_counter()
    found = await agent.parse_message(text.lstrip("/ "))
    ms = (time.perf_counter() - started) * 1000
    ranking = found["intent_ranking"]
    first = next((r for r in ranking if r["name"] not in ("nlu_fallback", "out_of_scope")), None)
    return {
        "intent": found["intent"]["name"],
        "confidence": first["confidence"] if first else 0.0,
        "ranking": [r["name"] for r in ranking[:5]],
        "ms": ms,
    }


def main(given: list[str]) -> None:
    """Read, parse, write."""
    if given[0] == "--ours":
        given = given[1:]
        sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
        from bot import launch

        launch.prepare()
    import logging

    logging.disable(logging.ERROR)
    try:
        from rasa.utils.log_utils import (  # type: ignore[import-not-found]
            configure_structlog,
        )

        configure_structlog(logging.ERROR)
    except ImportError:
        pass
    model, texts, out = given
    done = asyncio.run(parse_all(model, json.loads(Path(texts).read_text())))
    Path(out).write_text(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1:])
