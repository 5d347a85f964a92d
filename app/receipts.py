"""Brings a delivery receipt to the row it is about: a parent's message, or a page to staff."""

from datetime import datetime

from alerts import receipts as of_pages
from common.db import Sessions, reading
from conversations import receipts as of_messages
from conversations.receipts import DeliveryReceipt


def apply(sessions: Sessions, receipt: DeliveryReceipt, *, now: datetime) -> bool:
    """Apply one receipt; False where nobody knows its message."""
    if receipt.outbound_id is not None:
        with reading(sessions) as session:
            is_page = of_pages.is_page(session, receipt.outbound_id)
        if is_page:
            return of_pages.apply(sessions, receipt, now=now)
    return of_messages.apply(sessions, receipt, now=now)
