"""Turn tokens: what an action may know of the message it works for, signed and short-lived."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.crypto import same, sign
from common.errors import NotAllowed

LIVES_FOR = timedelta(minutes=2)


@dataclass(frozen=True)
class TurnToken:
    """The conversation and message that an action works for."""

    conversation_id: str
    message_id: str
    channel: str


def issue(secret: str, token: TurnToken, *, now: datetime) -> str:
    """A signed token that holds for two minutes."""
    ends = (now + LIVES_FOR).timestamp()
    body = json.dumps([token.conversation_id, token.message_id, token.channel, ends])
    packed = base64.urlsafe_b64encode(body.encode()).decode()
    return f"{packed}.{sign(secret.encode(), packed)}"


def read(secret: str, text: str, *, now: datetime) -> TurnToken:
    """The token, if we signed it and it still holds.

    Raises:
        NotAllowed: it is not ours, was changed, or is too old.
    """
    packed, _, signature = text.partition(".")
    if not same(signature, sign(secret.encode(), packed)):
        raise NotAllowed("the turn token is not ours")
    try:
        conversation_id, message_id, channel, ends = json.loads(base64.urlsafe_b64decode(packed))
    except (binascii.Error, ValueError) as e:
        raise NotAllowed("the turn token is malformed") from e
    if now.timestamp() > float(ends):
        raise NotAllowed("the turn token is too old")
    return TurnToken(conversation_id, message_id, channel)
