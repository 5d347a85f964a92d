"""Every channel there is: one line each. A new channel is an adapter, a line and its settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from channels.base import Channel
from channels.sms import Sms
from channels.telegram import Telegram
from channels.web_chat.channel import WebChat
from channels.web_chat.config import WebChatConfig
from channels.web_chat.sessions import SessionStore
from common.clock import Clock
from common.crypto import Keyring
from common.db import Sessions
from common.deployment_model import Deployment
from common.settings import Settings


@dataclass(frozen=True)
class Around:
    """What a channel may be built from."""

    settings: Settings
    deployment: Deployment
    sessions: Sessions
    keyring: Keyring
    clock: Clock


def _web_chat(around: Around) -> Channel:
    config = WebChatConfig.of(around.settings, around.deployment)
    store = SessionStore(around.sessions, around.keyring, clock=around.clock, config=config)
    return WebChat(config, store=store)


def _sms(around: Around) -> Channel | None:
    twilio = around.settings.twilio
    return Sms(twilio, public_base_url=around.settings.public_base_url) if twilio else None


def _telegram(around: Around) -> Channel | None:
    bot = around.settings.telegram
    return Telegram(bot, public_base_url=around.settings.public_base_url) if bot else None


CHANNELS: Mapping[str, Callable[[Around], Channel | None]] = MappingProxyType(
    {
        "web_chat": _web_chat,
        "sms": _sms,
        "telegram": _telegram,
    }
)


def build(around: Around) -> dict[str, Channel]:
    """The channels that the settings have an account for, by name."""
    made = {name: make(around) for name, make in CHANNELS.items()}
    return {name: channel for name, channel in made.items() if channel is not None}
