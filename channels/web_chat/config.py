"""What an operator or a deployment decides about the web chat; values only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from common.deployment_model import Deployment
from common.settings import Settings


@dataclass(frozen=True)
class WebChatConfig:
    """The page's names, numbers and limits. Times end in `_s` (seconds).

    Attributes:
        emergency: the number for danger to life.
        urgent_line: what to call for urgent mental health help, as words ("111 and ...").
        assets: the folder of the NHS.UK frontend.
        exit_url: the neutral page that "Exit this page" opens.
        starters: texts that a parent may send with one press before the first message.
        embed_on: origins whose pages may hold the widget; `*` for any.
        burst, per_second: how many messages a session may send at once, and steadily.
        poll_s: how soon a page learns of messages written by another process.
    """

    service_name: str
    public_base_url: str
    demo: bool
    emergency: str = "999"
    urgent_line: str = "111"
    privacy_url: str | None = None
    assets: Path | None = None
    exit_url: str = "https://www.bbc.co.uk/weather"
    starters: tuple[str, ...] = (
        "What can you help with?",
        "Find support near me",
        "Ask for help from the team",
        "I want to talk to a person",
    )
    embed_on: tuple[str, ...] = ()
    max_text: int = 4000
    idle_s: int = 30 * 60
    shared_idle_s: int = 10 * 60
    warn_s: int = 2 * 60
    code_days: int = 14
    burst: int = 10
    per_second: float = 0.5
    new_sessions_per_second: float = 20.0
    poll_s: float = 1.0
    heartbeat_s: float = 15.0
    no_script_wait_s: float = 6.0

    @property
    def secure(self) -> bool:
        """Whether parents reach the page over HTTPS."""
        return self.public_base_url.startswith("https://")

    @classmethod
    def of(cls, settings: Settings, deployment: Deployment) -> Self:
        """The page of a deployment."""
        words = deployment.words
        return cls(
            service_name=deployment.service_name,
            public_base_url=settings.public_base_url,
            demo=not settings.live,
            emergency=words.get("emergency", "999"),
            urgent_line=words.get("urgent_line", "111"),
            privacy_url=deployment.privacy_notice,
            assets=settings.var / "assets",
            embed_on=deployment.embed_on if settings.live else ("*",),
        )
