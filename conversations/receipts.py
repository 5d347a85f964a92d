"""Applies delivery receipts: they may repeat, come late and in any order; a state only rises."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from common.db import Sessions
from common.log import logger
from conversations import people, tasks
from conversations.states import FAILED, Delivery, Lane, after_receipt
from conversations.tables import Outbound

log = logger()

# Texts whose loss a person must know of at once, whatever their lane.
_MATTERS = ("referral", "utter_referral", "crisis", "gentle")


_OURS = select(Outbound).where(Outbound.channel == bindparam("channel")).with_for_update()
_BY_OUR_ID = _OURS.where(Outbound.id == bindparam("id"))
_BY_THEIR_ID = _OURS.where(Outbound.provider_message_id == bindparam("id"))


@dataclass(frozen=True)
class DeliveryReceipt:
    """A provider's later word on an outbound message, found by our id or by theirs."""

    channel: str
    state: Delivery
    outbound_id: str | None = None
    provider_message_id: str | None = None
    code: str | None = None
    closes_route: str | None = None


def apply(sessions: Sessions, receipt: DeliveryReceipt, *, now: datetime) -> bool:
    """Apply one receipt; False where the message is unknown."""
    with sessions.begin() as session:
        row = _find(session, receipt)
        if row is None:
            log.warning("receipt.unknown", channel=receipt.channel, state=receipt.state)
            return False
        if receipt.provider_message_id and row.provider_message_id is None:
            row.provider_message_id = receipt.provider_message_id
        before = Delivery(row.state)
        row.state = after_receipt(before, receipt.state)
        if row.state != before:
            _moved(session, row, receipt, now)
        log.info("receipt.applied", message_id=row.id, channel=row.channel, state=row.state)
        return True


def _find(session: Session, receipt: DeliveryReceipt) -> Outbound | None:
    ours = receipt.outbound_id is not None
    given = {"channel": receipt.channel, "id": receipt.outbound_id or receipt.provider_message_id}
    if receipt.state in FAILED or receipt.closes_route:
        # The conversation before its messages, as everywhere: so nobody waits in a circle.
        mine = Outbound.id if ours else Outbound.provider_message_id
        conversation_id = session.scalar(
            select(Outbound.conversation_id).where(
                Outbound.channel == receipt.channel, mine == given["id"]
            )
        )
        if conversation_id is None:
            return None
        people.lock(session, conversation_id)
    return session.scalar(_BY_OUR_ID if ours else _BY_THEIR_ID, given)


def _moved(session: Session, row: Outbound, receipt: DeliveryReceipt, now: datetime) -> None:
    if row.state == Delivery.DELIVERED:
        row.delivered_at = now
        row.sent_at = row.sent_at or now
        return
    if row.state not in FAILED:
        return
    row.code = receipt.code or row.code
    if receipt.closes_route:
        people.close_route(
            session, row.conversation_id, route=receipt.closes_route, code=receipt.code
        )
    if row.lane == Lane.CRISIS or row.message_key.startswith(_MATTERS) or receipt.closes_route:
        tasks.open_task(
            session,
            row.conversation_id,
            kind="failed_delivery",
            about_id=row.id,
            note=f"{row.lane} {row.message_key} {row.code or ''}"[:200],
            now=now,
        )
