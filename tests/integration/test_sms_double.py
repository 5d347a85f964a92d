"""SMS whole: phone, double, signed webhook, house, REST API, status callbacks."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from common.clock import SetClock
from common.errors import AmbiguousFailure, NotFound, PermanentFailure
from conversations.states import Delivery, Kind
from tests.contract.harness import NUMBER, SmsDriver, message, post, sms_driver
from tests.fakes.house import House
from tests.fakes.serving import until


@pytest.fixture
def house(clock: SetClock) -> House:
    return House(clock)


@pytest.fixture
def sms(house: House) -> Iterator[SmsDriver]:
    with sms_driver(house) as made:
        yield made


@pytest.fixture
def phone(sms: SmsDriver) -> Iterator[httpx.Client]:
    base = sms.channel._api._base
    with httpx.Client(base_url=base, timeout=30, trust_env=False) as made:
        yield made


def write(phone: httpx.Client, **said: str) -> int:
    return int(phone.post(f"/_phones/{NUMBER}", json=said).json()["status"])


def shown(phone: httpx.Client) -> list[str]:
    return [m["text"] for m in phone.get(f"/_phones/{NUMBER}").json()["messages"]]


def test_typed_text_reaches_the_house_signed(house: House, phone: httpx.Client) -> None:
    assert write(phone, text="is it normal \u2019 & + é") == 200
    assert house.texts() == ["is it normal \u2019 & + é"]


def test_scripted_duplicate_and_forgery_add_nothing(house: House, phone: httpx.Client) -> None:
    faults = [{"op": "inbound", "fault": f} for f in ("duplicate", "unsigned")]
    phone.post("/_script", json=faults)
    assert [write(phone, text="one"), write(phone, text="two")] == [200, 403]
    assert (house.texts(), house.deliveries) == (["one"], 2)


def test_answer_shows_on_the_phone_and_receipts_come_back_under_our_id(
    house: House, sms: SmsDriver, phone: httpx.Client
) -> None:
    out = message(sms, "Hello from us")
    sent = sms.channel.send(out)
    assert shown(phone) == ["Hello from us"]
    until(lambda: len(house.receipts) == 2)
    assert [r.state for r in house.receipts] == [Delivery.SENT, Delivery.DELIVERED]
    assert {(r.outbound_id, r.provider_message_id) for r in house.receipts} == {
        (out.id, sent.provider_message_id)
    }
    [accepted] = sms.double.seen.of("send.accepted")
    assert accepted["validity"] == "3600"


def test_answer_lost_after_acceptance_still_tells_us_the_id(house: House, sms: SmsDriver) -> None:
    sms.fault("500_after_accepting")
    out = message(sms, "Only once please")
    with pytest.raises(AmbiguousFailure):
        sms.channel.send(out)
    until(lambda: house.receipts)
    assert house.receipts[0].outbound_id == out.id
    found = sms.channel.find_sent(out)
    assert found is not None
    assert found.provider_message_id == house.receipts[0].provider_message_id


def test_find_sent_knows_nothing_while_the_list_lags_or_of_older_texts(sms: SmsDriver) -> None:
    old = message(sms, "Same words")
    sms.channel.send(old)
    later = replace(old, created_at=datetime.now(UTC) + timedelta(minutes=5))
    assert sms.channel.find_sent(later) is None
    assert sms.channel.find_sent(replace(old, text="Other words")) is None
    sms.double.memory.list_lag_s = 30
    sms.fault("500_after_accepting")
    lagging = message(sms, "Not listed yet")
    with pytest.raises(AmbiguousFailure):
        sms.channel.send(lagging)
    assert sms.channel.find_sent(lagging) is None


@pytest.mark.parametrize(
    ("fault", "states"),
    [
        ({"fault": "duplicate"}, ["sent", "delivered", "sent", "delivered"]),
        ({"fault": "reorder"}, ["delivered", "sent"]),
        ({"fault": "late", "delay_s": 0.2}, ["sent", "delivered"]),
        ({"fault": "undelivered", "code": 30006}, ["sent", "permanent_failure"]),
    ],
)
def test_receipts_that_misbehave_are_passed_on_as_they_come(
    house: House, sms: SmsDriver, fault: dict[str, object], states: list[str]
) -> None:
    sms.double.script.add({"op": "receipt", **fault})
    sms.channel.send(message(sms, "hello"))
    until(lambda: len(house.receipts) == len(states))
    assert [str(r.state) for r in house.receipts] == states
    if fault["fault"] == "undelivered":
        assert house.receipts[-1].closes_route == "invalid"


def test_stop_silences_the_number_at_the_carrier_until_start(
    house: House, sms: SmsDriver, phone: httpx.Client
) -> None:
    write(phone, text="STOP")
    with pytest.raises(PermanentFailure) as caught:
        sms.channel.send(message(sms, "are you there"))
    assert (caught.value.code, caught.value.closes_route) == ("21610", "opted_out")
    write(phone, text="START")
    sms.channel.send(message(sms, "welcome back"))
    assert house.texts() == ["STOP", "START"]
    assert shown(phone)[-1] == "welcome back"


def test_photo_is_a_message_and_can_be_fetched(
    house: House, sms: SmsDriver, phone: httpx.Client
) -> None:
    assert write(phone, media="photo", text="this rash") == 200
    [got] = house.received
    assert (got.kind, got.text) == (Kind.PHOTO, "this rash")
    assert got.media is not None
    ref = got.media["items"][0]["ref"]
    assert sms.channel.fetch_media(ref).startswith(b"\xff\xd8")
    with pytest.raises(NotFound):
        sms.channel.fetch_media(ref[:-1] + "x")


def test_text_whose_webhook_was_lost_is_found_in_the_list(
    house: House, sms: SmsDriver, phone: httpx.Client
) -> None:
    since = datetime.now(UTC) - timedelta(minutes=10)
    write(phone, text="this one arrives")
    phone.post("/_script", json={"op": "inbound", "fault": "unsigned"})
    assert write(phone, text="this one is lost") == 403
    missed = sms.channel.missed(since)
    assert [m.text for m in missed] == ["this one arrives", "this one is lost"]
    for one in missed:
        house.receive(one)
    assert house.texts() == ["this one arrives", "this one is lost"]


def test_status_callback_with_a_foreign_row_id_is_refused_by_its_signature(
    house: House, sms: SmsDriver
) -> None:
    url = f"{sms.house_url}/sms/status?ob=" + secrets.token_hex(16)
    fields = {"AccountSid": "AC" + "0" * 32, "MessageSid": "SM" + "0" * 32}
    delivery = sms.signed(url, {**fields, "MessageStatus": "delivered"})
    delivery.url = f"{sms.house_url}/sms/status?ob=" + secrets.token_hex(16)
    assert post(delivery).status_code == 403
    assert house.receipts == []


def test_another_account_is_refused_even_when_signed(house: House, sms: SmsDriver) -> None:
    assert post(sms.delivery("hello", AccountSid="AC" + "1" * 32)).status_code == 403
    assert house.received == []


def test_log_of_the_double_is_enough_for_an_oracle(sms: SmsDriver, phone: httpx.Client) -> None:
    sms.channel.send(message(sms, "counted"))
    lines = phone.get("/_log").text.splitlines()
    assert sum('"send.accepted"' in line and "counted" in line for line in lines) == 1
    for path in ("/", "/phone.js", "/phone.css"):
        assert phone.get(path).status_code == 200
