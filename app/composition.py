"""Wires the worker's share of the house: actions, turns, deliveries."""

from rasa_sdk import Action

from app import effects
from app.assistant import AssistantClient
from app.bootstrap import House
from app.worker import Worker, owner_name
from bot.actions import all_actions
from bot.actions.deps import Deps
from conversations.delivery import Deliveries
from conversations.turn import Turns
from referrals.store import Referrals
from signposting import needs
from signposting.store import Directory


def actions(house: House) -> list[Action]:
    """Every action, with what it may read."""
    deps = Deps(
        deployment=house.deployment,
        places=house.places,
        directory=Directory(house.action_sessions, needs.load()),
        topics=house.topics,
        messages=house.words.messages["en"],
        referrals=Referrals(house.action_sessions),
        languages=house.words.languages,
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
