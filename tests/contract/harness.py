"""Drives each channel in the same words, over real HTTP, whatever its provider looks like."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from channels.base import Channel
from channels.doubles.telegram import TelegramDouble
from channels.doubles.twilio import Account, TwilioDouble
from channels.sms import Sms
from channels.telegram import Telegram
from common.settings import Telegram as TelegramSettings
from common.settings import Twilio
from conversations.model import Choice, ToSend
from tests.fakes.house import House
from tests.fakes.serving import free_port, serving
from tests.fakes.windowed import SECRET, Provider, Windowed

ACCOUNT = "AC" + "0" * 32
NUMBER = "+447700900123"
CHAT = 7_700_900
BOT = "1001:contract-token"


@dataclass
class Delivery:
    """One raw webhook call, to be made once, twice, or spoilt."""

    url: str
    body: bytes
    headers: dict[str, str]


class Driver(Protocol):
    """What the contract needs of a channel."""

    channel: Channel
    address: str

    def delivery(self, text: str) -> Delivery: ...
    def forged(self, text: str) -> Delivery: ...
    def fault(self, kind: str, **more: Any) -> None: ...
    def taken(self) -> list[str]: ...


def message(driver: Driver, text: str, *labels: str) -> ToSend:
    """An outbound message."""
    return ToSend(
        id=secrets.token_hex(16),
        conversation_id="c" * 32,
        address=driver.address,
        text=text,
        choices=tuple(Choice(label, f"/{n}") for n, label in enumerate(labels)),
        attempt=1,
        lane="normal",
        created_at=datetime.now(UTC),
    )


def post(delivery: Delivery) -> httpx.Response:
    """Make the call."""
    return httpx.post(
        delivery.url, content=delivery.body, headers=delivery.headers, timeout=30, trust_env=False
    )


@dataclass
class SmsDriver:
    channel: Sms
    house_url: str
    double: TwilioDouble
    address: str = NUMBER

    def delivery(self, text: str, **more: str) -> Delivery:
        fields = {
            "AccountSid": ACCOUNT,
            "MessageSid": "SM" + secrets.token_hex(16),
            "From": NUMBER,
            "To": "+447700900001",
            "Body": text,
            "NumMedia": "0",
            **more,
        }
        return self.signed(f"{self.house_url}/sms/inbound", fields)

    def signed(self, url: str, fields: dict[str, str]) -> Delivery:
        request = httpx.Request("POST", url, data=fields)
        signature = RequestValidator("token").compute_signature(url, fields)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature,
        }
        return Delivery(url, request.read(), headers)

    def forged(self, text: str) -> Delivery:
        delivery = self.delivery(text)
        delivery.headers["X-Twilio-Signature"] = "bm90IGEgc2lnbmF0dXJl"
        return delivery

    def fault(self, kind: str, **more: Any) -> None:
        code = {"code": 21610} if kind == "refuse" else {}
        self.double.script.add({"op": "send", "fault": kind, **code, **more})

    def taken(self) -> list[str]:
        return [entry["body"] for entry in self.double.seen.of("send.accepted")]


@dataclass
class TelegramDriver:
    channel: Telegram
    house_url: str
    double: TelegramDouble
    address: str = str(CHAT)
    count: int = 0

    def delivery(self, text: str) -> Delivery:
        self.count += 1
        chat = {"id": CHAT, "type": "private", "first_name": "Parent"}
        person = {"id": CHAT, "is_bot": False, "first_name": "Parent", "language_code": "en"}
        return self.update(
            message={
                "message_id": self.count,
                "date": 1_790_000_000,
                "chat": chat,
                "from": person,
                "text": text,
            }
        )

    def update(self, **content: Any) -> Delivery:
        self.count += 1
        body = json.dumps({"update_id": 5_000_000 + self.count, **content}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": "secret",
        }
        return Delivery(f"{self.house_url}/telegram", body, headers)

    def forged(self, text: str) -> Delivery:
        delivery = self.delivery(text)
        delivery.headers["X-Telegram-Bot-Api-Secret-Token"] = "guess"
        return delivery

    def fault(self, kind: str, **more: Any) -> None:
        self.double.script.add({"op": "send", "fault": kind, **more})

    def taken(self) -> list[str]:
        return [entry["text"] for entry in self.double.seen.of("send.accepted")]


@dataclass
class WindowedDriver:
    channel: Windowed
    house_url: str
    provider: Provider
    address: str = "447700900124"

    def delivery(self, text: str) -> Delivery:
        body = {"id": secrets.token_hex(8), "from": self.address, "text": text}
        headers = {"Content-Type": "application/json", "X-Secret": SECRET}
        return Delivery(f"{self.house_url}/windowed", json.dumps(body).encode(), headers)

    def forged(self, text: str) -> Delivery:
        delivery = self.delivery(text)
        delivery.headers["X-Secret"] = "guess"
        return delivery

    def fault(self, kind: str, **more: Any) -> None:
        self.provider.faults.append(kind)

    def taken(self) -> list[str]:
        return [entry["text"] for entry in self.provider.accepted]


@contextmanager
def sms_driver(house: House, *, timeout_s: float = 1.0) -> Iterator[SmsDriver]:
    """The SMS channel between its double and a house."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    account = Account(ACCOUNT, "token", "+447700900001", url, list_lag_s=0)
    double = TwilioDouble(account)
    with serving(double.app) as api:
        settings = Twilio(ACCOUNT, "token", "+447700900001", api)
        channel = Sms(settings, public_base_url=url, timeout_s=timeout_s)
        with serving(app_of(channel, house), port=port):
            yield SmsDriver(channel, url, double)
        channel.close()


@contextmanager
def telegram_driver(house: House, *, timeout_s: float = 1.0) -> Iterator[TelegramDriver]:
    """The Telegram channel between its double and a house."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    double = TelegramDouble(BOT)
    double.memory.chat(CHAT)
    with serving(double.app) as api:
        settings = TelegramSettings(BOT, "secret", api, polling=False)
        channel = Telegram(settings, public_base_url=url, timeout_s=timeout_s)
        with serving(app_of(channel, house), port=port):
            yield TelegramDriver(channel, url, double)
        channel.close()


@contextmanager
def windowed_driver(house: House, *, timeout_s: float = 1.0) -> Iterator[WindowedDriver]:
    """The windowed channel between its provider and a house."""
    provider = Provider()
    with serving(provider.app()) as api:
        channel = Windowed(api, timeout_s=timeout_s)
        with serving(app_of(channel, house)) as url:
            yield WindowedDriver(channel, url, provider)
        channel.close()


def app_of(channel: Channel, house: House) -> FastAPI:
    """A server with the routes of one channel."""
    app = FastAPI(openapi_url=None)
    app.include_router(channel.router(house.services()))
    return app


DRIVERS = {"sms": sms_driver, "telegram": telegram_driver, "windowed": windowed_driver}
