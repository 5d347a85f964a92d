"""Ends the referral form, however it ended: sends, forgets or keeps; all of it as effects."""

from bot.actions import form_state
from bot.actions.base import Event, FlowAction, Out, Said, follow_up, slot
from bot.actions.deps import Deps
from bot.actions.form_state import FORM
from common.ids import reference
from referrals.model import Record, to_json
from referrals.progress import Progress, missing
from referrals.progress import to_json as progress_json

_FORGETTING = {
    "no_consent": "utter_referral_no_consent",
    "cancelled": "utter_referral_cancelled",
    "not_agreed": "utter_referral_not_agreed",
    "not_eligible": "utter_referral_outside_end",
}
_ADULT = 18


class SubmitReferral(FlowAction):
    """Does what the form ended in; it looks for itself whether all is there."""

    action_name = "action_submit_referral"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Send, forget, or keep for later."""
        record, progress = form_state.record_in(said), form_state.progress_in(said)
        ending = progress.ending
        if ending in _FORGETTING:
            return _forget(said, out, ending, progress)
        if ending == "paused":
            out.say("utter_referral_paused")
            return [slot(form_state.PROGRESS, progress_json(progress))]
        if ending == "more_told":
            return _add(said, out, record)
        fields = deps.deployment.referral_fields
        if ending not in ("sent", "callback") or missing(
            fields, record, progress, channel=said.channel
        ):
            # Never send half a form: ask on.
            started = progress_json(progress) | {"ending": None}
            return [slot(form_state.PROGRESS, started), follow_up(FORM)]
        return _send(said, out, deps, record, ending)


def _send(said: Said, out: Out, deps: Deps, record: Record, ending: str) -> list[Event]:
    effect = "create_referral" if ending == "sent" else "request_callback"
    out.effect(effect, record=to_json(record))
    if record.writer_age is not None and record.writer_age < _ADULT:
        out.effect("open_task", kind="young_person", age=record.writer_age)
    number = reference(f"{said.message_id}/{effect}")
    waits = deps.deployment.expected_waits
    days = waits.first_contact if ending == "sent" else waits.callback
    key = "utter_referral_sent" if ending == "sent" else "utter_referral_callback_asked"
    out.say(key, {"reference": number, "days": days, "shared": record.phone_shared is not False})
    sent = {
        "reference": number,
        "kind": ending,
        "sent_at": said.now.isoformat(),
        "shared": record.phone_shared,
    }
    return [*form_state.cleared(said), slot(form_state.SENT, sent)]


def _add(said: Said, out: Out, record: Record) -> list[Event]:
    sent = said.slot(form_state.SENT) or {}
    told = to_json(record)
    if told and sent.get("reference"):
        out.effect("add_to_referral", reference=sent["reference"], record=told)
    out.say("utter_referral_more_noted")
    return form_state.cleared(said)


def _forget(said: Said, out: Out, ending: str, progress: Progress) -> list[Event]:
    if progress.mode != "after":
        out.effect("discard_referral", reason=ending, since=progress.started_at)
    out.say(_FORGETTING[ending])
    return form_state.cleared(said)


class CancelReferral(FlowAction):
    """Cancels a form that was put aside."""

    action_name = "action_cancel_referral"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:  # noqa: ARG002
        """Forget what was kept for later, or say that nothing is open."""
        progress = form_state.progress_in(said)
        if progress.ending != "paused":
            out.say("utter_nothing_open")
            return []
        return _forget(said, out, "cancelled", progress)
