"""Where a person has to do something: talk, call, delete, change what was sent; as effects."""

from datetime import datetime, timedelta

from bot.actions.base import Event, FlowAction, Out, Said, follow_up, slot
from bot.actions.deps import Deps

FORM = "referral_form"


class TalkToPerson(FlowAction):
    """Says when somebody is there; takes a number and a time where a call is asked for."""

    action_name = "action_talk_to_person"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Answer, or go on to the form in its short shape."""
        if said.intent == "call_me":
            progress = dict(said.slot("ref_progress") or {})
            progress |= {"mode": "callback", "ending": None}
            progress.setdefault("started_at", said.now.isoformat())
            out.say("utter_referral_callback")
            return [slot("ref_progress", progress), follow_up(FORM)]
        talk(said, out, deps)
        return []


def talk(said: Said, out: Out, deps: Deps) -> None:
    """Offer a call, say when people are back, and tell staff."""
    out.say("utter_ask_human", {"next_open": next_open(said.now, deps)})
    out.effect("open_task", kind="person_wanted")


def next_open(now: datetime, deps: Deps) -> str:
    """`today at 9am`, `on Monday at 9am`; empty while people are at work."""
    opens = deps.deployment.next_open(now, team="engagement")
    if opens <= now:
        return ""
    hour = opens.hour % 12 or 12
    minutes = f":{opens.minute:02}" if opens.minute else ""
    clock = f"{hour}{minutes}{'am' if opens.hour < 12 else 'pm'}"
    if opens.date() == now.date():
        return f"today at {clock}"
    if opens.date() == (now + timedelta(days=1)).date():
        return f"tomorrow at {clock}"
    return f"on {opens:%A} at {clock}"


class DeleteMe(FlowAction):
    """Asks once, then asks staff to erase."""

    action_name = "action_delete_me"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:  # noqa: ARG002
        """Ask, or pass it on."""
        if said.entity("sure") != "yes":
            out.say("utter_delete_me")
            return []
        out.effect("open_task", kind="erasure")
        out.say("utter_referral_erasure_asked")
        return []


class ReferralStatus(FlowAction):
    """How a referral stands, where it is safe to say so."""

    action_name = "action_referral_status"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Tell, or neither confirm nor deny and ask staff."""
        known = proven(said, deps)
        if known is None:
            out.effect("open_task", kind="referral_question")
            out.say("utter_referral_status_unknown")
            return []
        waits = deps.deployment.expected_waits
        sent = said.slot("ref_sent") or {}
        wait = waits.callback if sent.get("kind") == "callback" else waits.first_contact
        variables = {"reference": known, "days": wait, "state": _state(said, known, deps)}
        out.say("utter_referral_status", variables)
        return []


class ChangeReferral(FlowAction):
    """Something in a sent referral has changed: a person puts it right."""

    action_name = "action_change_referral"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Pass the words on to staff."""
        out.effect("open_task", kind="referral_change")
        safe = proven(said, deps) is not None
        out.say("utter_referral_change_noted" if safe else "utter_referral_noted")
        return []


class WithdrawReferral(FlowAction):
    """She does not want it any more: a person ends it."""

    action_name = "action_withdraw_referral"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Pass it on to staff."""
        out.effect("open_task", kind="referral_withdraw")
        safe = proven(said, deps) is not None
        out.say("utter_referral_withdraw_noted" if safe else "utter_referral_noted")
        return []


def proven(said: Said, deps: Deps) -> str | None:
    """The reference of what was sent from here, if nobody else uses this phone.

    Where others see the phone, or that was never asked, the conversation alone proves nothing.
    """
    sent = said.slot("ref_sent")
    if isinstance(sent, dict) and sent.get("shared") is False:
        return str(sent["reference"])
    if deps.referrals is not None:
        found = deps.referrals.of_conversation(said.conversation_id)
        if found and found[0].phone_shared is False:
            return found[0].reference
    return None


def _state(said: Said, reference: str, deps: Deps) -> str:
    if deps.referrals is None:
        return "new"
    found = deps.referrals.of_conversation(said.conversation_id)
    return next((s.state for s in found if s.reference == reference), "new")
