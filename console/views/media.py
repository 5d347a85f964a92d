"""Opens a photo, voice note or file of a parent; every opening is in the audit log first."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from common.errors import NotFound
from console import audit
from console.permissions import Permission, Who, require, services_of
from conversations import people, transcript
from conversations.tables import Conversation, Inbound

router = APIRouter()
# Shown by the browser; everything else is only offered for saving.
_SHOWN: Final = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "audio/mp4"}
)


@router.get("/media/{inbound_id}")
def fetch(
    request: Request,
    inbound_id: str,
    who: Annotated[Who, Depends(require(Permission.OPEN_MEDIA))],
) -> Response:
    """The file, never kept by us or by the browser."""
    services = services_of(request)
    ledger = services.ledger
    with ledger.sessions.begin() as db:
        row = db.get(Inbound, inbound_id)
        if row is None:
            raise NotFound("There is no such message.")
        conversation = db.get_one(Conversation, row.conversation_id)
        box = people.box_for(db, ledger.keyring, conversation.person_id)
        media = transcript.open_inbound(row, box).get("media")
        subject, now = ("inbound", inbound_id), ledger.clock.now()
        audit.record(db, who.staff_id, action="media.opened", subject=subject, now=now)
    if not media or services.media is None:
        raise NotFound("There is no file with this message.")
    found = services.media.fetch(channel=row.channel, media=media)
    kind = found.content_type.partition(";")[0].strip().lower()
    shown = kind in _SHOWN
    return Response(
        found.body,
        media_type=kind if shown else "application/octet-stream",
        headers={
            "content-disposition": "inline" if shown else 'attachment; filename="file"',
            "content-security-policy": "sandbox; default-src 'none'; img-src 'self'; "
            "media-src 'self'",
        },
    )
