"""Runs the assistant's actions: a loopback door that only the assistant may use.

Actions read and compute; what they want done they return as effects.
"""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import yaml
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from app import tokens
from app.assistant import HEADER
from common.clock import Clock
from common.crypto import same
from common.errors import NotAllowed
from common.log import logger

log = logger()


def create(
    actions: list[Action], *, secret: str, clock: Clock, domain: Mapping[str, Any], threads: int
) -> FastAPI:
    """The endpoint's ASGI app.

    Args:
        actions: instances of every action.
        secret: what the assistant sends in its header.
        clock: tells whether a turn token still holds.
        domain: the domain that actions see (Rasa sends none, to save 85 KB a call).
        threads: at least as many as turns in flight, or worker and action wait for each other.
    """
    # The SDK logs one line an action at info; ours says the same with ids.
    logging.getLogger("rasa_sdk").setLevel(logging.CRITICAL)
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    limiter = anyio.CapacityLimiter(threads)

    @app.post("/webhook")
    async def run(request: Request) -> JSONResponse:
        if not same(request.headers.get(HEADER, ""), secret):
            return JSONResponse({"error": f"wrong {HEADER}"}, status_code=403)
        call = await request.json()
        name = str(call.get("next_action"))
        try:
            _check_token(call, secret, clock)
        except NotAllowed as e:
            return JSONResponse({"error": str(e), "action_name": name}, status_code=403)
        call["domain"] = domain
        return await anyio.to_thread.run_sync(_run, executor, call, name, limiter=limiter)

    return app


def _check_token(call: Mapping[str, Any], secret: str, clock: Clock) -> None:
    metadata = call.get("tracker", {}).get("latest_message", {}).get("metadata") or {}
    tokens.read(secret, str(metadata.get("turn_token", "")), now=clock.now())


def _run(executor: ActionExecutor, call: dict[str, Any], name: str) -> JSONResponse:
    try:
        result = asyncio.run(executor.run(call))
        return JSONResponse(result.model_dump() if result is not None else {})
    except ActionExecutionRejection as e:
        body = {"error": "rejected", "action_name": e.action_name}
        return JSONResponse(body, status_code=400)
    except ActionNotFoundException as e:
        return JSONResponse({"error": "unknown", "action_name": e.action_name}, status_code=404)
    except Exception:  # noqa: BLE001 (the ASGI error page of this door: the turn will be retried)
        log.exception("action.failed", action=name)
        return JSONResponse({"error": "failed", "action_name": name}, status_code=500)


def load_domain(root: Path) -> dict[str, Any]:
    """The domain from its files, as actions expect it.

    Actions look up slots, forms and responses of the domain; topics add nothing that they need.
    """
    whole: dict[str, Any] = {}
    for path in [root / "domain.yml", *sorted((root / "bot" / "domain").glob("*.yml"))]:
        for key, value in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
            if isinstance(value, dict):
                whole.setdefault(key, {}).update(value)
            elif isinstance(value, list):
                whole.setdefault(key, []).extend(value)
            else:
                whole[key] = value
    whole.setdefault("responses", {})
    return whole
