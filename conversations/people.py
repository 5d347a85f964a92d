"""Who writes: finds or makes the person and the conversation behind an address."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.crypto import Box, Keyring
from common.errors import NotFound
from common.ids import new_id
from conversations.tables import Conversation, Outbound, Person, where

_KEY = select(Person.wrapped_key).where(Person.id == bindparam("id"))
_BY_ADDRESS = select(Conversation).where(
    Conversation.channel == bindparam("channel"),
    Conversation.address_index == bindparam("index"),
)
_LOCKED = (
    select(Conversation)
    .where(Conversation.id == bindparam("id"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_LOCKED_BY_ADDRESS = _BY_ADDRESS.with_for_update(key_share=True).execution_options(
    populate_existing=True
)


def box_for(session: Session, keyring: Keyring, person_id: str) -> Box:
    """The box that opens this person's data.

    Raises:
        NotFound: the person was erased: nothing of theirs opens any more.
    """
    return open_box(keyring, session.scalar(_KEY, {"id": person_id}))


def open_box(keyring: Keyring, wrapped_key: bytes | None) -> Box:
    """The box of the person whose wrapped key was read along with something else.

    Raises:
        NotFound: the person was erased: nothing of theirs opens any more.
    """
    if wrapped_key is None:
        raise NotFound("this person's data was erased")
    return keyring.box(wrapped_key)


def address_index(keyring: Keyring, channel: str, address: str) -> str:
    """The fingerprint under which an address is found."""
    return keyring.blind_index(f"address/{channel}", address)


def find(session: Session, keyring: Keyring, *, channel: str, address: str) -> Conversation | None:
    """The conversation with an address, or None."""
    index = address_index(keyring, channel, address)
    return session.scalar(_BY_ADDRESS, {"channel": channel, "index": index})


def lock(session: Session, conversation_id: str) -> Conversation:
    """The conversation, locked until the transaction ends and read afresh.

    Raises:
        NotFound: there is no such conversation.
    """
    row = session.scalar(_LOCKED, {"id": conversation_id})
    if row is None:
        raise NotFound("no such conversation")
    return row


def lock_address(
    session: Session, keyring: Keyring, *, channel: str, address: str
) -> Conversation | None:
    """The conversation with an address, locked until the transaction ends, or None."""
    index = address_index(keyring, channel, address)
    return session.scalar(_LOCKED_BY_ADDRESS, {"channel": channel, "index": index})


def make(
    session: Session, keyring: Keyring, *, channel: str, address: str, now: datetime
) -> Conversation:
    """A new conversation of a new person, locked; or the one that somebody else made just now."""
    person = Person(id=new_id(), wrapped_key=keyring.new_wrapped_key(), created_at=now)
    row_id = new_id()
    sealed = keyring.box(person.wrapped_key or b"").seal(
        address, where=where("conversations", "address", row_id)
    )
    row = Conversation(
        id=row_id,
        person_id=person.id,
        channel=channel,
        address_index=address_index(keyring, channel, address),
        address_sealed=sealed,
        created_at=now,
        last_activity_at=now,
    )
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
            session.add(row)
            session.flush()
    except IntegrityError:
        # Two first messages of one new sender met; the other transaction made the row.
        other = lock_address(session, keyring, channel=channel, address=address)
        if other is None:
            raise
        return other
    return row


def address_of(conversation: Conversation, box: Box) -> str:
    """The phone number, chat id or web session behind a conversation."""
    return str(
        box.open(
            conversation.address_sealed or b"",
            where=where("conversations", "address", conversation.id),
        )
    )


def close_route(session: Session, conversation_id: str, *, route: str, code: str | None) -> None:
    """Note that nothing can be sent to this conversation's address any more."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(route=route, route_code=code)
    )


def erase(session: Session, person_id: str, *, now: datetime) -> None:
    """Destroy the key and the fingerprints of the addresses; only ids and times stay."""
    session.execute(
        update(Person).where(Person.id == person_id).values(wrapped_key=None, erased_at=now)
    )
    session.execute(
        update(Conversation)
        .where(Conversation.person_id == person_id)
        .values(
            address_index=None,
            address_sealed=None,
            snapshot_sealed=None,
            route="invalid",
            route_code="erased",
            turn_due_at=None,
            send_due_at=None,
            stage=None,
            district=None,
            loss_at=None,
            loss_by=None,
            loss_surviving=False,
            young=None,
            crisis=None,
            crisis_class=None,
            crisis_at=None,
            crisis_form=False,
            privacy=None,
            privacy_at=None,
            clear_due_at=None,
        )
    )
    hers = select(Conversation.id).where(Conversation.person_id == person_id)
    session.execute(update(Outbound).where(Outbound.conversation_id.in_(hers)).values(about=None))
