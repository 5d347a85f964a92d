import json
from pathlib import Path
from typing import Any

import pytest

from channels.telegram_updates import UpdateReader, callback_data
from common.errors import InvalidInput
from conversations.states import Kind, Route

FOLDER = Path(__file__).parents[2] / "payloads" / "telegram"
CHAT = "7700900"


def update(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.fixture
def reader() -> UpdateReader:
    return UpdateReader("1001:token")


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("text", Kind.TEXT, "is it normal"),
        ("start", Kind.TEXT, "/start"),
        ("edited", Kind.EDIT, "is it normal?"),
        ("photo_with_caption", Kind.PHOTO, "this rash"),
        ("voice", Kind.VOICE_NOTE, ""),
        ("audio", Kind.VOICE_NOTE, ""),
        ("sticker", Kind.STICKER, ""),
        ("location", Kind.LOCATION, ""),
        ("contact", Kind.CONTACT, ""),
        ("document", Kind.FILE, ""),
        ("video_note", Kind.FILE, ""),
        ("poll", Kind.EMPTY, ""),
        ("press", Kind.CHOICE, ""),
    ],
)
def test_each_kind_of_update_is_read(
    reader: UpdateReader, name: str, kind: Kind, text: str
) -> None:
    message = reader.read(update(name)).message
    assert message is not None
    assert (message.kind, message.text, message.address) == (kind, text, CHAT)
    assert (message.channel, message.language) == ("telegram", "en")


def test_the_largest_photo_is_kept(reader: UpdateReader) -> None:
    message = reader.read(update("photo_with_caption")).message
    assert message is not None
    assert message.media == {"items": [{"ref": "F-1", "type": "image/jpeg", "size": 1234}]}


def test_press_names_our_row_and_the_place_of_the_choice(reader: UpdateReader) -> None:
    read = reader.read(update("press"))
    assert read.message is not None
    assert read.message.choice == ("ab" * 16, 2)
    assert read.callback_query_id == "991"


def test_press_of_another_bots_button_is_answered_and_no_message(reader: UpdateReader) -> None:
    read = reader.read(update("press_of_foreign_data"))
    assert (read.message, read.callback_query_id) == (None, "992")


@pytest.mark.parametrize(
    ("name", "route"), [("blocked", Route.BLOCKED), ("unblocked", Route.OPEN)]
)
def test_blocking_and_unblocking_change_the_route(
    reader: UpdateReader, name: str, route: Route
) -> None:
    change = reader.read(update(name)).change
    assert change is not None
    assert (change.address, change.route) == (CHAT, route)


@pytest.mark.parametrize("name", ["group", "other_bot", "channel_post", "inline_query"])
def test_groups_bots_and_other_updates_are_none_of_our_business(
    reader: UpdateReader, name: str
) -> None:
    read = reader.read(update(name))
    assert (read.message, read.change) == (None, None)


def test_ids_that_are_stored_plainly_do_not_hold_the_chat_id(reader: UpdateReader) -> None:
    for name in ("text", "edited", "press"):
        message = reader.read(update(name)).message
        assert message is not None
        assert CHAT not in f"{message.provider_message_id} {message.second_id}"


def test_same_message_in_another_update_has_the_same_second_id(reader: UpdateReader) -> None:
    first, again = update("text"), {**update("text"), "update_id": 1}
    ids = [reader.read(u).message for u in (first, again)]
    assert ids[0] is not None
    assert ids[1] is not None
    assert ids[0].second_id == ids[1].second_id
    assert ids[0].provider_message_id != ids[1].provider_message_id


def test_two_edits_of_one_message_are_two_messages(reader: UpdateReader) -> None:
    first, again = update("edited"), {**update("edited"), "update_id": 1}
    ids = {reader.read(u).message.second_id for u in (first, again)}  # type: ignore[union-attr]
    assert len(ids) == 2


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"update_id": "x"},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": 3},
        {"update_id": 1, "callback_query": {"id": 1}},
        {"update_id": 1, "my_chat_member": {"chat": None}},
    ],
)
def test_malformed_update_is_refused(reader: UpdateReader, data: Any) -> None:
    with pytest.raises(InvalidInput):
        reader.read(data)


def test_callback_data_fits_into_64_bytes() -> None:
    assert len(callback_data("f" * 32, 99).encode()) <= 64
