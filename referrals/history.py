"""The trail of a referral: one row for each change, numbered; it commits nothing."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.ids import new_id
from referrals.tables import Referral, ReferralEvent

NO_MESSAGE: Final = "none"
"""Told on purpose: this change is not announced to the parent."""


def note(
    session: Session,
    referral: Referral,
    event: str,
    *,
    before: str | None,
    actor: str,
    at: datetime,
) -> ReferralEvent:
    """Write that something happened to a referral whose new state is already set."""
    last = session.scalar(
        select(func.max(ReferralEvent.seq)).where(ReferralEvent.referral_id == referral.id)
    )
    row = ReferralEvent(
        id=new_id(),
        referral_id=referral.id,
        seq=(last or 0) + 1,
        event=event,
        from_state=before,
        to_state=referral.state,
        actor=actor,
        message_key=NO_MESSAGE,
        at=at,
    )
    session.add(row)
    session.flush()
    return row
