"""What the bot's tests share: Rasa readied once, a small trained house, the channel served."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bot import launch

launch.prepare()

from fakes import Actions, small_house_actions  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
SECRET = "a secret of the tests"
NOW = "2026-03-02T10:00:00+00:00"


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's paths are relative to the repository."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small house, trained."""
    from rasa.model_training import train

    house = HERE / "small_house"
    os.environ["TQDM_DISABLE"] = "1"
    made = train(
        str(house / "domain.yml"),
        str(house / "config.yml"),
        [str(house / "data.yml")],
        output=str(tmp_path_factory.mktemp("models")),
        fixed_model_name="small_house",
        force_training=True,
    )
    assert made.model
    return Path(made.model)


@pytest.fixture
def actions() -> Iterator[Actions]:
    endpoint = Actions()
    small_house_actions(endpoint)
    yield endpoint
    endpoint.close()


def agent_for(model: Path | str, actions_url: str, store: Any = None) -> Any:
    """A Rasa agent as serving has it; `store` None means the request-scoped one."""
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    from bot import watch
    from bot.nlg import KeysOnly

    watch.install(action_timeout_s=6.0)
    return Agent.load(
        str(model),
        tracker_store=watch.RequestTrackerStore(None) if store is None else store,
        generator=KeysOnly(),
        action_endpoint=EndpointConfig(actions_url, enable_selective_domain=True),
    )


class Client:
    """Speaks to the channel as the app does."""

    def __init__(self, port: int) -> None:
        self._port = port

    def turn(self, text: str, *, secret: str = SECRET, **changed: Any) -> tuple[int, Any]:
        body = {
            "conversation_id": "c1",
            "message_id": "m1",
            "channel": "sms",
            "now": NOW,
            "text": text,
            "is_payload": False,
            "seed": None,
            "metadata": {"turn_token": "token-1"},
        } | changed
        return self.post(json.dumps(body), secret=secret)

    def post(self, body: str, *, secret: str = SECRET) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "X-Internal-Secret": secret}
        return self._ask("POST", "/webhooks/turn/", body.encode(), headers)

    def ready(self) -> tuple[int, Any]:
        return self._ask("GET", "/webhooks/turn/ready", b"", {})

    def _ask(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, Any]:
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


class Served:
    """The channel, mounted as Rasa mounts it, on a thread and a free port of its own.

    Sanic 21 rewrites its own classes at an app's first start, so a process gets one app.
    """

    def __init__(self) -> None:
        from rasa.core.channels.channel import register
        from sanic import Sanic

        from bot.connector import TurnInput

        self.app = Sanic("turn", configure_logging=False)
        register([TurnInput(SECRET)], self.app, route="/webhooks/")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)

    async def _start(self) -> int:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = await self.app.create_server(sock=listener, return_asyncio_server=True)
        await server.startup()
        return int(listener.getsockname()[1])

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    channel = Served()
    yield channel
    channel.close()


@pytest.fixture
def ask(served: Served) -> Callable[[Any], Client]:
    """`ask(agent)` is a client of the channel with that agent behind it; None: not ready."""

    def behind(agent: Any) -> Client:
        served.app.ctx.agent = agent
        return Client(served.port)

    return behind
