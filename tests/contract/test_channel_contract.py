"""What every channel promises, run over each one and over a fake with a reply window.

The web chat sends nothing, so its half of the contract is in `test_channel_web_chat.py`.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy.exc import OperationalError

from channels.registry import CHANNELS
from channels.sms import Sms
from channels.telegram import Telegram
from common.clock import SetClock
from common.errors import AmbiguousFailure, PermanentFailure, TemporaryFailure
from common.settings import Telegram as TelegramSettings
from common.settings import Twilio
from conversations.model import Capabilities
from conversations.states import Kind
from tests.contract.harness import DRIVERS, Driver, message, post
from tests.fakes.house import House
from tests.fakes.serving import free_port, until
from tests.fakes.windowed import Windowed

MARK = "Zebedee Quibblethwaite, BD5 8HL"


@pytest.fixture
def house(clock: SetClock) -> House:
    return House(clock)


@pytest.fixture(params=sorted(DRIVERS))
def driver(request: pytest.FixtureRequest, house: House) -> Iterator[Driver]:
    with DRIVERS[request.param](house) as made:
        yield made


def test_each_registered_channel_is_under_this_contract() -> None:
    assert set(CHANNELS) - {"web_chat"} == set(DRIVERS) - {"windowed"}


def test_channel_says_what_it_can_do(driver: Driver) -> None:
    can = driver.channel.capabilities
    assert isinstance(can, Capabilities)
    assert can.max_length > 0
    assert not can.pulled
    assert len(driver.channel.name) <= 16


@pytest.mark.parametrize(
    "text",
    [
        "i cant stop crying",
        "مرحبا، أنا متعبة",
        "\U0001f62d\U0001f62d",
        "a+b & c=d %41 £5\nnew line ",
        "/restart",
        "é" * 1000,
    ],
)
def test_text_arrives_exactly_as_it_was_written(driver: Driver, house: House, text: str) -> None:
    assert post(driver.delivery(text)).is_success
    [got] = house.received
    assert (got.channel, got.address) == (driver.channel.name, driver.address)
    assert (got.text, got.kind) == (text, Kind.TEXT)
    assert 0 < len(got.provider_message_id) <= 96


def test_second_delivery_has_the_same_id(driver: Driver, house: House) -> None:
    delivery = driver.delivery("hello")
    assert post(delivery).is_success
    assert post(delivery).is_success
    assert (house.deliveries, house.texts()) == (2, ["hello"])


def test_two_messages_have_two_ids(driver: Driver, house: House) -> None:
    for text in ("one", "two"):
        post(driver.delivery(text))
    assert house.texts() == ["one", "two"]
    assert len({m.provider_message_id for m in house.received}) == 2


def test_blank_text_is_a_message_of_kind_empty(driver: Driver, house: House) -> None:
    assert post(driver.delivery("  ")).is_success
    assert [m.kind for m in house.received] == [Kind.EMPTY]


def test_nul_characters_are_taken_out(driver: Driver, house: House) -> None:
    assert post(driver.delivery("a\x00b")).is_success
    assert house.texts() == ["ab"]


def test_forged_call_is_refused(driver: Driver, house: House) -> None:
    assert post(driver.forged("hello")).status_code == 403
    assert house.deliveries == 0


def test_call_without_any_proof_is_refused(driver: Driver, house: House) -> None:
    delivery = driver.delivery("hello")
    delivery.headers = {"Content-Type": delivery.headers["Content-Type"]}
    assert post(delivery).status_code == 403
    assert house.deliveries == 0


def test_body_over_64_kb_is_refused(driver: Driver, house: House) -> None:
    assert post(driver.delivery("x" * 70_000)).status_code == 413
    assert house.deliveries == 0


def test_body_that_does_not_say_its_size_is_cut_off_too(driver: Driver, house: House) -> None:
    delivery = driver.delivery("x" * 70_000)
    parts = (delivery.body[n : n + 8192] for n in range(0, len(delivery.body), 8192))
    answer = httpx.post(
        delivery.url, content=parts, headers=delivery.headers, timeout=30, trust_env=False
    )
    assert answer.status_code == 413
    assert house.deliveries == 0


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b"{", b"[]", b"null", b"a=%zz&b", b"[" * 5000, b"{}" * 40]
)
def test_nonsense_gets_a_clear_4xx(driver: Driver, house: House, body: bytes) -> None:
    delivery = driver.delivery("x")
    delivery.body = body
    assert 400 <= post(delivery).status_code < 500
    assert house.deliveries == 0


def test_outage_of_the_database_asks_the_provider_to_come_again(
    driver: Driver, house: House
) -> None:
    delivery = driver.delivery("hello")
    house.fails_with = OperationalError("insert", {}, Exception("gone"))
    answer = post(delivery)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    house.fails_with = None
    assert post(delivery).is_success
    assert house.texts() == ["hello"]


def test_no_log_line_holds_what_a_parent_wrote(driver: Driver, house: House) -> None:
    with structlog.testing.capture_logs() as lines:
        post(driver.delivery(MARK))
        post(driver.forged(MARK))
        house.fails_with = TemporaryFailure(MARK)
        post(driver.delivery(MARK))
        for kind in ("refuse", "429"):
            driver.fault(kind)
            with pytest.raises((PermanentFailure, TemporaryFailure)) as caught:
                driver.channel.send(message(driver, MARK))
            assert MARK not in repr(caught.value)
            assert caught.value.__cause__ is None
            assert driver.address not in str(caught.value)
    assert lines
    assert MARK not in repr(lines)
    assert driver.address not in repr(lines)


def test_sent_text_reaches_the_provider_once(driver: Driver) -> None:
    sent = driver.channel.send(message(driver, "Hello, how are you?", "Fine", "Not so good"))
    assert sent.provider_message_id
    assert len(sent.provider_message_id) <= 96
    assert driver.taken() == ["Hello, how are you?"]


def test_two_sends_have_two_ids(driver: Driver) -> None:
    ids = {driver.channel.send(message(driver, t)).provider_message_id for t in "ab"}
    assert len(ids) == 2


def test_request_to_wait_is_a_temporary_failure(driver: Driver) -> None:
    driver.fault("429", retry_after=7)
    with pytest.raises(TemporaryFailure) as caught:
        driver.channel.send(message(driver, "hello"))
    assert not isinstance(caught.value, AmbiguousFailure)
    assert driver.taken() == []


def test_refusal_that_closes_the_route_says_so(driver: Driver) -> None:
    driver.fault("refuse")
    with pytest.raises(PermanentFailure) as caught:
        driver.channel.send(message(driver, "hello"))
    assert caught.value.closes_route in {"opted_out", "blocked", "invalid"}
    assert caught.value.code
    assert driver.taken() == []


def test_silence_after_sending_is_ambiguous(driver: Driver) -> None:
    driver.fault("time_out_after_accepting", hold_s=3)
    out = message(driver, "hello")
    with pytest.raises(AmbiguousFailure):
        driver.channel.send(out)
    until(lambda: driver.taken() == ["hello"])
    found = driver.channel.find_sent(out)
    assert found is None or found.provider_message_id


def test_provider_that_is_not_there_is_a_plain_temporary_failure() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    channels: list[Any] = [
        Sms(Twilio("AC1", "t", "+447700900001", nowhere), public_base_url="http://x.test"),
        Telegram(TelegramSettings("1:t", "s", nowhere, False), public_base_url="http://x.test"),
        Windowed(nowhere),
    ]
    for channel in channels:
        stub: Any = type("D", (), {"channel": channel, "address": "+447700900123"})
        with pytest.raises(TemporaryFailure) as caught:
            channel.send(message(stub, "hello"))
        assert not isinstance(caught.value, AmbiguousFailure), channel.name
        channel.close()
