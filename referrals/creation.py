"""Writes down what a turn's effects ask for: a referral, a callback, later details; no commit."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Box
from common.deployment import Deployment
from common.errors import InvalidInput
from common.ids import derived_id, reference
from referrals import eligibility
from referrals.due import due_at
from referrals.history import note
from referrals.model import Record, from_json, to_json
from referrals.states import State
from referrals.tables import Referral, where

_SOURCES: Final = {
    "mother": "self",
    "father": "self",
    "parent": "self",
    "carer": "self",
    "partner": "family",
    "grandparent": "family",
    "other": "family",
    "professional": "professional",
}


class EffectCall(Protocol):
    """What is used of an effect (conversations.model.EffectCall has it)."""

    @property
    def key(self) -> str:
        """Unique; ids and references derive from it."""
        ...

    @property
    def args(self) -> Mapping[str, Any]:
        """Of the effect."""
        ...

    @property
    def conversation_id(self) -> str:
        """Where it came from."""
        ...

    @property
    def person_id(self) -> str:
        """Whose it is."""
        ...

    @property
    def channel(self) -> str:
        """Of the conversation."""
        ...

    @property
    def box(self) -> Box:
        """Of the person."""
        ...

    @property
    def now(self) -> datetime:
        """The moment of the turn, aware."""
        ...


def create_from_effect(session: Session, call: EffectCall, *, deployment: Deployment) -> str:
    """Write the referral of a `create_referral` effect down; the same key gives the same row.

    Args:
        call: args `{"record": JSON of Record}`; "this number" stays so in the record, since the
            address is the conversation's.

    Returns:
        The id of the referral.

    Raises:
        InvalidInput: there is no consent in the record; nothing is kept.
    """
    record = from_json(call.args["record"])
    if record.consent is not True:
        raise InvalidInput("a referral without consent is not kept", code="no_consent")
    days = deployment.expected_waits.first_contact
    return _create(session, call, record, deployment=deployment, kind="referral", days=days)


def request_callback(session: Session, call: EffectCall, *, deployment: Deployment) -> str:
    """Write a `request_callback` effect down: a number and a time are enough.

    Returns:
        The id of the row in the worklist.
    """
    record = from_json(call.args["record"])
    if record.phone is None:
        raise InvalidInput("a call needs a number", code="no_phone")
    days = deployment.expected_waits.callback
    return _create(session, call, record, deployment=deployment, kind="callback", days=days)


def add_details(session: Session, call: EffectCall) -> str | None:
    """Put what a parent told after sending (`add_to_referral`) into her referral.

    Args:
        call: args `{"reference", "record": JSON}`.

    Returns:
        The id of the referral; None where it is not hers or is gone.
    """
    referral = session.scalars(
        select(Referral).where(
            Referral.reference == str(call.args["reference"]),
            Referral.person_id == call.person_id,
        )
    ).first()
    if referral is None:
        return None
    kept = open_details(referral, call.box)
    told = dict(call.args["record"])
    kept["extra"] = {**kept.get("extra", {}), **told.pop("extra", {})}
    kept.update({k: v for k, v in told.items() if k != "consent"})
    referral.details_sealed = _seal(call.box, referral.id, kept)
    referral.version += 1
    note(session, referral, "told_more", before=referral.state, actor="parent", at=call.now)
    return referral.id


def open_details(referral: Referral, box: Box) -> dict[str, Any]:
    """The record of a referral as JSON values (see referrals.model.from_json)."""
    found = box.open(referral.details_sealed, where=where("referrals", "details", referral.id))
    return dict(found)


def record_of(referral: Referral, box: Box) -> Record:
    """The record of a referral."""
    return from_json(open_details(referral, box))


def _create(
    session: Session,
    call: EffectCall,
    record: Record,
    *,
    deployment: Deployment,
    kind: str,
    days: int | None,
) -> str:
    referral_id = derived_id("referral", call.key)
    if session.get(Referral, referral_id) is not None:
        return referral_id
    local = deployment.local(call.now)
    decision = eligibility.decide(
        deployment.eligibility, home=record.postcode, baby=record.baby, today=local.date()
    )
    referral = Referral(
        id=referral_id,
        effect_key=call.key,
        kind=kind,
        reference=reference(call.key),
        person_id=call.person_id,
        conversation_id=call.conversation_id,
        channel=call.channel,
        state=State.NEW.value,
        source_of_referral=_SOURCES.get(record.for_whom or "", "unknown"),
        eligibility=decision.reason,
        district=record.postcode.district_code if record.postcode else None,
        baby_stage=_stage(record, local.date()),
        baby_date_estimated=bool(record.baby and record.baby.estimated),
        phone_shared=record.phone_shared,
        details_sealed=_seal(call.box, referral_id, to_json(record)),
        created_at=call.now,
        due_at=_due(deployment, local, days),
    )
    session.add(referral)
    session.flush()
    event = note(session, referral, "sent", before=None, actor="parent", at=call.now)
    event.message_key = f"utter_referral_{'sent' if kind == 'referral' else 'callback_asked'}"
    return referral_id


def _stage(record: Record, today: date) -> str | None:
    return eligibility.stage_of(record.baby, today) if record.baby else None


def _due(deployment: Deployment, local: datetime, days: int | None) -> datetime | None:
    if days is None:
        return None
    hours = deployment.teams["clinicians"].hours
    return due_at(local, days, hours=hours, closed=deployment.is_holiday)


def _seal(box: Box, referral_id: str, details: Mapping[str, Any]) -> bytes:
    return box.seal(dict(details), where=where("referrals", "details", referral_id))
