"""A web chat with a scripted house behind it, and a Chromium in front of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.routing import Route

from channels.web_chat.assets import build
from channels.web_chat.channel import WebChat
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import SessionStore
from channels.web_chat.tables import WebCode, WebSession
from common.clock import SetClock
from common.crypto import Keyring
from common.db import Base, engine_for, sessions_for
from conversations.model import InboundMessage
from tests.contract.harness import app_of
from tests.fakes.house import Answer, House, say
from tests.fakes.serving import serving

ROOT = Path(__file__).resolve().parents[2]
NEUTRAL = "/neutral"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

TOPIC = """Many babies want to be held a lot in the first weeks, and it does not spoil them.

You could try:
- a sling, so that your hands are free
- taking turns with somebody you trust
- lying down next to your baby while you are both awake

If it is too much, put your baby down somewhere safe and step out of the room.
You can also call Cry-sis on 0800 448 0737."""

CRISIS = """Thank you for telling me. You matter, and so does your baby.

If you might act on these thoughts, call 999 now, or go to A&E.
You can call 111 and choose the mental health option, day and night.
Samaritans: 116 123, free, any time."""


def answers(message: InboundMessage) -> list[Answer]:
    """What the scripted assistant says."""
    if message.choice or "yes" in message.text.lower():
        return [say("Good. Shall I look near you? Tell me your postcode or town.")]
    if "die" in message.text:
        return [say(CRISIS, urgent=True)]
    if "slow" in message.text:
        return []
    if "cry" in message.text:
        return [say(TOPIC, "Was this useful? Yes", "Talk about sleep", "Find support near me")]
    return [say("Hello. What would you like to talk about?", "Crying", "Sleep", "Bonding")]


@dataclass
class Site:
    url: str
    house: House
    channel: WebChat
    clock: SetClock


@contextmanager
def chat_site(folder: Path, keyring: Keyring, clock: SetClock, **changes: Any) -> Iterator[Site]:
    """A running site; `changes` are changes of its configuration."""
    assets = ROOT / "var" / "assets"
    build(ROOT, assets)
    config = WebChatConfig(
        service_name="Little Steps",
        public_base_url="http://127.0.0.1",
        demo=True,
        urgent_line="111 and choose the mental health option",
        assets=assets,
        poll_s=0.1,
        heartbeat_s=0.2,
        no_script_wait_s=2,
        burst=100,
        embed_on=("*",),
    )
    engine = engine_for(f"sqlite:///{folder / 'chat.db'}")
    Base.metadata.create_all(engine, tables=[WebSession.__table__, WebCode.__table__])
    house = House(clock)
    house.answers = answers
    app = FastAPI(openapi_url=None)
    with serving(app) as url:
        config = replace(config, exit_url=url + NEUTRAL, **changes)
        store = SessionStore(sessions_for(engine), keyring, clock=clock, config=config)
        channel = WebChat(config, store=store)
        house.listener = channel.wakes.notify
        app.mount("/", app_of(channel, house))
        app.router.routes.insert(0, _page(NEUTRAL, "<h1>Weather</h1>"))
        widget = '<h1>Host</h1><p>A page of another site.</p><script src="/widget.js"></script>'
        app.router.routes.insert(0, _page("/host", widget))
        yield Site(url, house, channel, clock)
        channel.close()
    engine.dispose()


def _page(path: str, body: str) -> Any:
    html = (
        '<!DOCTYPE html><html lang="en"><title>Page</title>'
        f'<link rel="icon" href="data:,"><main>{body}</main></html>'
    )
    return Route(path, lambda request: HTMLResponse(html))
