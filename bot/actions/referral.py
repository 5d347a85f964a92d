"""The referral form: reads each message into it and reads it back; holds no rules of its own."""

from dataclasses import replace
from typing import Any

from bot.actions import form_state, interruptions, known
from bot.actions.base import Event, FlowAction, Out, Said, slot
from bot.actions.deps import Deps
from bot.actions.support import show
from referrals import choices, summary
from referrals.conversation import step
from referrals.progress import OUTSIDE, PRIVATE_CHANNELS, Progress
from referrals.telling import Heard, Setting, Step


class ValidateReferralForm(FlowAction):
    """Reads one message into the record and settles what is asked next."""

    action_name = "validate_referral_form"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Take the step; Rasa asks the question of the slot that is requested."""
        record, progress = form_state.record_in(said), form_state.progress_in(said)
        if said.intent == "delete_me" and said.entity("sure") == "yes":
            out.effect("open_task", kind="erasure")
            gone = replace(progress, ending="cancelled")
            return form_state.events_for(said, record, gone, ask=None, ended=True)
        if progress.ending:
            progress = Progress(mode=progress.mode, started_at=progress.started_at)
        setting = Setting(
            fields=deps.deployment.referral_fields,
            rules=deps.deployment.eligibility,
            channel=said.channel,
            lookup=deps.places.lookup,
        )
        taken = step(
            _heard(said), record, progress, asking=form_state.asking_in(said), setting=setting
        )
        events: list[Event] = []
        if taken.interruption:
            events += interruptions.answer(said, out, deps, taken.record, asking=taken.ask)
        _say(taken, said, out, deps)
        events += _learned(taken, said)
        ended = taken.progress.ending is not None
        return events + form_state.events_for(
            said, taken.record, taken.progress, ask=taken.ask, ended=ended
        )


def _heard(said: Said) -> Heard:
    answer = said.entity("answer")
    return Heard(
        text=said.text,
        now=said.now,
        choice=choices.parse(answer) if said.is_payload and answer else None,
        is_payload=said.is_payload,
        intent=said.intent,
        confidence=said.confidence,
    )


def _say(taken: Step, said: Said, out: Out, deps: Deps) -> None:
    for one in taken.says:
        variables = dict(one.variables)
        offers = None
        if variables.get("problem") == "born_or_due":
            offers = _born_or_due()
        out.say(one.key, variables, offers)
    if taken.ask == OUTSIDE:
        _nearest(taken, said, out, deps)


def _born_or_due() -> list[tuple[str, str]]:
    return [
        ("Already born", '/inform{"answer": "baby=born"}'),
        ("The due date", '/inform{"answer": "baby=due"}'),
    ]


_YES_NO = (
    ("Yes", '/inform{"answer": "consent=yes"}'),
    ("No", '/inform{"answer": "consent=no"}'),
)


def _nearest(taken: Step, said: Said, out: Out, deps: Deps) -> None:
    record = taken.record
    place = deps.places.lookup(record.postcode.text) if record.postcode else None
    if place is not None and place.split:
        place = None
    need = "parent-infant-relationship"
    if any(one.variables.get("reason") == "child_too_old" for one in taken.says):
        need = "parenting"
    show(said, out, deps, need=need, place=place, stage=None, elsewhere=True)


def _learned(taken: Step, said: Said) -> list[Event]:
    """What the conversation may know besides: the stage, the role, whether the phone is safe."""
    found: dict[str, Any] = {}
    record = taken.record
    if record.phone_shared is not None:
        found["safe_phone"] = not record.phone_shared
    if record.postcode is not None and record.postcode.district_code:
        found["district"] = record.postcode.district_code
    facts = known.facts_of(said) if said.text else None
    if facts is not None:
        found |= known.slots_from(facts, said)
    return [slot(n, v) for n, v in found.items() if said.slot(n) != v]


class AskPhone(FlowAction):
    """Asks for the number; where she writes from a phone, whether it is this one."""

    action_name = "action_ask_ref_phone"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:  # noqa: ARG002
        """Ask."""
        unsafe_here = form_state.progress_in(said).carry_on is False
        here = said.channel == "sms" and not unsafe_here
        out.say("utter_referral_ask_this_phone" if here else "utter_referral_ask_phone")
        return []


class AskConsent(FlowAction):
    """Reads everything back and asks whether it may be sent."""

    action_name = "action_ask_ref_consent"

    def act(self, said: Said, out: Out, deps: Deps) -> list[Event]:
        """Ask, in the words that are safe on this phone."""
        record, progress = form_state.record_in(said), form_state.progress_in(said)
        answers = summary.for_parent(record, short=said.channel == "sms")
        private = said.channel in PRIVATE_CHANNELS
        if progress.mode == "callback":
            out.say("utter_referral_callback_confirm", {"answers": answers})
            return []
        named = not private or record.phone_shared is False
        variables = {
            "answers": answers,
            "for_other": bool(record.parent_agrees),
            "team": deps.deployment.receiving_team.name,
        }
        # Short labels, so that both find room below the summary in a text message.
        offers = _YES_NO if said.channel == "sms" else None
        key = "utter_referral_consent" if named else "utter_referral_consent_private"
        out.say(key, variables, offers)
        return []
