"""What a carrier says later of a page by text: it arrived, or it is sent again; sends nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.service import RETRY
from alerts.tables import AlertPage
from common.db import Sessions
from common.log import logger
from conversations.receipts import DeliveryReceipt
from conversations.states import FAILED, Delivery

log = logger()


def is_page(session: Session, row_id: str) -> bool:
    """Whether this id is a page of ours."""
    return session.scalar(select(AlertPage.id).where(AlertPage.id == row_id)) is not None


def apply(sessions: Sessions, receipt: DeliveryReceipt, *, now: datetime) -> bool:
    """Apply a receipt to the page it names; False where it names none of ours.

    A page that the carrier could not deliver is due again, as often as a page is tried at all.
    """
    if receipt.outbound_id is None:
        return False
    with sessions.begin() as session:
        page = session.get(AlertPage, receipt.outbound_id, with_for_update=True)
        if page is None:
            return False
        if receipt.state == Delivery.DELIVERED:
            page.delivered_at = page.delivered_at or now
            page.failure = None
        elif receipt.state in FAILED and page.delivered_at is None:
            page.sent_at, page.failure, page.not_before = None, "undelivered", now + RETRY
            log.warning("page.undelivered", route=page.route, code=receipt.code)
        return True
