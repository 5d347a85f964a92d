"""A conversation in the console: read, taken over, answered, handed back."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from common.clock import SetClock
from common.crypto import Keyring
from conversations import people
from conversations.inbox import Inbox
from conversations.model import Choice, InboundMessage
from conversations.states import Delivery, Holder, Origin, Outcome
from conversations.tables import Inbound, Outbound, Person
from tests.fakes.console import Browser, House, house_on, verdict


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff())


def test_both_sides_stand_in_the_order_in_which_they_were_said(
    house: House, browser: Browser
) -> None:
    row = house.parent_writes("first words")
    house.we_say(row.conversation_id, "second words", choices=(Choice("Pick me", "/x"),))
    house.parent_writes("third words")
    page = browser.get(f"/conversations/{row.conversation_id}").text
    places = [page.index(w) for w in ("first words", "second words", "Pick me", "third words")]
    assert places == sorted(places)


def test_what_the_assistant_understood_stands_beside_the_message(
    house: House, browser: Browser
) -> None:
    row = house.parent_writes("he wont sleep", intent="topic_sleep", confidence=0.624)
    page = browser.get(f"/conversations/{row.conversation_id}").text
    for shown in ("topic_sleep", "62%", "ask_human (21%)", "action_answer_topic", "Found: need"):
        assert shown in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Delivery.DELIVERED, "Delivered"),
        (Delivery.PERMANENT_FAILURE, "Not delivered"),
        (Delivery.CREATED, "Waiting to be sent"),
        (Delivery.NOT_SENDABLE, "Could not be sent"),
    ],
)
def test_each_message_shows_its_delivery(
    house: House, browser: Browser, state: Delivery, words: str
) -> None:
    row = house.parent_writes("hello")
    house.we_say(row.conversation_id, "an answer", state=state)
    assert words in browser.get(f"/conversations/{row.conversation_id}").text


def test_a_flag_shows_the_words_that_raised_it(house: House, browser: Browser) -> None:
    row = house.parent_writes("x", risk=verdict("now", "suicide", "end it tonight"))
    page = browser.get(f"/conversations/{row.conversation_id}").text
    assert "end it tonight" in page
    assert "Risk flags that nobody has acknowledged" in page


def test_every_opening_is_in_the_audit_log(house: House) -> None:
    row = house.parent_writes("hello")
    staff = house.staff()
    house.signed_in(staff).get(f"/conversations/{row.conversation_id}")
    (entry,) = house.audited("conversation.opened")
    assert (entry.staff_id, entry.subject_id) == (staff.id, row.conversation_id)


def test_new_messages_that_come_by_themselves_are_audited_too(
    house: House, browser: Browser
) -> None:
    row = house.parent_writes("hello")
    address = f"/conversations/{row.conversation_id}/messages"
    tag = browser.get(f"/conversations/{row.conversation_id}").headers["etag"]
    assert browser.get(address, headers={"if-none-match": tag}).status_code == 304
    assert house.audited("conversation.read_on") == []
    house.parent_writes("more words")
    news = browser.get(address, headers={"if-none-match": tag})
    assert "more words" in news.text
    assert len(house.audited("conversation.read_on")) == 1


def test_a_changed_delivery_is_news(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    said = house.we_say(row.conversation_id, "an answer", state=Delivery.SENT)
    tag = browser.get(f"/conversations/{row.conversation_id}").headers["etag"]
    with house.sessions.begin() as db:
        db.get_one(Outbound, said.id).state = Delivery.DELIVERED
    address = f"/conversations/{row.conversation_id}/messages"
    assert browser.get(address, headers={"if-none-match": tag}).status_code == 200


def test_a_long_conversation_is_read_in_pages(house: House, browser: Browser) -> None:
    for n in range(120):
        row = house.parent_writes(f"line {n} end")
    page = browser.get(f"/conversations/{row.conversation_id}").text
    assert "line 119 end" in page
    assert "line 5 end" not in page
    assert f"/conversations/{row.conversation_id}?before=21" in page
    earlier = browser.get(f"/conversations/{row.conversation_id}?before=21").text
    assert "line 0 end" in earlier
    assert "line 19 end" in earlier
    assert "line 20 end" not in earlier


def test_an_erased_parent_leaves_only_ids_and_times(house: House, browser: Browser) -> None:
    row = house.parent_writes("a sentence", risk=verdict("now", "suicide", "words"))
    with house.sessions.begin() as db:
        person = db.scalars(select(Person)).one()
        people.erase(db, person.id, now=house.clock.now())
    page = browser.get(f"/conversations/{row.conversation_id}")
    assert page.status_code == 200
    assert "data was erased" in page.text
    assert "a sentence" not in page.text
    noted = browser.post(f"/conversations/{row.conversation_id}/notes", text="a")
    assert noted.status_code == 404


def test_a_note_is_for_colleagues_alone(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    browser.post(f"/conversations/{row.conversation_id}/notes", text="Rang the midwife")
    assert "Rang the midwife" in browser.get(f"/conversations/{row.conversation_id}").text
    assert house.outbound(row.conversation_id) == []
    assert browser.post(f"/conversations/{row.conversation_id}/notes", text=" ").status_code == 422


def take_over(browser: Browser, conversation_id: str, seen: str = ""):  # noqa: ANN201
    return browser.post(f"/conversations/{conversation_id}/take-over", seen_holder=seen)


def reply(browser: Browser, conversation_id: str, text: str, form_id: str = "f1"):  # noqa: ANN201
    return browser.post(f"/conversations/{conversation_id}/reply", text=text, form_id=form_id)


def test_take_over_reply_and_hand_back(house: House) -> None:
    staff = house.staff()
    browser = house.signed_in(staff)
    row = house.parent_writes("can i talk to someone")
    assert take_over(browser, row.conversation_id).status_code == 303
    held = house.conversation(row.conversation_id)
    assert (held.holder, held.held_by) == (Holder.PERSON, staff.id)
    assert "You hold this conversation" in browser.get(f"/conversations/{held.id}").text
    assert reply(browser, held.id, "Hello, I am Amina").status_code == 303
    assert browser.post(f"/conversations/{held.id}/hand-back").status_code == 303
    assert house.conversation(held.id).holder == Holder.ASSISTANT
    said = [(o.message_key, o.origin) for o in house.outbound(held.id)]
    assert said == [
        ("console.joined", Origin.SYSTEM),
        ("console.reply", Origin.STAFF),
        ("console.released", Origin.SYSTEM),
    ]
    assert "Hello, I am Amina" in browser.get(f"/conversations/{held.id}").text
    for action in ("taken_over", "replied", "handed_back"):
        assert len(house.audited(f"conversation.{action}")) == 1


def test_a_parent_who_left_long_ago_is_not_told_who_came(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    house.later(minutes=20)
    take_over(browser, row.conversation_id)
    browser.post(f"/conversations/{row.conversation_id}/hand-back")
    assert house.outbound(row.conversation_id) == []


def test_sending_a_form_twice_says_it_once(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    house.later(minutes=20)
    take_over(browser, row.conversation_id)
    for _ in range(2):
        assert reply(browser, row.conversation_id, "only once").status_code == 303
    assert len(house.outbound(row.conversation_id)) == 1
    reply(browser, row.conversation_id, "only once", form_id="f2")
    assert len(house.outbound(row.conversation_id)) == 2


def test_nobody_else_can_write_into_a_held_conversation(house: House) -> None:
    first = house.signed_in(house.staff(name="Amina Khan"))
    second = house.signed_in(house.staff(name="Joan Ashworth"))
    row = house.parent_writes("hello")
    take_over(first, row.conversation_id)
    refused = reply(second, row.conversation_id, "me too")
    assert refused.status_code == 409
    assert "Amina Khan holds this conversation." in refused.text
    assert second.post(f"/conversations/{row.conversation_id}/hand-back").status_code == 409
    assert (
        "Nobody else can write into it" in second.get(f"/conversations/{row.conversation_id}").text
    )


def test_of_two_who_take_over_at_once_the_second_sees_the_first(house: House) -> None:
    first_staff = house.staff(name="Amina Khan")
    first = house.signed_in(first_staff)
    second = house.signed_in(house.staff(name="Joan Ashworth"))
    row = house.parent_writes("hello")
    take_over(first, row.conversation_id)
    late = take_over(second, row.conversation_id)
    assert late.status_code == 409
    assert "Amina Khan has taken this conversation over." in late.text
    assert take_over(second, row.conversation_id, seen=first_staff.id).status_code == 303
    assert reply(first, row.conversation_id, "still me").status_code == 409


def test_without_taking_over_nobody_writes(house: House, browser: Browser) -> None:
    row = house.parent_writes("hello")
    assert reply(browser, row.conversation_id, "hi").status_code == 409
    assert house.outbound(row.conversation_id) == []


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 1601])
def test_an_empty_or_endless_reply_is_refused_and_kept_for_mending(
    house: House, browser: Browser, text: str
) -> None:
    row = house.parent_writes("hello")
    house.later(minutes=20)
    take_over(browser, row.conversation_id)
    refused = reply(browser, row.conversation_id, text)
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert text.strip() in refused.text
    assert house.outbound(row.conversation_id) == []


def test_during_takeover_the_assistant_is_silent_and_the_screen_still_flags(
    house: House, browser: Browser
) -> None:
    row = house.parent_writes("hello")
    house.later(minutes=20)
    take_over(browser, row.conversation_id)
    inbox = Inbox(house.ledger)
    for n in range(20):
        house.later(seconds=5)
        inbox.receive(InboundMessage("sms", "+447700900123", f"SM{n}", text=f"message {n}"))
    assert house.outbound(row.conversation_id) == []
    with house.sessions() as db:
        outcomes = set(
            db.scalars(select(Inbound.outcome).where(Inbound.provider_message_id.like("SM%")))
        )
    assert outcomes == {Outcome.HELD_BY_PERSON}
    receipt = inbox.receive(
        InboundMessage("sms", "+447700900123", "SMX", text="i want to kill myself tonight")
    )
    assert receipt.tier == "now"
    assert {o.origin for o in house.outbound(row.conversation_id)} == {Origin.SAFETY}


def test_a_photo_is_opened_only_through_the_audit_log(house: House) -> None:
    staff = house.staff()
    browser = house.signed_in(staff)
    row = house.parent_writes("", kind="photo", media={"type": "image/png"})
    assert f"/media/{row.id}" in browser.get(f"/conversations/{row.conversation_id}").text
    file = browser.get(f"/media/{row.id}")
    assert (file.status_code, file.headers["content-type"]) == (200, "image/png")
    assert file.headers["cache-control"] == "no-store"
    assert "sandbox" in file.headers["content-security-policy"]
    assert [e.staff_id for e in house.audited("media.opened")] == [staff.id]


def test_a_file_that_could_run_is_only_saved(house: House, browser: Browser) -> None:
    row = house.parent_writes("", kind="file", media={"type": "text/html"})
    file = browser.get(f"/media/{row.id}")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment")


def test_a_message_without_a_file_has_none(house: House, browser: Browser) -> None:
    assert browser.get(f"/media/{house.parent_writes('hello').id}").status_code == 404


def test_a_ready_made_reply_is_sent_by_its_key(house: House) -> None:
    browser = house.signed_in(house.staff())
    row = house.parent_writes("hello?")
    take_over(browser, row.conversation_id)
    path = f"/conversations/{row.conversation_id}"
    assert "Ready-made reply" in browser.get(path).text
    both = browser.post(f"{path}/reply", text="mine", ready="console.ready.hello", form_id="f1")
    assert both.status_code == 422
    assert "not both" in both.text
    assert "mine</textarea>" in both.text
    made_up = browser.post(f"{path}/reply", ready="console.reply", form_id="f1")
    assert made_up.status_code == 422
    sent = browser.post(f"{path}/reply", ready="console.ready.hello", form_id="f1")
    assert sent.status_code == 303
    said = [(o.message_key, o.origin) for o in house.outbound(row.conversation_id)]
    assert said[1:] == [("console.ready.hello", Origin.STAFF)]


def test_a_role_may_be_held_to_ready_made_replies(house: House) -> None:
    only = replace(house.services, ready_only=frozenset({"engagement_worker"}))
    house.app.state.services = only
    browser = house.signed_in(house.staff())
    row = house.parent_writes("hello?")
    take_over(browser, row.conversation_id)
    assert 'id="reply-text"' not in browser.get(f"/conversations/{row.conversation_id}").text
    assert reply(browser, row.conversation_id, "my own words").status_code == 422
    path = f"/conversations/{row.conversation_id}/reply"
    assert browser.post(path, ready="console.ready.hello", form_id="f2").status_code == 303


def test_live_mode_offers_only_ready_made_replies_that_were_approved(house: House) -> None:
    house.app.state.services = replace(house.services, demo=False)
    browser = house.signed_in(house.staff("clinician", "Joan Ashworth"))
    row = house.parent_writes("hello?")
    take_over(browser, row.conversation_id)
    path = f"/conversations/{row.conversation_id}"
    assert "Ready-made reply" not in browser.get(path).text
    refused = browser.post(f"{path}/reply", ready="console.ready.hello", form_id="f1")
    assert refused.status_code == 422
    sha256 = house.services.shelf.messages["en"]["console.ready.hello"].hash()
    browser.post("/words/console.ready.hello/approve", sha256=sha256)
    assert "Ready-made reply" in browser.get(path).text
