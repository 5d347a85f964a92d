"""Wires one process's share of the house: worker, console, actions, background threads."""

import threading
from collections.abc import Callable, Sequence

from fastapi import FastAPI
from rasa_sdk import Action

from alerts import clock as escalation
from app import effects
from app.alerting import paging
from app.assistant import AssistantClient
from app.bootstrap import House
from app.retention import purge_forever
from app.worker import Worker, owner_name
from bot.actions import all_actions
from bot.actions.deps import Deps
from channels.telegram import Telegram
from common.log import logger
from console.services import ConsoleServices
from console.web import create_console
from conversations.delivery import Deliveries
from conversations.turn import Turns
from referrals.store import Referrals
from signposting import needs
from signposting.store import Directory

log = logger()


def actions(house: House) -> list[Action]:
    """Every action, with what it may read."""
    deps = Deps(
        deployment=house.deployment,
        places=house.places,
        directory=Directory(house.action_sessions, needs.load()),
        topics=house.topics,
        messages=house.words.messages["en"],
        referrals=Referrals(house.action_sessions),
    )
    return all_actions(deps)


def worker(house: House, client: AssistantClient) -> Worker:
    """The threads that take turns and deliver."""
    settings, ledger = house.settings, house.work_ledger
    turns = Turns(
        ledger,
        client,
        effects.handlers(house),
        owner_name(),
        lease_s=settings.lease_s,
        attempts=settings.turn_attempts,
    )
    deliveries = Deliveries(ledger, house.senders, owner_name(), lease_s=settings.lease_s)
    return Worker(turns, deliveries, ledger.signals, settings.worker_threads)


def console(house: House) -> FastAPI:
    """The staff console."""
    settings = house.settings
    return create_console(
        ConsoleServices(
            ledger=house.ledger,
            assets=settings.var / "assets",
            base_url=settings.console_base_url,
            service_name=house.deployment.service_name,
            demo=not settings.live,
            must_verify=settings.live,
            zone=house.deployment.time_zone,
        )
    )


def background(house: House, stop: threading.Event) -> Sequence[threading.Thread]:
    """What runs beside the web servers: Telegram's webhook or its polling, purge, paging."""
    threads = []
    days = house.settings.retention_days
    if days is not None:
        sessions = house.work_ledger.sessions
        threads.append(_thread(purge_forever, sessions, days=days, clock=house.clock, stop=stop))
    pages = paging(house)
    if pages is not None:
        threads.append(
            _thread(escalation.run, house.work_ledger.sessions, pages, house.clock, stop)
        )
    telegram = house.channels.get("telegram")
    if isinstance(telegram, Telegram) and house.settings.telegram is not None:
        if house.settings.telegram.polling:
            threads.append(_thread(telegram.poll_forever, house.services(), stop))
        else:
            threads.append(_thread(_register, telegram, stop))
    return threads


def _thread(target: Callable[..., None], *args: object, **named: object) -> threading.Thread:
    return threading.Thread(target=target, args=args, kwargs=named, daemon=True)


def _register(telegram: Telegram, stop: threading.Event) -> None:
    """Tell Telegram our webhook, again and again until it listens."""
    wait = 1.0
    while not stop.is_set():
        try:
            telegram.register_webhook()
        except Exception:  # noqa: BLE001 (whatever it says now, it is asked again)
            log.warning("telegram.webhook_not_registered", again_in_s=wait)
            stop.wait(wait)
            wait = min(wait * 2, 60)
        else:
            return
