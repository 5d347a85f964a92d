import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from channels.sms import Sms
from common.clock import SystemClock
from common.settings import Twilio
from tests.fakes.house import House
from tests.fakes.serving import serving

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "payloads" / "twilio" / "signatures.json").read_text()
)


def named(group: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in VECTORS[group]]


def check(case: dict[str, Any]) -> bool:
    pairs = [
        (name, value)
        for name, values in case["params"].items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    parts = urlsplit(case["url"])
    channel = Sms(
        Twilio("AC1", VECTORS["token"], "+447700900001", None),
        public_base_url=f"{parts.scheme}://{parts.netloc}",
    )
    return channel.is_genuine(case["url"], ImmutableMultiDict(pairs), case["signature"])


@pytest.mark.parametrize("case", named("true"))
def test_signature_made_by_twilio_is_accepted(case: dict[str, Any]) -> None:
    assert check(case)


@pytest.mark.parametrize("case", named("false"))
def test_signature_of_anything_else_is_refused(case: dict[str, Any]) -> None:
    assert not check(case)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    channel = Sms(
        Twilio("AC1", "12345", "+447700900001", None), public_base_url="https://mycompany.com"
    )
    app = FastAPI()
    app.include_router(channel.router(House(SystemClock()).services()))
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as made:
        yield made


def test_json_body_without_its_hash_is_refused_and_no_error(client: httpx.Client) -> None:
    answer = client.post(
        "/sms/inbound",
        content=VECTORS["json_body"]["body"],
        headers={
            "Content-Type": "application/json",
            "X-Twilio-Signature": VECTORS["json_body"]["signature"],
        },
    )
    assert answer.status_code == 403


def test_the_host_header_has_no_say(client: httpx.Client) -> None:
    fields = {"AccountSid": "AC1", "MessageSid": "SM" + "0" * 32, "From": "+447700900123"}
    fields["Body"] = "hello"
    validator = RequestValidator("12345")
    for base, status in (("https://mycompany.com", 200), ("https://evil.test", 403)):
        answer = client.post(
            "/sms/inbound",
            data=fields,
            headers={
                "X-Twilio-Signature": validator.compute_signature(f"{base}/sms/inbound", fields),
                "Host": "evil.test",
                "X-Forwarded-Host": "evil.test",
            },
        )
        assert answer.status_code == status


def test_signature_covers_the_query_and_either_form_of_the_port(client: httpx.Client) -> None:
    fields = {"AccountSid": "AC1", "MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"}
    validator = RequestValidator("12345")
    url = "https://mycompany.com:443/sms/status?ob=" + "a" * 32
    good = {"X-Twilio-Signature": validator.compute_signature(url, fields)}
    assert client.post("/sms/status?ob=" + "a" * 32, data=fields, headers=good).status_code == 204
    assert client.post("/sms/status?ob=" + "b" * 32, data=fields, headers=good).status_code == 403
