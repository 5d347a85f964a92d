"""What is counted is what was, on both databases, and the page shows it to whom it may."""

import csv
import io
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from common.clock import SetClock
from common.crypto import Keyring
from conversations.model import Reply
from conversations.outbox import Speech, say
from conversations.people import box_for, erase, lock
from conversations.states import Origin
from conversations.tables import Conversation, Feedback, Outbound
from insight import activity, report
from insight.counting import Calendar, Span, recount_cohorts, recount_days
from insight.model import Names
from insight.tables import Count
from referrals.tables import ContactAttempt
from tests.fakes.console import House, house_on, verdict

TODAY = date(2026, 3, 2)
ALL = Span(TODAY - timedelta(days=400), TODAY + timedelta(days=60))


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


def calendar() -> Calendar:
    """A London where the team works from eight to six on every day."""
    zone = ZoneInfo("Europe/London")
    return Calendar(
        zone,
        is_open=lambda now: 8 <= now.astimezone(zone).hour < 18,
        working_days=lambda first, last: (last - first).days,
    )


def count(house: House, span: Span = ALL) -> dict[tuple[str, str], int]:
    """(measure, key) -> number over all days."""
    with house.sessions.begin() as db:
        recount_days(db, calendar(), span)
        recount_cohorts(db, calendar(), span)
        found: dict[tuple[str, str], int] = {}
        for row in db.scalars(select(Count)):
            found[row.measure, row.key] = found.get((row.measure, row.key), 0) + row.number
        return found


def answer(house: House, conversation_id: str, key: str, **about: object) -> None:
    with house.sessions.begin() as db:
        row = lock(db, conversation_id)
        box = box_for(db, house.keyring, row.person_id)
        speech = Speech(Origin.ASSISTANT, f"{key}{house.clock.now()}{about}")
        say(db, house.ledger, row, [Reply(key, {}, about=about)], box=box, speech=speech)


def test_every_measure_counts_what_was(house: House) -> None:
    first = house.parent_writes("hello", address="+447700900111")
    house.later(minutes=1)
    answer(house, first.conversation_id, "topic", topic="cry-why")
    answer(house, first.conversation_id, "utter_services", need="sleep", local=0, stage="newborn",
           district="D1", services=["helpline"])  # fmt: skip
    answer(
        house, first.conversation_id, "utter_services", need="dads", local=2, services=["a", "b"]
    )
    answer(house, first.conversation_id, "utter_referral_intro")
    house.later(hours=13)
    house.parent_writes(
        "i cant cope", address="+447700900111", risk=verdict("now", "suicide", "x")
    )
    house.parent_writes("hi", channel="web_chat", address="w")
    referral = house.referral(address="+447700900111")
    with house.sessions.begin() as db:
        db.add(Feedback(id="f", conversation_id=first.conversation_id, topic="cry-why",
                        useful=True, given_at=house.clock.now()))  # fmt: skip
        db.add(ContactAttempt(id="a", referral_id=referral.id, route="call", outcome="reached",
                              staff_id="s", at=house.clock.now() + timedelta(days=3)))  # fmt: skip

    found = count(house)

    assert found["received", "sms"] == 2
    assert found["received", "web_chat"] == 1
    assert found["reached", "sms"] == 1
    assert found["new_people", "web_chat"] == 1
    assert found["hour", "open"] == 1
    assert found["hour", "closed"] == 2
    assert found["topic", "cry-why"] == 1
    assert found["search", "sleep"] == found["search", "dads"] == 1
    assert found["gap", "sleep|newborn|D1"] == 1
    assert ("gap", "dads|None|None") not in found
    assert [found["signposted", s] for s in ("helpline", "a", "b")] == [1, 1, 1]
    assert found["feedback", "useful"] == 1
    assert found["flag", "now"] == 1
    assert (found["step", "wrote"], found["step", "started"]) == (2, 1)
    assert (
        found["referral", "referral"] == found["age", "young_baby"] == found["source", "self"] == 1
    )
    assert found["first_contact", "2-3"] == 1
    assert found["outcome", "new"] == 1


def test_counting_twice_gives_the_same_numbers(house: House) -> None:
    house.parent_writes("hello")
    assert count(house) == count(house)


def test_a_person_counts_once_a_week_however_much_she_writes(house: House) -> None:
    for _ in range(3):
        house.parent_writes("hello")
        house.later(days=1)
    house.later(days=7)
    house.parent_writes("again")
    assert count(house)["reached", "sms"] == 2


def test_a_message_at_night_belongs_to_the_day_of_the_place(house: House) -> None:
    house.later(days=150, hours=13, minutes=30)  # 23.30 UTC in July is half past midnight
    house.parent_writes("hello")
    with house.sessions.begin() as db:
        recount_days(db, calendar(), Span(TODAY, TODAY + timedelta(days=200)))
        day = db.scalar(select(Count.day).where(Count.measure == "received"))
    assert day == TODAY + timedelta(days=151)


def test_what_was_counted_stays_when_a_person_is_erased(house: House) -> None:
    first = house.parent_writes("hello")
    answer(house, first.conversation_id, "topic", topic="cry-why")
    before = count(house)
    with house.sessions.begin() as db:
        person = db.get_one(Conversation, first.conversation_id).person_id
        erase(db, person, now=house.clock.now())
        assert db.scalars(select(Outbound.about)).all() == [None]
    later = Span(TODAY + timedelta(days=30), TODAY + timedelta(days=31))
    assert count(house, later)["topic", "cry-why"] == before["topic", "cry-why"] == 1


def test_families_that_staff_entered_stand_beside_self_referrals(house: House) -> None:
    house.referral()
    with house.sessions.begin() as db:
        entry = activity.Entry("families", TODAY, 7, stage="pregnancy")
        activity.add(db, entry, now=house.clock.now(), by=None)
    count(house)
    with house.sessions() as db:
        made = report.build(db, ALL, Names(), publish=False)
    assert made.figures[0].number == 8
    ages = made.chart("age")
    assert {s.name: sum(n or 0 for n in s.numbers) for s in ages.series} == {
        "Not yet born": 7,
        "6 weeks to 6 months": 1,
    }


def test_small_numbers_are_on_the_teams_page_and_not_in_what_is_published(house: House) -> None:
    house.referral()
    with house.sessions.begin() as db:
        for stage, number in (("pregnancy", 30), ("toddler", 9)):
            entry = activity.Entry("families", TODAY, number, stage=stage)
            activity.add(db, entry, now=house.clock.now(), by=None)
    count(house)
    manager = house.signed_in(house.staff("manager", "Mary Manager"))
    page = manager.get("/insight?first=2026-01-01&last=2026-03-31").text
    assert "<td>1</td>" in page
    printed = manager.get("/insight/report?first=2026-01-01&last=2026-03-31").text
    assert "<td>1</td>" not in printed
    assert "<td>hidden</td>" in printed
    taken = manager.get("/insight/charts/age.csv?first=2026-01-01&last=2026-03-31")
    assert taken.headers["content-type"].startswith("text/csv")
    head, row = csv.reader(io.StringIO(taken.text.removeprefix("\ufeff")))
    assert dict(zip(head[1:], row[1:], strict=True)) == {
        "Not yet born": "30",
        "6 weeks to 6 months": "hidden",
        "12 to 24 months": "hidden",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "days", ["first=x", "first=2026-03-02&last=2026-03-01", "first=1066-01-01"]
)
def test_days_that_make_no_sense_are_told_and_the_usual_year_is_shown(
    house: House, days: str
) -> None:
    manager = house.signed_in(house.staff("manager", "Mary Manager"))
    shown = manager.get(f"/insight?{days}")
    assert shown.status_code == 422
    assert "There is a problem" in shown.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_cell_of_a_file_is_taken_for_a_formula(house: House) -> None:
    house.parent_writes("hello")
    with house.sessions.begin() as db:
        entry = activity.Entry("training", TODAY, 20, profession='=HYPERLINK("x")')
        activity.add(db, entry, now=house.clock.now(), by=None)
    manager = house.signed_in(house.staff("manager", "Mary Manager"))
    taken = manager.get("/insight/charts/professions.csv?first=2026-01-01").text
    assert "'=HYPERLINK" in taken


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_staff_enter_their_work_and_a_refused_entry_stays_on_the_page(house: House) -> None:
    worker = house.signed_in(house.staff())
    refused = worker.post("/insight/activity", kind="training", date="2026-02-01", number="many",
                          organisation="The Trust")  # fmt: skip
    assert refused.status_code == 422
    assert "Write how many" in refused.text
    assert "The Trust" in refused.text
    worker.post("/insight/activity", kind="training", date="2026-02-01", number="14")
    assert "14" in worker.get("/insight/activity").text
    with house.sessions() as db:
        row = activity.latest(db, 1)[0]
    worker.post(f"/insight/activity/{row.id}/take-back")
    assert "taken back" in worker.get("/insight/activity").text
    assert house.audited("activity.taken_back")
    with house.sessions() as db:
        assert report.build(db, ALL, Names(), publish=False).figures[-1].number == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"kind,date,number\ntraining,2026-02-01,14\n", "1 taken"),
        (b"kind,date,number\ntraining,soon,14\n", "Line 2: Write the date"),
        (b"\xff\xfe", "CSV UTF-8"),
        (b"a,b\n1,2\n", "needs a first line"),
        (b"kind,date,number\n" + b"x" * 2_000_001, "too large"),
        (b"kind,date,number\n" + b"x" * 2_100_000, "2 MB at most"),
        (b"kind,date,number,note\n" + b"event,2026-02-01,5,\n" * 4000, "4000 taken"),
    ],
)
def test_a_file_is_answered_in_words_that_help(house: House, data: bytes, says: str) -> None:
    worker = house.signed_in(house.staff())
    answered = worker.client.request(
        "POST",
        "/insight/activity/file",
        data={"csrf": worker.csrf},
        files={"file": ("past.csv", data, "text/csv")},
    )
    assert says in answered.text


def test_an_unknown_chart_is_not_found(house: House) -> None:
    manager = house.signed_in(house.staff("manager", "Mary Manager"))
    assert manager.get("/insight/charts/nothing.csv").status_code == 404
