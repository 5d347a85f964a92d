"""Fetches for the console what a parent sent, from the channel it came by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.base import Channel
from common.errors import NotFound
from console.services import Media


@dataclass(frozen=True)
class ChannelMedia:
    """The console's door to the providers' files."""

    channels: Mapping[str, Channel]

    def fetch(self, *, channel: str, media: Mapping[str, Any]) -> Media:
        """The first file of a message.

        Raises:
            NotFound: there is none, or the provider no longer has it.
            TemporaryFailure: the provider did not answer.
        """
        items = media.get("items") or []
        source = self.channels.get(channel)
        if not items or source is None:
            raise NotFound("this message holds no file")
        kind = str(items[0].get("type") or "application/octet-stream")
        return Media(source.fetch_media(str(items[0]["ref"])), kind)
