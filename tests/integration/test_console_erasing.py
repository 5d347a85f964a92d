"""Erasing a parent from the console: only once all is read and closed, confirmed, and for good."""

import pytest
from sqlalchemy import Engine, select

from common.clock import SetClock
from common.crypto import Keyring
from conversations.tables import Conversation, Person, Task
from referrals.tables import Referral
from tests.fakes.console import House, house_on, verdict


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


def test_a_parent_is_erased_once_somebody_has_made_sure(house: House) -> None:
    row = house.parent_writes("our secret words")
    task = house.task(row.conversation_id)
    manager = house.signed_in(house.staff("manager", "Grace Olu"))
    path = f"/conversations/{row.conversation_id}/erase"
    assert path in manager.get(f"/conversations/{row.conversation_id}").text
    assert "Erase for ever" in manager.get(path).text
    unsure = manager.post(path)
    assert unsure.status_code == 422
    assert "made sure" in unsure.text
    assert manager.post(path, sure="yes").headers["location"] == "/inbox?done=erased"
    with house.sessions() as db:
        conversation = db.get_one(Conversation, row.conversation_id)
        assert db.get_one(Person, conversation.person_id).wrapped_key is None
        assert db.get_one(Task, task.id).done_at is not None
    assert "our secret words" not in manager.get(f"/conversations/{row.conversation_id}").text
    assert [e.subject_id for e in house.audited("person.erased")] == [conversation.person_id]
    assert manager.get(path).status_code == 404
    assert manager.post(path, sure="yes").status_code == 404


def test_what_is_open_has_to_be_finished_first(house: House) -> None:
    flagged = house.parent_writes("x", address="a", risk=verdict("now", "suicide", "x"))
    referral = house.referral()
    manager = house.signed_in(house.staff("manager", "Grace Olu"))
    with house.sessions() as db:
        referred = db.scalars(
            select(Conversation).where(
                Conversation.person_id == db.get_one(Referral, referral.id).person_id
            )
        ).one()
    for conversation_id, reason in (
        (flagged.conversation_id, "1 risk flag that nobody has acknowledged"),
        (referred.id, f"referral {referral.reference} is not closed"),
    ):
        path = f"/conversations/{conversation_id}/erase"
        page = manager.get(path).text
        assert reason in page
        assert "Erase for ever" not in page
        assert manager.post(path, sure="yes").status_code == 409
    assert house.audited("person.erased") == []


def test_others_do_not_see_the_way_to_erase(house: House) -> None:
    row = house.parent_writes("hello")
    worker = house.signed_in(house.staff())
    assert "/erase" not in worker.get(f"/conversations/{row.conversation_id}").text
    assert worker.get(f"/conversations/{row.conversation_id}/erase").status_code == 403
