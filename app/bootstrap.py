"""Builds the house out of its settings: what each process holds, wired once, nothing started."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session

from app import receipts
from app.page_reader import PageReader
from channels import registry
from channels.base import Channel, ChannelServices, RouteChange
from channels.web_chat.channel import WebChat
from common import deployment as deployments
from common.clock import Clock, SystemClock
from common.db import Sessions, engine_for, reading, sessions_for
from common.deployment import Deployment
from common.errors import SettingsError
from common.settings import Settings
from content.loader import ContentError, Topic, languages, load_messages, load_topics
from conversations import approvals, crash, people
from conversations.inbox import Inbox
from conversations.ledger import Ledger, Signals
from conversations.model import Sender
from conversations.receipts import DeliveryReceipt
from conversations.render import Words
from conversations.states import Route
from places.store import Places


@dataclass(frozen=True)
class House:
    """The parts that processes share.

    Attributes:
        ledger: for webhooks, pages and console; its connections are its own.
        work_ledger: the same ledger on the worker's connections.
        senders: what messages are handed to: the channels, or what stands in for them.
        action_sessions: the action endpoint's connections.
    """

    settings: Settings
    deployment: Deployment
    clock: Clock
    topics: Mapping[str, Topic]
    words: Words
    ledger: Ledger
    work_ledger: Ledger
    channels: Mapping[str, Channel]
    senders: Mapping[str, Sender]
    places: Places
    action_sessions: Sessions

    @property
    def inbox(self) -> Inbox:
        """The door for inbound messages."""
        return Inbox(self.ledger)

    def services(self) -> ChannelServices:
        """What channels are given for their webhooks."""

        def apply(receipt: DeliveryReceipt) -> None:
            receipts.apply(self.ledger.sessions, receipt, now=self.clock.now())

        return ChannelServices(
            receive=self.inbox.receive,
            clock=self.clock,
            apply_receipt=apply,
            change_route=self._change_route,
            transcript=PageReader(self.ledger),
        )

    def _change_route(self, change: RouteChange) -> None:
        with self.ledger.sessions.begin() as session:
            found = people.find(
                session, self.ledger.keyring, channel=change.channel, address=change.address
            )
            # An unblocked bot may write again; somebody who opted out has to say so herself.
            if found is not None and found.route != Route.OPTED_OUT:
                people.close_route(session, found.id, route=change.route, code=change.code)


Hands = Callable[[Mapping[str, Channel]], Mapping[str, Sender]]


def build(settings: Settings, *, clock: Clock | None = None, hands: Hands | None = None) -> House:
    """Wire everything; starts nothing.

    Args:
        settings: of this process.
        clock: the machine's where none is given.
        hands: what messages are handed to instead of the channels, made from them.

    Raises:
        SettingsError: the deployment, the words or the postcodes are missing or malformed; says
            what to do.
    """
    crash.arm(settings.crash_point)
    clock = clock or SystemClock()
    deployment = deployments.load(settings.root / "deployments", settings.deployment)
    keyring = settings.keyring()
    web, work, action = (
        sessions_for(engine_for(settings.database_url, pool_size=size))
        for size in (10, settings.worker_threads + 2, settings.worker_threads + 2)
    )
    words = words_for(settings, deployment, read_topics(settings.root))
    if settings.live:
        with reading(web) as session:
            words = approved_only(session, words)
    channels = registry.build(registry.Around(settings, deployment, web, keyring, clock))
    senders: Mapping[str, Sender] = hands(channels) if hands else dict(channels)
    capabilities = {name: sender.capabilities for name, sender in senders.items()}
    signals = Signals()
    web_chat = channels.get("web_chat")
    if isinstance(web_chat, WebChat):
        signals.listen(web_chat.wakes.notify)
    return House(
        settings=settings,
        deployment=deployment,
        clock=clock,
        topics=words.topics,
        words=words,
        ledger=Ledger(web, keyring, words, clock, capabilities, signals),
        work_ledger=Ledger(work, keyring, words, clock, capabilities, signals),
        channels=channels,
        senders=senders,
        places=open_places(settings.var, deployment),
        action_sessions=action,
    )


def read_topics(root: Path) -> Mapping[str, Topic]:
    """The topics by id.

    Raises:
        SettingsError: a topic file cannot be read; lists every such line.
    """
    try:
        return {topic.id: topic for topic in load_topics(root)}
    except ContentError as e:
        raise SettingsError(f"the topics cannot be read:\n{e}") from e


def words_for(settings: Settings, deployment: Deployment, topics: Mapping[str, Topic]) -> Words:
    """The renderer of a deployment.

    Raises:
        SettingsError: a file of messages cannot be read.
    """
    try:
        messages = {lang: load_messages(settings.root, lang) for lang in languages(settings.root)}
    except ContentError as e:
        raise SettingsError(f"the messages cannot be read:\n{e}") from e
    return Words(
        messages,
        topics,
        deployment.variables(),
        demo=not settings.live,
        variables_in=deployment.words_in,
    )


def shelf(settings: Settings, deployment: Deployment) -> Words:
    """Every text in the files, approved or not, for those who approve them.

    Raises:
        SettingsError: a file of words cannot be read.
    """
    whole = words_for(settings, deployment, read_topics(settings.root))
    return replace(whole, demo=False)


def approved_only(session: Session, words: Words) -> Words:
    """The words without translations that nobody has approved."""
    messages, topics = approvals.approved_only(session, words.messages, words.topics)
    return replace(words, messages=messages, topics=topics)


def open_places(var: Path, deployment: Deployment) -> Places:
    """The postcode file.

    Raises:
        SettingsError: it was not built yet; says how.
    """
    path = var / "places.db"
    if not path.is_file():
        raise SettingsError(f"{path} is missing: run 'first1001 postcodes' to build it")
    return Places(path, names=deployment.places)
