"""Referrals in the database: made from effects, worked by staff, sealed; on both databases."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from common import deployment as deployments
from common.crypto import Box, Keyring
from common.db import Sessions
from common.deployment import Deployment
from common.errors import Conflict, InvalidInput, NotFound
from common.ids import is_reference, reference
from referrals import service, store
from referrals.baby import Baby
from referrals.contact import Route
from referrals.creation import open_details, record_of
from referrals.model import Home, Record, to_json
from referrals.phones import Phone
from referrals.service import NO_MESSAGE, Change, Tried
from referrals.states import Event
from referrals.tables import Referral, ReferralEvent

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
MARK = "Zzyzx Marked"
RECORD = Record(
    for_whom="mother",
    baby=Baby(born=True, birth_date=datetime(2026, 9, 23, tzinfo=UTC).date(), estimated=True),
    postcode=Home("BD5 8HL", full=True, district_code="E08000032", district_name="Bradford"),
    name=MARK,
    phone=Phone("+447700900145"),
    phone_shared=False,
    contact_route=Route(text=True),
    reason="I do not feel close to him",
    consent=True,
)


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    return deployments.load(ROOT / "deployments", "bradford")


@pytest.fixture
def box(keyring: Keyring) -> Box:
    return keyring.box(keyring.new_wrapped_key())


@dataclass(frozen=True)
class Call:
    box: Box
    args: dict[str, Any] = field(default_factory=lambda: {"record": to_json(RECORD)})
    key: str = "m1/create_referral"
    conversation_id: str = "c1"
    person_id: str = "p1"
    channel: str = "sms"
    now: datetime = NOW


def make(sessions: Sessions, deployment: Deployment, call: Call) -> str:
    with sessions.begin() as session:
        return service.create_from_effect(session, call, deployment=deployment)


def change(event: Event, **given: Any) -> Change:
    return Change(event, "staff1", "as agreed", NO_MESSAGE, **given)


def test_an_effect_becomes_a_referral_with_the_reference_of_its_key(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    made = make(sessions, deployment, Call(box))

    with sessions() as session:
        row = store.find(session, made)
        assert row.reference == reference("m1/create_referral")
        assert is_reference(row.reference)
        assert (row.state, row.eligibility, row.source_of_referral) == ("new", "ok", "self")
        assert (row.baby_stage, row.baby_date_estimated) == ("young_baby", True)
        assert row.due_at == datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
        assert service.NO_MESSAGE not in {e.message_key for e in store.history(session, made)}


def test_the_same_effect_twice_makes_one_referral(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    assert make(sessions, deployment, Call(box)) == make(sessions, deployment, Call(box))

    with sessions() as session:
        assert len(session.scalars(select(Referral)).all()) == 1
        assert len(session.scalars(select(ReferralEvent)).all()) == 1


def test_without_consent_nothing_is_kept(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    call = Call(box, args={"record": to_json(RECORD) | {"consent": False}})

    with pytest.raises(InvalidInput):
        make(sessions, deployment, call)

    with sessions() as session:
        assert session.scalars(select(Referral)).all() == []


def test_what_she_told_is_sealed_and_opens_whole(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    made = make(sessions, deployment, Call(box))

    with sessions() as session:
        row = session.get_one(Referral, made)
        plain = " ".join(str(v) for k, v in vars(row).items() if k != "details_sealed")
        for mark in (MARK, "900145", "BD5 8HL", "2026-09-23"):
            assert mark not in plain
        assert MARK.encode() not in row.details_sealed

        assert record_of(row, box) == RECORD


def test_a_call_back_needs_no_more_than_a_number(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    record = Record(phone=Phone("+447700900146"), best_time="mornings", phone_shared=True)
    call = Call(box, args={"record": to_json(record)}, key="m2/request_callback")

    with sessions.begin() as session:
        made = service.request_callback(session, call, deployment=deployment)

    with sessions() as session:
        row = store.find(session, made)
        assert (row.kind, row.state, row.phone_shared) == ("callback", "new", True)
        assert row.due_at == datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


def test_a_call_back_without_a_number_is_refused(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    call = Call(box, args={"record": {}}, key="m2/request_callback")

    with sessions.begin() as session, pytest.raises(InvalidInput):
        service.request_callback(session, call, deployment=deployment)


def test_what_is_told_afterwards_is_added_to_hers_only(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    made = make(sessions, deployment, Call(box))
    told = {"reference": reference("m1/create_referral"), "record": {"extra": {"address": "12"}}}
    with sessions.begin() as session:
        stranger = Call(box, args=told, key="m3/add_to_referral", person_id="p2")
        assert service.add_details(session, stranger) is None
        assert service.add_details(session, Call(box, args=told, key="m4/add")) == made

    with sessions() as session:
        assert open_details(store.find(session, made), box)["extra"] == {"address": "12"}


def test_a_referral_moves_with_actor_reason_and_message(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    made = make(sessions, deployment, Call(box))
    with sessions.begin() as session:
        service.change_state(session, made, change(Event.TRIAGE), box=box, now=NOW)
        tried = Tried("call", "no_answer", "staff1", "rang twice")
        service.log_attempt(session, made, tried, box=box, now=NOW)
        service.log_attempt(session, made, Tried("call", "reached", "staff1"), box=box, now=NOW)
        service.change_state(session, made, change(Event.ACCEPT), box=box, now=NOW)

    with sessions() as session:
        trail = store.history(session, made)
        assert [(e.event, e.to_state) for e in trail] == [
            ("sent", "new"),
            ("triage", "triaged"),
            ("attempt", "contact_attempted"),
            ("reach", "reached"),
            ("accept", "accepted"),
        ]
        assert [e.seq for e in trail] == [1, 2, 3, 4, 5]
        assert trail[-1].reason_sealed is not None
        assert b"as agreed" not in trail[-1].reason_sealed
        assert [a.outcome for a in store.attempts(session, made)] == ["no_answer", "reached"]


def test_a_repeated_change_writes_nothing(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    made = make(sessions, deployment, Call(box))
    with sessions.begin() as session:
        for _ in range(2):
            service.change_state(session, made, change(Event.TRIAGE), box=box, now=NOW)

    with sessions() as session:
        assert len(store.history(session, made)) == 2


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (Change(Event.TRIAGE, "s", " ", NO_MESSAGE), InvalidInput),
        (Change(Event.TRIAGE, "s", "why", ""), InvalidInput),
        (Change(Event.TRIAGE, "s", "why", NO_MESSAGE, version=9), Conflict),
        (Change(Event.ACCEPT, "s", "why", NO_MESSAGE), Conflict),
    ],
)
def test_a_change_without_reason_decision_or_right_is_refused(
    sessions: Sessions, deployment: Deployment, box: Box, given: Change, error: type[Exception]
) -> None:
    made = make(sessions, deployment, Call(box))

    with sessions.begin() as session, pytest.raises(error):
        service.change_state(session, made, given, box=box, now=NOW)


def test_there_is_no_change_of_nothing(sessions: Sessions, box: Box) -> None:
    with sessions.begin() as session, pytest.raises(NotFound):
        service.change_state(session, "nothing", change(Event.TRIAGE), box=box, now=NOW)


def test_the_worklist_has_what_is_due_first_and_no_closed_ones(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    first = make(sessions, deployment, Call(box))
    call = Call(box, key="m2/request_callback")
    with sessions.begin() as session:
        sooner = service.request_callback(session, call, deployment=deployment)
        gone = make_in(session, deployment, box)
        service.change_state(session, gone, change(Event.WITHDRAW), box=box, now=NOW)

    with sessions() as session:
        assert [r.id for r in store.worklist(session)] == [sooner, first]
        assert len(store.worklist(session, only_open=False)) == 3


def make_in(session: Any, deployment: Deployment, box: Box) -> str:
    call = Call(box, key="m9/create_referral")
    return service.create_from_effect(session, call, deployment=deployment)


def test_the_assistant_sees_of_a_referral_only_how_it_stands(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    make(sessions, deployment, Call(box))

    found = store.Referrals(sessions).of_conversation("c1")

    assert [(s.kind, s.state, s.phone_shared) for s in found] == [("referral", "new", False)]
    assert store.Referrals(sessions).of_conversation("another") == ()


def test_owner_and_copied_mark_are_noted_in_the_trail(
    sessions: Sessions, deployment: Deployment, box: Box
) -> None:
    made = make(sessions, deployment, Call(box))
    with sessions.begin() as session:
        service.assign(session, made, owner="staff2", actor="staff1", now=NOW)
        service.mark_copied(session, made, actor="staff2", now=NOW)
        service.mark_copied(session, made, actor="staff1", now=NOW)

    with sessions() as session:
        row = store.find(session, made)
        assert (row.owner, row.copied_by) == ("staff2", "staff2")
        assert [e.event for e in store.history(session, made)] == ["sent", "assigned", "copied"]
