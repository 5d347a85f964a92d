"""What staff must know before they call: a loss, set and taken back, and a child who writes."""

import pytest
from sqlalchemy import Engine, select

from common.clock import SetClock
from common.crypto import Keyring
from console.permissions import ROLES, Permission
from conversations.inbox import Inbox
from conversations.model import InboundMessage
from conversations.states import Delivery, Origin
from conversations.tables import Flag
from tests.fakes.console import Browser, House, house_on


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff())


def told(house: House, text: str = "my baby died") -> str:
    message = InboundMessage("sms", "+447700900123", text, text=text)
    return Inbox(house.ledger).receive(message).conversation_id


def test_staff_set_a_loss_and_take_it_back(house: House, browser: Browser) -> None:
    row = house.parent_writes("can someone call me")
    waiting = house.we_say(row.conversation_id, "tip for 9 months", state=Delivery.CREATED)
    address = f"/conversations/{row.conversation_id}"
    assert "Set the loss" in browser.get(address).text
    done = browser.post(f"{address}/loss")
    assert done.status_code == 303
    page = browser.get(address).text
    assert "A baby has died" in page
    assert "by Amina Khan" in page
    assert house.conversation(row.conversation_id).loss_at == house.clock.now()
    states = {o.id: o.state for o in house.outbound(row.conversation_id)}
    assert states[waiting.id] == Delivery.CANCELLED
    browser.post(f"{address}/loss/undo")
    assert house.conversation(row.conversation_id).loss_at is None
    assert "Set the loss" in browser.get(address).text
    assert len(house.audited("loss.set")) == len(house.audited("loss.undone")) == 1


def test_staff_say_that_another_baby_lives(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    browser.post(f"/conversations/{row.conversation_id}/loss", lives="yes")
    assert house.conversation(row.conversation_id).loss_surviving
    assert (
        "One of the babies has died" in browser.get(f"/conversations/{row.conversation_id}").text
    )
    assert house.audited("loss.set")[0].detail == "surviving"


def test_a_loss_in_her_own_words_stands_on_the_page(house: House, browser: Browser) -> None:
    conversation_id = told(house)
    page = browser.get(f"/conversations/{conversation_id}").text
    assert "A baby has died" in page
    assert "in the parent's own words" in page.replace("&#39;", "'")


def test_taking_back_what_was_not_set_changes_nothing(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    assert browser.post(f"/conversations/{row.conversation_id}/loss/undo").status_code == 303
    assert house.audited("loss.undone") == []


@pytest.mark.parametrize("path", ["loss", "loss/undo"])
def test_a_loss_of_nobody_is_404(browser: Browser, path: str) -> None:
    assert browser.post(f"/conversations/nothing/{path}").status_code == 404


def test_an_admin_may_not_set_a_loss() -> None:
    assert {r for r in ROLES if Permission.SET_LOSS not in ROLES[r]} == {"admin"}


def test_a_banner_stands_on_every_open_referral(house: House, browser: Browser) -> None:
    referral = house.referral()
    other = house.referral(address="+447700900124")
    assert "Read before you call" not in browser.get("/referrals").text
    told(house)
    banner = "Loss told on 2 Mar 2026, 10:00am. Read before you call"
    assert browser.get("/referrals").text.count(banner) == 1
    assert banner in browser.get(f"/referrals/{referral.id}").text
    assert banner not in browser.get(f"/referrals/{other.id}").text


def test_a_referral_that_ends_with_a_death_sets_the_loss(house: House) -> None:
    referral = house.referral()
    clinician = house.signed_in(house.staff("clinician", "Dr Joan Ashworth"))
    moved = clinician.post(
        f"/referrals/{referral.id}/move",
        event="baby_died",
        reason="The ward rang",
        version=str(referral.version),
    )
    assert moved.status_code == 303
    assert house.conversation(referral.conversation_id).loss_at == house.clock.now()
    house.we_say(referral.conversation_id, "a tip", origin=Origin.NUDGE)
    assert house.outbound(referral.conversation_id)[-1].code == "loss"


def test_a_page_that_waits_for_news_hears_of_a_loss(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    address = f"/conversations/{row.conversation_id}"
    tag = browser.get(address).headers["etag"]
    browser.post(f"{address}/loss")
    news = browser.get(f"{address}/messages", headers={"if-none-match": tag})
    assert news.status_code == 200


def test_a_young_person_is_named_as_one_until_somebody_says_that_it_is_none(
    house: House, browser: Browser
) -> None:
    conversation_id = told(house, "im 15 and pregnant")
    page = browser.get(f"/conversations/{conversation_id}").text
    assert "A young person may be writing: under 16" in page
    with house.sessions() as db:
        (flag,) = db.scalars(select(Flag)).all()
    browser.post(f"/risk/{flag.id}/acknowledge", outcome="false_alarm")
    assert house.conversation(conversation_id).young is None
    assert "may be writing" not in browser.get(f"/conversations/{conversation_id}").text


def test_a_chat_that_others_may_read_says_so_on_its_page(house: House, browser: Browser) -> None:
    conversation_id = told(house, "he hits me when the baby cries")
    address = f"/conversations/{conversation_id}"
    assert "has not said that it is safe" in browser.get(address).text
    told(house, "no he checks my phone")
    assert "not safe to write here" in browser.get(address).text
    told(house, "yes its safe now")
    assert "That may have changed" in browser.get(address).text


def test_a_false_alarm_opens_the_chat_again(house: House, browser: Browser) -> None:
    conversation_id = told(house, "he hits me when the baby cries")
    with house.sessions() as session:
        [flag_id] = session.scalars(select(Flag.id))
    browser.post(f"/risk/{flag_id}/acknowledge", outcome="false_alarm")
    row = house.conversation(conversation_id)
    assert (row.privacy, row.crisis) == (None, None)
