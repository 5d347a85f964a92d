"""Wires what people reach: the public address of parents and providers, the console of staff."""

from fastapi import FastAPI

from app import metrics
from app.assistant import AssistantClient
from app.bootstrap import House, shelf
from app.counting import names
from app.erasing import erase
from app.media import ChannelMedia
from app.running import Address
from app.web import create_public
from console.services import ConsoleServices
from console.web import create_console


def addresses(house: House, client: AssistantClient) -> list[Address]:
    """Both, each with its port; and the numbers for a monitor where they are wanted."""
    s = house.settings
    public = create_public(house, assistant_ready=client.ready)
    served = [
        Address(public, s.bind, s.public_port),
        Address(console(house), s.bind, s.console_port),
    ]
    if s.metrics_port is not None:
        numbers = metrics.create(house, assistant_ready=client.ready)
        served.append(Address(numbers, s.metrics_bind, s.metrics_port))
    return served


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
            media=ChannelMedia(house.channels),
            erase=erase,
            ready_only=frozenset(house.deployment.ready_replies_only),
            shelf=shelf(settings, house.deployment),
            blocked=tuple(house.deployment.blocked),
            topics={topic.id: topic.title for topic in house.topics.values()},
            names=lambda: names(house),
        )
    )
