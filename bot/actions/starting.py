"""Begins the referral form, or goes on with one that was put aside; asks nothing itself."""

import re

from bot.actions import form_state, known
from bot.actions.base import Event, FlowAction, Out, Said, follow_up, slot
from bot.actions.deps import Deps
from referrals.model import SLOT
from referrals.model import to_json as record_json
from referrals.progress import Progress
from referrals.progress import to_json as progress_json

# Said beside other things, which the classifier may take the message for.
_WISH = re.compile(
    r"\b(?:self[ -]?refer\w*|refer (?:me|myself|us|my \w+)|"
    r"(?:be|get|want|make|need) (?:a )?referr?\w*)\b",
    re.IGNORECASE,
)


def wishes(said: Said) -> bool:
    """Whether the words ask for a referral."""
    return bool(_WISH.search(said.text))


def begin(said: Said, out: Out, deps: Deps) -> list[Event]:
    """Begin the form from another action."""
    return [*StartReferral(deps).act(said, out, deps), follow_up(form_state.FORM)]


OWN_ROLES = ("mother", "father")
"""Roles that are the same whatever she asks for."""


class StartReferral(FlowAction):
    """Says what is coming, or that it goes on where it stopped."""

    action_name = "action_start_referral"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:  # noqa: ARG002
        """Say it; the form follows by rule."""
        if said.entity("why") == "more" and said.slot(form_state.SENT):
            out.say("utter_referral_more")
            now = Progress(mode="after", started_at=said.now.isoformat())
            return [slot(form_state.PROGRESS, progress_json(now))]
        before = form_state.progress_in(said)
        if before.ending == "paused":
            out.say("utter_referral_resume")
            return [slot(form_state.PROGRESS, progress_json(before) | {"ending": None})]
        out.say("utter_referral_intro")
        if said.bereaved:
            # Nobody is asked the age of a baby who died: somebody calls instead.
            now = Progress(mode="callback", started_at=said.now.isoformat())
            return [slot(form_state.PROGRESS, progress_json(now))]
        now = Progress(started_at=said.now.isoformat())
        return [*_known_before(said), slot(form_state.PROGRESS, progress_json(now))]


def _known_before(said: Said) -> list[Event]:
    # What she told before she asked for help: she is not asked twice.
    record = form_state.record_in(said)
    if record.baby is None and (baby := known.baby_known(said)):
        record = record.having("baby", baby)
    if record.for_whom is None and said.slot("parent_role") in OWN_ROLES:
        record = record.having("for_whom", said.slot("parent_role"))
    told = record_json(record)
    return [slot(SLOT + n, told[n]) for n in ("baby", "for_whom") if n in told]
