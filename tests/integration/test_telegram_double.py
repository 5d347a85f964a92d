"""Telegram whole: app on the phone, double, webhook or polling, house, Bot API."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from common.clock import SetClock
from common.errors import NotFound, PermanentFailure, TemporaryFailure
from conversations.states import Kind, Route
from tests.contract.harness import CHAT, TelegramDriver, message, telegram_driver
from tests.fakes.house import House
from tests.fakes.serving import until


@pytest.fixture
def house(clock: SetClock) -> House:
    return House(clock)


@pytest.fixture
def telegram(house: House) -> Iterator[TelegramDriver]:
    with telegram_driver(house, timeout_s=5) as made:
        yield made


@pytest.fixture
def phone(telegram: TelegramDriver) -> Iterator[httpx.Client]:
    base = telegram.channel._api._base_url.removesuffix("/bot")
    with httpx.Client(base_url=base, timeout=30, trust_env=False) as made:
        yield made


@pytest.fixture(params=["webhook", "polling"])
def connected(
    request: pytest.FixtureRequest, telegram: TelegramDriver, house: House
) -> Iterator[str]:
    """The channel gets its updates, in one of the two ways."""
    if request.param == "webhook":
        telegram.channel.register_webhook()
        yield request.param
        return
    stop = threading.Event()
    poller = threading.Thread(
        target=telegram.channel.poll_forever, args=(house.services(), stop), daemon=True
    )
    poller.start()
    yield request.param
    stop.set()
    poller.join(30)
    assert not poller.is_alive()


def act(phone: httpx.Client, **said: Any) -> Any:
    answer = phone.post(f"/_chats/{CHAT}", json=said)
    assert answer.status_code == 200
    return answer.json()["id"]


def shown(phone: httpx.Client) -> dict[str, Any]:
    return phone.get(f"/_chats/{CHAT}").json()


def test_each_thing_done_in_the_app_reaches_the_house(
    connected: str, house: House, telegram: TelegramDriver, phone: httpx.Client
) -> None:
    first = act(phone, text="/start")
    act(phone, edit="hello there", message=first)
    for kind in ("photo", "voice", "sticker", "document", "location", "contact"):
        act(phone, media=kind)
    act(phone, block=True)
    act(phone, block=False)
    until(lambda: len(house.changes) == 2)
    assert [m.kind for m in house.received] == [
        Kind.TEXT,
        Kind.EDIT,
        Kind.PHOTO,
        Kind.VOICE_NOTE,
        Kind.STICKER,
        Kind.FILE,
        Kind.LOCATION,
        Kind.CONTACT,
    ]
    assert [c.route for c in house.changes] == [Route.BLOCKED, Route.OPEN]
    assert house.texts()[:2] == ["/start", "hello there"]


def test_button_is_pressed_and_the_press_is_answered(
    connected: str, house: House, telegram: TelegramDriver, phone: httpx.Client
) -> None:
    act(phone, text="hello")
    until(lambda: house.received)
    house.speak(str(CHAT), "Which?", choices=message(telegram, "", "sleep", "feeding").choices)
    row = house.lines(str(CHAT), 0)[-1].ref
    out = message(telegram, "Which?", "sleep", "feeding")
    object.__setattr__(out, "id", row)
    telegram.channel.send(out)
    sent = shown(phone)["messages"][-1]
    assert [b["text"] for b in sent["buttons"]] == ["sleep", "feeding"]
    query = act(phone, press=sent["buttons"][1]["callback_data"], message=sent["id"])
    until(lambda: len(house.received) == 2)
    assert house.received[-1].choice == (row, 1)
    until(lambda: query in telegram.double.memory.answered)


def test_our_own_message_is_taken_out_of_the_chat(
    connected: str, house: House, telegram: TelegramDriver, phone: httpx.Client
) -> None:
    act(phone, text="hello")
    until(lambda: house.received)
    sent = telegram.channel.send(message(telegram, "what should not stay"))
    assert sent.provider_message_id is not None
    telegram.channel.remove(str(CHAT), sent.provider_message_id)
    assert "what should not stay" not in str(shown(phone)["messages"])
    with pytest.raises(PermanentFailure):
        telegram.channel.remove(str(CHAT), sent.provider_message_id)


def test_typing_shows_after_a_text(connected: str, house: House, phone: httpx.Client) -> None:
    act(phone, text="hello")
    until(lambda: shown(phone)["typing"])


def test_outage_loses_no_update(
    connected: str, house: House, telegram: TelegramDriver, phone: httpx.Client
) -> None:
    house.fails_with = OperationalError("insert", {}, Exception("gone"))
    act(phone, text="first")
    act(phone, text="second")
    until(
        lambda: (
            connected == "polling"
            or any(e["status"] == 503 for e in telegram.double.seen.of("house.called"))
        )
    )
    house.fails_with = None
    until(lambda: house.texts() == ["first", "second"])


def test_scripted_duplicate_and_wrong_secret_add_nothing(
    house: House, telegram: TelegramDriver, phone: httpx.Client
) -> None:
    telegram.channel.register_webhook()
    faults = [{"op": "update", "fault": fault} for fault in ("wrong_secret", "duplicate")]
    phone.post("/_script", json=faults)
    act(phone, text="once")
    until(lambda: house.deliveries == 2)
    assert house.texts() == ["once"]


def test_blocked_bot_closes_the_route(telegram: TelegramDriver, phone: httpx.Client) -> None:
    act(phone, block=True)
    with pytest.raises(PermanentFailure) as caught:
        telegram.channel.send(message(telegram, "hello"))
    assert caught.value.closes_route == "blocked"


def test_flood_control_says_how_long_to_wait(telegram: TelegramDriver) -> None:
    telegram.fault("429", retry_after=35)
    with pytest.raises(TemporaryFailure) as caught:
        telegram.channel.send(message(telegram, "hello"))
    assert caught.value.retry_after_s == 35


def test_unknown_chat_and_over_long_text_are_permanent(telegram: TelegramDriver) -> None:
    stranger = message(telegram, "hello")
    object.__setattr__(stranger, "address", "404")
    with pytest.raises(PermanentFailure) as caught:
        telegram.channel.send(stranger)
    assert caught.value.closes_route == "invalid"
    with pytest.raises(PermanentFailure) as long:
        telegram.channel.send(message(telegram, "\U0001f600" * 2049))
    assert long.value.closes_route is None
    assert telegram.taken() == []


def test_words_that_look_like_markup_arrive_as_they_are(
    telegram: TelegramDriver, phone: httpx.Client
) -> None:
    words = "*not bold* _at all_ <b>1</b> [x](y) {json: [1]}"
    telegram.channel.send(message(telegram, words))
    assert shown(phone)["messages"][-1]["text"] == words


def test_photo_can_be_fetched_and_a_wrong_ref_cannot(
    house: House, telegram: TelegramDriver, phone: httpx.Client
) -> None:
    telegram.channel.register_webhook()
    act(phone, media="photo", text="this rash")
    until(lambda: house.received)
    got = house.received[0]
    assert got.text == "this rash"
    assert got.media is not None
    assert telegram.channel.fetch_media(got.media["items"][0]["ref"]).startswith(b"\xff\xd8")
    with pytest.raises(NotFound):
        telegram.channel.fetch_media("nothing")


def test_pages_and_log_of_the_double_are_there(phone: httpx.Client) -> None:
    for path in ("/", "/phone.js", "/phone.css", "/_log", "/_chats"):
        assert phone.get(path).status_code == 200
