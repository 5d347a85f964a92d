"""Draws pages: one Jinja environment with autoescape, and what every page needs around it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader

from console import words
from console.permissions import ROLE_NAMES, Who, services_of

HERE: Final = Path(__file__).parent
STYLESHEET: Final = "/assets/nhsuk-frontend.min.css"
# What a page says after a form was taken; the address carries only the code.
DONE: Final[Mapping[str, str]] = {
    "taken": "You hold this conversation. The assistant is silent until you hand it back.",
    "handed_back": "Handed back. The assistant answers again.",
    "replied": "Your message is on its way.",
    "noted": "Note added.",
    "erased": "Erased. Nobody can read this parent's words any more.",
    "reviewed": "Marked as reviewed.",
    "bulk_reviewed": "Marked as reviewed.",
    "bulk_some": "Marked as reviewed, but for those that changed meanwhile or have an open flag.",
    "queue_empty": "Marked as reviewed. That was the last one in the queue.",
    "acknowledged": "Flag acknowledged.",
    "loss_set": "The loss is set.",
    "loss_undone": "The loss was taken back.",
    "marked": "Marked.",
    "mark_taken_back": "The mark was taken back.",
    "task_done": "Task closed.",
    "referral_changed": "Referral updated.",
    "password": "Password changed. Your other sessions were ended.",
    "two_step": "Two-step sign-in is on.",
    "sessions": "Your other sessions were ended.",
    "staff_added": "Account added.",
    "staff_changed": "Account changed.",
    "service_checked": "Marked as checked today.",
    "service_changed": "Changed. Answers have the new details from now on.",
    "service_closed": "Closed. No answer names it from now on.",
    "service_open": "Open again.",
    "correction_taken_back": "Taken back: it is as it was before.",
    "words_approved": "Approved, in your name.",
    "words_next": "Approved, in your name. This is the next one.",
    "words_last": "Approved, in your name. That was the last one.",
    "change_wanted": "Noted. Whoever edits the words sees it here.",
    "activity_entered": "Entered.",
    "activity_taken_back": "Taken back: it is no longer counted.",
}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates, ours first and then those of the NHS.UK frontend; made at first use."""
    env = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader(HERE / "templates"), PackageLoader("nhsuk_frontend_jinja")]
        ),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        stylesheet=STYLESHEET, words=words, label=words.label, role_names=ROLE_NAMES
    )
    env.filters.update(plain=words.plain, short_id=words.short_id, percent=_percent)
    return env


def _percent(share: float | None) -> str:
    return "" if share is None else f"{round(share * 100)}%"


def page(
    request: Request, template: str, *, status: int = 200, here: str = "", **values: Any
) -> HTMLResponse:
    """A page.

    Args:
        request: whose `state.who` says who reads it, if anybody is signed in.
        template: a file in `templates/`.
        status: of the response.
        here: the entry of the menu to mark as current.
        values: for the template.
    """
    services = services_of(request)
    who: Who | None = getattr(request.state, "who", None)
    now, zone = services.ledger.clock.now(), services.zone
    body = (
        environment()
        .get_template(template)
        .render(
            who=who,
            csrf=who.csrf if who is not None else "",
            here=here,
            path=request.url.path,
            services=services,
            now=now,
            done=DONE.get(request.query_params.get("done", "")),
            when=lambda moment: words.when(moment, zone),
            when_short=lambda moment: words.when_short(moment, now, zone),
            ago=lambda moment: words.ago(moment, now),
            **values,
        )
    )
    return HTMLResponse(body, status)


def see(path: str, *, done: str | None = None, at: str = "") -> RedirectResponse:
    """Send the browser on after a form, so that reloading does not send it again.

    Args:
        path: a page of the console.
        done: a key of `DONE`.
        at: an element of the page to go to.
    """
    joined = "&" if "?" in path else "?"
    query = f"{joined}done={done}" if done else ""
    return RedirectResponse(f"{path}{query}{'#' + at if at else ''}", 303)


def unchanged(request: Request, version: str) -> bool:
    """Whether the page that asks for news has this version already."""
    return request.headers.get("if-none-match") == f'"{version}"'


def not_modified(version: str) -> Response:
    """Nothing new."""
    return Response(status_code=304, headers={"etag": f'"{version}"'})
