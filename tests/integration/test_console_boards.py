"""Flags, tasks, referrals, the audit log and accounts: worked and closed by one person each."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from common.clock import SetClock
from common.crypto import Keyring
from console.tables import Staff
from conversations.tables import Flag, Task
from referrals.contact import Route
from referrals.tables import ContactAttempt, Referral
from tests.fakes.console import Browser, House, house_on, verdict


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def browser(house: House) -> Browser:
    return house.signed_in(house.staff("clinician", "Joan Ashworth"))


def referral_now(house: House, referral_id: str) -> Referral:
    with house.sessions() as db:
        return db.get_one(Referral, referral_id)


def test_open_flags_stand_urgent_first_with_a_clock(house: House) -> None:
    gentle = house.parent_writes("a", address="a", risk=verdict("gentle", "psychosis", "x"))
    house.later(minutes=5)
    urgent = house.parent_writes("b", address="b", risk=verdict("now", "suicide", "x"))
    house.later(minutes=125)
    page = house.signed_in(house.staff()).get("/risk").text
    assert page.index(urgent.conversation_id) < page.index(gentle.conversation_id)
    assert "2 h 5 min" in page


def test_acknowledging_keeps_who_when_and_what_came_of_it(house: House) -> None:
    staff = house.staff()
    browser = house.signed_in(staff)
    row = house.parent_writes("b", risk=verdict("now", "suicide", "x"))
    flag_id = house.flag_of(row).id
    path = f"/risk/{flag_id}/acknowledge"
    assert browser.post(path).status_code == 422
    assert browser.post(path, outcome="made up").status_code == 422
    done = browser.post(path, outcome="spoke_with_parent", note="Rang her at ten")
    assert done.headers["location"] == "/risk?done=acknowledged"
    with house.sessions() as db:
        flag = db.get_one(Flag, flag_id)
    assert (flag.acknowledged_by, flag.outcome) == (staff.id, "spoke_with_parent")
    assert flag.acknowledged_at == house.clock.now()
    assert "Rang her at ten" in browser.get(f"/conversations/{row.conversation_id}").text
    assert "Spoke with the parent" in browser.get("/risk?shown=acknowledged").text
    assert house.audited("flag.acknowledged")[0].detail == "spoke_with_parent"


def test_the_second_who_acknowledges_is_told_and_changes_nothing(house: House) -> None:
    first, second = house.staff(name="Amina Khan"), house.staff(name="Joan Ashworth")
    row = house.parent_writes("b", risk=verdict("now", "suicide", "x"))
    path = f"/risk/{house.flag_of(row).id}/acknowledge"
    house.signed_in(first).post(path, outcome="spoke_with_parent")
    assert house.signed_in(second).post(path, outcome="false_alarm").status_code == 409
    assert house.flag_of(row).outcome == "spoke_with_parent"
    assert len(house.audited("flag.acknowledged")) == 1


def test_a_task_is_closed_once(house: House, browser: Browser) -> None:
    row = house.parent_writes("b")
    task = house.task(row.conversation_id, "call_back")
    assert "Call back" in browser.get("/tasks").text
    path = f"/tasks/{task.id}/done"
    assert browser.post(path, outcome="done").status_code == 303
    assert browser.post(path, outcome="not_needed").status_code == 409
    with house.sessions() as db:
        assert db.get_one(Task, task.id).outcome == "done"
    assert "There is nothing to do." in browser.get("/tasks").text
    assert "Call back" in browser.get("/tasks?shown=done").text


def test_the_menu_counts_what_is_open(house: House, browser: Browser) -> None:
    row = house.parent_writes("b", risk=verdict("now", "suicide", "x"))
    house.task(row.conversation_id)
    page = browser.get("/inbox").text
    assert 'Risk <span class="c-count c-count--urgent">1<' in page
    assert 'Tasks <span class="c-count">1<' in page


def test_the_worklist_puts_overdue_first_and_shows_no_name(house: House) -> None:
    later = house.referral(address="a", due_in=timedelta(days=3))
    overdue = house.referral(address="b", due_in=timedelta(hours=1))
    house.later(hours=2)
    page = house.signed_in(house.staff()).get("/referrals").text
    assert page.index(overdue.reference) < page.index(later.reference)
    assert page.count("Overdue") == 1
    assert "Sadia" not in page


def test_the_safe_contact_box_stands_before_everything_told(
    house: House, browser: Browser
) -> None:
    referral = house.referral()
    page = browser.get(f"/referrals/{referral.id}").text
    safe = page.index("Safe contact: read before you call or write")
    assert safe < page.index("Never by call, never by voicemail.") < page.index("Sadia Test")
    for shown in ("my husband checks it", "bluebell", "mornings", "07700 900123", "8 weeks old"):
        assert shown in page
    assert len(house.audited("referral.opened")) == 1


def test_only_allowed_steps_are_offered(house: House, browser: Browser) -> None:
    page = browser.get(f"/referrals/{house.referral().id}").text
    assert '<option value="triage">' in page
    assert '<option value="accept">' not in page
    assert "Log an attempt" not in page


def test_a_referral_is_worked_from_new_to_accepted(house: House, browser: Browser) -> None:
    referral = house.referral()
    path = f"/referrals/{referral.id}"
    assert browser.post(f"{path}/move", version="1", event="triage").status_code == 422
    steps = [
        ("/take", {}),
        ("/move", {"event": "triage", "reason": "read", "tell": "yes"}),
        ("/attempt", {"route": "text", "outcome": "no_answer", "note": "texted"}),
        ("/attempt", {"route": "text", "outcome": "reached"}),
        ("/move", {"event": "accept", "reason": "fits"}),
        ("/copied", {}),
    ]
    for step, fields in steps:
        version = str(referral_now(house, referral.id).version)
        done = browser.post(path + step, version=version, **fields)
        assert done.status_code == 303, (step, done.text)
    row = referral_now(house, referral.id)
    assert row.state == "accepted"
    assert row.owner == row.copied_by
    assert [o.message_key for o in house.outbound(referral.conversation_id)] == ["console.read"]
    page = browser.get(path).text
    for shown in ("Tried by text: no answer", "texted", "fits", "The parent was told"):
        assert shown in page
    assert referral.reference in browser.get("/referrals?shown=closed").text


def test_two_people_on_one_referral_overwrite_nothing(house: House, browser: Browser) -> None:
    referral = house.referral()
    other = house.signed_in(house.staff("clinician", "Amina Khan"))
    fields = {"event": "triage", "reason": "read", "version": "1"}
    assert browser.post(f"/referrals/{referral.id}/move", **fields).status_code == 303
    late = {"event": "transfer", "reason": "to Leeds", "version": "1"}
    assert other.post(f"/referrals/{referral.id}/move", **late).status_code == 409
    assert referral_now(house, referral.id).state == "triaged"


@pytest.mark.parametrize(
    ("route", "outcome"), [("call", "no_answer"), ("other", "voicemail_left")]
)
def test_a_route_that_the_parent_ruled_out_is_refused_by_the_server(
    house: House, browser: Browser, route: str, outcome: str
) -> None:
    referral = house.referral()
    path = f"/referrals/{referral.id}"
    browser.post(f"{path}/move", event="triage", reason="read", version="1")
    assert f'<option value="{route}">' not in browser.get(path).text or route == "other"
    refused = browser.post(f"{path}/attempt", route=route, outcome=outcome)
    assert refused.status_code == 403
    assert "The parent asked" in refused.text
    with house.sessions() as db:
        assert db.scalars(select(ContactAttempt)).all() == []


def test_no_text_goes_to_a_parent_who_ruled_texts_out(house: House, browser: Browser) -> None:
    referral = house.referral(route=Route(text=False, call=True))
    fields = {"event": "triage", "reason": "read", "version": "1", "tell": "yes"}
    assert browser.post(f"/referrals/{referral.id}/move", **fields).status_code == 403
    assert house.outbound(referral.conversation_id) == []
    assert referral_now(house, referral.id).state == "new"


def test_an_engagement_worker_reads_a_referral_and_cannot_move_it(house: House) -> None:
    referral = house.referral()
    page = house.signed_in(house.staff()).get(f"/referrals/{referral.id}").text
    assert "you can read this one" in page
    assert "Move it on" not in page


def test_a_conversation_names_its_referrals(house: House, browser: Browser) -> None:
    referral = house.referral()
    page = browser.get(f"/conversations/{referral.conversation_id}").text
    assert f'href="/referrals/{referral.id}"' in page


def test_the_audit_log_is_searched_by_person_and_by_row(house: House) -> None:
    one = house.parent_writes("a", address="a").conversation_id
    two = house.parent_writes("b", address="b").conversation_id
    amina = house.staff(name="Amina Khan")
    for conversation_id in (one, two):
        house.signed_in(amina).get(f"/conversations/{conversation_id}")
    admin = house.signed_in(house.staff("admin", "Omar Reed"))
    page = admin.get("/audit", params={"staff": amina.id, "subject": two}).text
    assert page.count("conversation opened") == 1
    assert "<td>Amina Khan</td>" in page
    assert f"/conversations/{two}" not in page, "an administrator gets no link to a conversation"
    assert admin.get("/audit", params={"staff": amina.id}).text.count("conversation opened") == 2


def test_an_administrator_adds_and_disables_accounts(house: House) -> None:
    admin_row = house.staff("admin", "Omar Reed")
    admin = house.signed_in(admin_row)
    fields = {"email": "New.Person@example.org", "name": "New Person", "role": "clinician"}
    page = admin.post("/staff", **fields)
    assert "It is shown only now" in page.text
    assert admin.post("/staff", **fields).status_code == 422
    assert admin.post("/staff", **{**fields, "email": "no"}).status_code == 422
    with house.sessions() as db:
        added = db.scalars(select(Staff).where(Staff.email == "new.person@example.org")).one()
    assert admin.post(f"/staff/{added.id}/disable").status_code == 303
    assert admin.post(f"/staff/{admin_row.id}/disable").status_code == 422
    with house.sessions() as db:
        assert db.get_one(Staff, added.id).disabled_at is not None
        assert db.get_one(Staff, admin_row.id).disabled_at is None
    assert admin.post(f"/staff/{added.id}/enable").status_code == 303
