"""Ready-made replies: approved words that staff pick instead of writing their own."""

from typing import Final

from sqlalchemy.orm import Session

from common.errors import InvalidInput
from console.services import ConsoleServices
from conversations import approvals
from conversations.model import Reply
from conversations.tables import Conversation

_PREFIX: Final = "console.ready."


def offered(session: Session, services: ConsoleServices, row: Conversation) -> dict[str, str]:
    """The words by key, as this parent would read them; in live mode only approved ones."""
    found: dict[str, str] = {}
    for key in services.shelf.messages.get(approvals.ENGLISH, {}):
        if not key.startswith(_PREFIX):
            continue
        language = row.language if services.ledger.renderer.speaks(key, row.language) else ""
        spoken = language or approvals.ENGLISH
        sha256 = services.shelf.messages[spoken][key].hash()
        if services.demo or approvals.is_approved(session, key, sha256, spoken):
            rendered = services.ledger.renderer.render(
                Reply(key), channel=row.channel, language=spoken, stage=row.stage
            )
            found[key] = rendered.text
    return found


def check(session: Session, services: ConsoleServices, row: Conversation, key: str) -> None:
    """Refuse a key that was not offered.

    Raises:
        InvalidInput: it is none of those that this parent may be sent.
    """
    if key not in offered(session, services, row):
        raise InvalidInput("Choose one of the ready-made replies.")
