"""Who may do what: permissions, the roles that have them, and the dependency of every route."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from common.crypto import same
from common.db import reading
from common.errors import NotAllowed
from console import sign_in
from console.badges import Badges, count
from console.services import ConsoleServices


class Permission(StrEnum):
    """One thing that a member of staff may do."""

    OWN_ACCOUNT = "own_account"
    READ_CONVERSATIONS = "read_conversations"
    REPLY = "reply"
    WRITE_NOTES = "write_notes"
    REVIEW = "review"
    OPEN_MEDIA = "open_media"
    SET_LOSS = "set_loss"
    READ_FLAGS = "read_flags"
    ACKNOWLEDGE_FLAGS = "acknowledge_flags"
    EXPORT_EXAMPLES = "export_examples"
    ERASE = "erase"
    READ_TASKS = "read_tasks"
    DO_TASKS = "do_tasks"
    READ_REFERRALS = "read_referrals"
    WORK_REFERRALS = "work_referrals"
    READ_AUDIT = "read_audit"
    MANAGE_STAFF = "manage_staff"
    READ_DIRECTORY = "read_directory"
    CORRECT_DIRECTORY = "correct_directory"
    READ_WORDS = "read_words"
    APPROVE_WORDS = "approve_words"
    READ_INSIGHT = "read_insight"
    ENTER_ACTIVITY = "enter_activity"


class Role(StrEnum):
    """What a member of staff is."""

    ENGAGEMENT_WORKER = "engagement_worker"
    CLINICIAN = "clinician"
    MANAGER = "manager"
    ADMIN = "admin"


_P = Permission
_CONVERSATIONS: Final = frozenset(
    {
        _P.OWN_ACCOUNT,
        _P.READ_CONVERSATIONS,
        _P.REPLY,
        _P.WRITE_NOTES,
        _P.REVIEW,
        _P.OPEN_MEDIA,
        _P.SET_LOSS,
        _P.READ_FLAGS,
        _P.ACKNOWLEDGE_FLAGS,
        _P.READ_TASKS,
        _P.DO_TASKS,
        _P.READ_REFERRALS,
        _P.ENTER_ACTIVITY,
        _P.READ_DIRECTORY,
        _P.CORRECT_DIRECTORY,
        _P.READ_WORDS,
    }
)
# An admin keeps accounts and the audit log in order and reads no parent's words.
ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ENGAGEMENT_WORKER: _CONVERSATIONS,
    Role.CLINICIAN: _CONVERSATIONS | {_P.WORK_REFERRALS, _P.APPROVE_WORDS},
    Role.MANAGER: _CONVERSATIONS
    | {
        _P.WORK_REFERRALS,
        _P.APPROVE_WORDS,
        _P.READ_AUDIT,
        _P.EXPORT_EXAMPLES,
        _P.ERASE,
        _P.READ_INSIGHT,
    },
    Role.ADMIN: frozenset({_P.OWN_ACCOUNT, _P.READ_AUDIT, _P.MANAGE_STAFF, _P.READ_INSIGHT}),
}
ROLE_NAMES: Final[Mapping[str, str]] = {
    Role.ENGAGEMENT_WORKER: "Engagement worker",
    Role.CLINICIAN: "Clinician",
    Role.MANAGER: "Manager",
    Role.ADMIN: "Administrator",
}


@dataclass(frozen=True)
class Who:
    """The member of staff behind a request."""

    staff_id: str
    name: str
    role: Role
    session_id: str
    csrf: str
    badges: Badges

    def may(self, permission: str) -> bool:
        """Whether the role has this permission."""
        return Permission(permission) in ROLES[self.role]


class NotSignedIn(NotAllowed):
    """The request has no living session.

    Attributes:
        to: where the browser is sent.
    """

    def __init__(self, to: str = "/sign-in") -> None:
        super().__init__("You are not signed in.")
        self.to = to


@dataclass(frozen=True)
class Require:
    """A route's dependency: a living session, the permission, and on POST the form's token."""

    permission: Permission

    async def __call__(self, request: Request) -> Who:
        """The member of staff.

        Raises:
            NotSignedIn: there is no session, or a step of the sign-in is missing.
            NotAllowed: the role lacks the permission, or the form was not ours.
        """
        who = await run_in_threadpool(_who, request, self.permission)
        request.state.who = who
        if not who.may(self.permission):
            raise NotAllowed("Your role does not open this page.")
        if request.method not in {"GET", "HEAD"}:
            await check_token(request, who.csrf)
        return who


@dataclass(frozen=True)
class Anyone:
    """Marks a route that needs no session; every use of it is listed in a test."""

    why: str

    async def __call__(self) -> None:
        """Let everybody in."""


def require(permission: Permission) -> Require:
    """The dependency that a route declares."""
    return Require(permission)


async def check_token(request: Request, expected: str) -> None:
    """Refuse a form that our own page did not make.

    Raises:
        NotAllowed: the token is missing or another one.
    """
    form: Any = await request.form()
    token = form.get("csrf")
    if not isinstance(token, str) or not same(token, expected):
        raise NotAllowed("The form was out of date. Go back, reload the page and try again.")


def services_of(request: Request) -> ConsoleServices:
    """What `create_console` was given."""
    services: ConsoleServices = request.app.state.services
    return services


def _who(request: Request, permission: Permission) -> Who:
    services = services_of(request)
    token = request.cookies.get(sign_in.cookie_name(services), "")
    polling = request.headers.get("x-poll") == "1"
    now = services.ledger.clock.now()
    found = sign_in.find(services.ledger.sessions, token, now=now, touch=not polling)
    if found is None:
        raise NotSignedIn
    staff, session = found
    if staff.totp_sealed is not None and session.verified_at is None:
        raise NotSignedIn("/sign-in/code")
    own = permission is Permission.OWN_ACCOUNT
    if staff.first_password and not own:
        raise NotSignedIn("/account#change")
    if services.must_verify and staff.totp_sealed is None and not own:
        raise NotSignedIn("/account/two-step")
    with reading(services.ledger.sessions) as db:
        badges = count(db)
    return Who(
        staff_id=staff.id,
        name=staff.name,
        role=Role(staff.role),
        session_id=session.id,
        csrf=services.ledger.keyring.blind_index("console/csrf", token),
        badges=badges,
    )
