"""What became of a conversation: its referrals, flags and opt-outs, as plain JSON values."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Box, Keyring
from conversations import flags, people
from conversations.states import Route
from conversations.tables import Conversation, Flag, Inbound
from referrals import creation
from referrals.tables import Referral


def of_address(
    session: Session, keyring: Keyring, *, channel: str, address: str
) -> dict[str, Any]:
    """The records that resulted: `referrals`, `flags`, `opt_outs`; empty lists where none did."""
    conversation = people.find(session, keyring, channel=channel, address=address)
    if conversation is None:
        return {"referrals": [], "flags": [], "opt_outs": []}
    box = people.box_for(session, keyring, conversation.person_id)
    return {
        "referrals": [_referral(r, box) for r in _referrals(session, conversation)],
        "flags": [_flag(session, f, box) for f in _flags(session, conversation)],
        "opt_outs": _opt_outs(session, conversation),
    }


def _referrals(session: Session, conversation: Conversation) -> list[Referral]:
    query = select(Referral).where(Referral.conversation_id == conversation.id)
    return list(session.scalars(query.order_by(Referral.created_at)))


def _referral(row: Referral, box: Box) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "reference": row.reference,
        "state": row.state,
        "source_of_referral": row.source_of_referral,
        "eligibility": row.eligibility,
        "district": row.district,
        "baby_stage": row.baby_stage,
        "baby_date_estimated": row.baby_date_estimated,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        **creation.open_details(row, box),
    }


def _flags(session: Session, conversation: Conversation) -> list[Flag]:
    query = select(Flag).where(Flag.conversation_id == conversation.id)
    return list(session.scalars(query.order_by(Flag.raised_at)))


def _flag(session: Session, row: Flag, box: Box) -> dict[str, Any]:
    seq = session.scalar(select(Inbound.seq).where(Inbound.id == row.inbound_id))
    return {
        "tier": row.tier,
        "classes": list(row.classes),
        "evidence": flags.evidence(row, box),
        "joins_earlier": row.joins is not None,
        "seq": seq,
    }


def _opt_outs(session: Session, conversation: Conversation) -> list[dict[str, Any]]:
    asked = session.scalars(
        select(Inbound).where(
            Inbound.conversation_id == conversation.id, Inbound.control == "stop"
        )
    )
    found = [{"said": "stop", "seq": row.seq} for row in asked]
    if conversation.route != Route.OPEN:
        found.append({"route": conversation.route, "code": conversation.route_code})
    return found
