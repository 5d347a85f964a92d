"""Finds one conversation or referral by what somebody has at hand; words of parents are sealed.

A phone number, a reference or the end of an id comes by POST, so that it stands in no address.
"""

import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.crypto import Keyring
from common.errors import InvalidInput, NotFound
from common.ids import is_reference
from conversations import people
from conversations.tables import Conversation
from referrals.phones import read_phone
from referrals.tables import Referral

_SHORTEST: Final = 6
_ID = re.compile(rf"[0-9a-f]{{{_SHORTEST},32}}")


def find(session: Session, keyring: Keyring, given: str) -> str:
    """The page that what was given leads to.

    Args:
        session: only read from.
        keyring: to find a number without opening anything.
        given: a reference such as `K7QM-3XRB`, a phone number that texts come from, or the last
            six or more characters of an id.

    Raises:
        InvalidInput: it is none of these.
        NotFound: nothing has it.
    """
    text = given.strip()
    if is_reference(text):
        return _by_reference(session, text)
    phone = read_phone(text, expecting=True).phone
    if phone is not None and phone.number is not None:
        found = people.find(session, keyring, channel="sms", address=phone.number)
        if found is None:
            raise NotFound("No conversation by SMS has this number.")
        return f"/conversations/{found.id}"
    if _ID.fullmatch(text.lower()):
        return _by_id(session, text.lower())
    raise InvalidInput(
        "Give a reference, a mobile number, or the last six characters of a conversation.",
        code="find",
    )


def _by_reference(session: Session, text: str) -> str:
    plain = re.sub(r"[^A-Z0-9]", "", text.upper())
    row_id = session.scalar(
        select(Referral.id).where(Referral.reference == f"{plain[:4]}-{plain[4:]}")
    )
    if row_id is None:
        raise NotFound("No referral has this reference.")
    return f"/referrals/{row_id}"


def _by_id(session: Session, end: str) -> str:
    found = session.scalars(
        select(Conversation.id).where(Conversation.id.endswith(end, autoescape=True)).limit(2)
    ).all()
    if len(found) > 1:
        raise InvalidInput("Several conversations end so. Give more of it.", code="find")
    if not found:
        raise NotFound("No conversation ends so.")
    return f"/conversations/{found[0]}"
