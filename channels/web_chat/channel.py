"""The web chat as a channel: nothing is sent, since the page fetches its own messages."""

from fastapi import APIRouter

from channels.base import ChannelServices
from channels.web_chat.config import WebChatConfig
from channels.web_chat.desk import Desk
from channels.web_chat.sessions import SessionStore
from channels.web_chat.views import router
from channels.web_chat.wakes import Wakes
from common.errors import NotFound
from conversations.model import Accepted, Capabilities, ToSend


class WebChat:
    """The web chat channel.

    Attributes:
        wakes: tell it of each conversation with something new, and open pages show it at once.
        store: the browser sessions; its `purge` is to be called now and then.
    """

    name = "web_chat"

    def __init__(self, config: WebChatConfig, *, store: SessionStore) -> None:
        self.config = config
        self.store = store
        self.wakes = Wakes()
        self.capabilities = Capabilities(
            may_speak_first=True,
            reply_window_s=None,
            max_length=config.max_text,
            choices="buttons",
            media=False,
            markup="lists",
            pulled=True,
            private_words=False,
        )

    def router(self, services: ChannelServices) -> APIRouter:
        """The page, the widget, their files, and what they call."""
        return router(Desk(self.config, self.store, self.wakes, services=services))

    def send(self, message: ToSend) -> Accepted:  # noqa: ARG002
        """Nothing to hand over: writing the row was all."""
        return Accepted(provider_message_id=None)

    def find_sent(self, message: ToSend) -> Accepted | None:  # noqa: ARG002
        """Written is sent."""
        return Accepted(provider_message_id=None)

    def fetch_media(self, ref: str) -> bytes:  # noqa: ARG002
        """The page takes no files.

        Raises:
            NotFound: always.
        """
        raise NotFound("the web chat takes no files")

    def close(self) -> None:
        """End all streams; call it before the server waits for its connections to end."""
        self.wakes.close()
