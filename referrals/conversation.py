"""One step of the telling of a referral: what was heard in, what to say and ask out; pure.

It knows message keys but no words, no Rasa and no database.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from referrals import eligibility, summary
from referrals.choices import applied
from referrals.corrections import Command
from referrals.facts import Facts
from referrals.hearing import (
    FREE,
    LONGEST,
    POLITE,
    command_in,
    field_of,
    goes_on,
    interrupts,
)
from referrals.merge import Merged
from referrals.model import AFTER, Record
from referrals.progress import (
    CARRY_ON,
    OUTSIDE,
    Progress,
    is_required,
    missing,
    next_field,
)
from referrals.reading import facts_in, merged_in, read
from referrals.telling import Heard, Say, Setting, Step
from referrals.text import plain, yes_or_no

_ENDINGS: Final = {"cancel": "cancelled", "pause": "paused"}
_SHORT: Final = 8  # words
# A yes or a no where words were asked for.
_BARE: Final = re.compile(r"(?:yes|yeah|yep|ok|okay|no|nope|nah|none|no thanks|nothing)")


def step(
    heard: Heard, record: Record, progress: Progress, *, asking: str | None, setting: Setting
) -> Step:
    """Take one message.

    Args:
        asking: the field that was asked last; None when the telling begins.
    """
    turn = _Turn(heard, record, progress, asking, setting)
    if heard.choice is not None:
        return turn.choose(*heard.choice)
    command = command_in(heard)
    if command is not None:
        return turn.obey(command)
    return turn.listen()


@dataclass
class _Turn:
    heard: Heard
    record: Record
    progress: Progress
    asking: str | None
    setting: Setting

    def choose(self, name: str, value: str) -> Step:
        if name == "change":
            return self._reopen(value)
        found = applied(self.record, self.progress, name, value)
        if found is None:
            return self._again()
        self.record, self.progress = found
        if self.progress.ending:
            return Step(self.record, self.progress)
        return self._next(self.progress.answer(name))

    def obey(self, command: Command) -> Step:
        if command in _ENDINGS:
            return self._end(_ENDINGS[command])
        if command == "call_me":
            return self._call_me()
        if command == "show":
            short = self.setting.channel == "sms"
            shown = summary.for_parent(self.record, short=short)
            return self._ask_again(Say("utter_referral_answers", {"answers": shown}))
        if command == "back":
            return self._back()
        return self._skip()

    def listen(self) -> Step:
        if self.asking == "consent" and (step := self._consent()):
            return step
        if self.asking in (CARRY_ON, "parent_agrees") and (step := self._yes_or_no()):
            return step
        facts, merged = read(
            self.heard, self.record, self.progress, asking=self.asking, setting=self.setting
        )
        took = bool(merged.changed)
        if merged.problems or (took and self._answers(merged)):
            return self._took(facts, merged)
        if self._takes_own_words(took=took):
            return self._own_words(merged)
        return self._took(facts, merged) if took else self._took_nothing(facts, merged)

    def _took_nothing(self, facts: Facts, merged: Merged) -> Step:
        if facts.reopened and not interrupts(self.heard, self.asking):
            return self._reopen(facts.reopened)
        if self.asking is None:
            self.record = merged.record
            return self._next(self.progress)
        thanks = self.heard.intent in POLITE and not self.heard.is_payload
        if self.asking == OUTSIDE and (thanks or not interrupts(self.heard, self.asking)):
            return self._end("not_eligible")
        if interrupts(self.heard, self.asking):
            return self._interrupted()
        return self._again()

    def _volunteered(self) -> Facts:
        return facts_in(self.heard, self.record, self.progress, expecting=None)

    def _answers(self, merged: Merged) -> bool:
        # A short message that is wholly another fact is not her story.
        short = len(self.heard.text.split()) <= _SHORT
        return self.asking not in FREE or self.asking in merged.changed or short

    def _takes_own_words(self, *, took: bool) -> bool:
        if self.asking not in FREE or (interrupts(self.heard, self.asking) and not took):
            return False
        words = plain(self.heard.text)
        return len(words) >= (2 if self.asking != "reason" else 4)

    def _own_words(self, merged: Merged) -> Step:
        name = self.asking or "reason"
        words = self.heard.text.strip()[:LONGEST]
        if _BARE.fullmatch(plain(words).lower().strip(" .!")) and name != "reason":
            # "Which surgery?" - "no". "When is a good time?" - "yes". Neither is an answer.
            return self._skip()
        record = merged.record
        if name in AFTER:
            record = replace(record, extra={**record.extra, name: words})
        else:
            record = record.having(name, words)
        self.record = record
        return self._next(self.progress.answer(name))

    def _took(self, facts: Facts, merged: Merged) -> Step:
        before, self.record = self.record, merged.record
        progress = self.progress
        for name in merged.changed:
            progress = progress.answer(name)
        says: list[Say] = []
        if merged.problems:
            problem = merged.problems[0]
            pending = self.heard.text if problem == "born_or_due" else None
            progress = replace(progress, pending=pending, tries=progress.tries + 1)
            says.append(Say("utter_referral_problem", {"problem": problem}))
            return self._next(progress, says, ask=field_of(problem))
        progress = replace(progress, pending=None)
        told = summary.for_parent(merged.record, short=self.setting.channel == "sms")
        for name in merged.changed:
            shown = _SHOWN.get(name, name)
            if before.has(name) and (facts.correction or self.asking != name) and shown in told:
                says.append(Say("utter_referral_changed", {"what": shown, "value": told[shown]}))
        if self.asking == "consent":
            says = []  # the summary itself shows the change
        return self._next(progress, says)

    def _consent(self) -> Step | None:
        answer = yes_or_no(self.heard.text)
        short = len(self.heard.text.split()) <= 6
        if answer is None or not short:
            return None
        facts = self._volunteered()
        if not facts.empty or facts.reopened:
            return None
        if answer:
            self.record = replace(self.record, consent=True)
            return self._next(self.progress)
        return self._end("no_consent")

    def _yes_or_no(self) -> Step | None:
        answer = yes_or_no(self.heard.text)
        if self.asking == CARRY_ON and answer is None:
            answer = goes_on(self.heard.text)
        if answer is None:
            return None
        return self.choose(self.asking or "", "yes" if answer else "no")

    def _call_me(self) -> Step:
        unsafe = self.asking == CARRY_ON
        carry_on = False if unsafe else self.progress.carry_on
        progress = replace(self.progress, mode="callback", tries=0, carry_on=carry_on)
        self.record = merged_in(self._volunteered(), self.heard, self.record, self.setting).record
        return self._next(progress, [Say("utter_referral_callback")] if self.asking else [])

    def _skip(self) -> Step:
        name = self.asking
        if name in (None, OUTSIDE):
            return self._end("not_eligible") if name else self._next(self.progress)
        if is_required(self.setting.fields, name or "", self.progress):
            return self._ask_again(Say("utter_referral_needed"))
        return self._next(self.progress.skip(name or ""))

    def _back(self) -> Step:
        if not self.progress.answered:
            return self._ask_again()
        last = self.progress.answered[-1]
        return self._reopen(last)

    def _reopen(self, name: str) -> Step:
        if name not in self.record.__dataclass_fields__ and name not in AFTER:
            return self._ask_again()
        self.record = self.record.without(name)
        left = tuple(n for n in self.progress.answered if n != name)
        skipped = tuple(n for n in self.progress.skipped if n != name)
        self.progress = replace(self.progress, answered=left, skipped=skipped, tries=0)
        return Step(self.record, self.progress, ask=name)

    def _interrupted(self) -> Step:
        if self.asking == OUTSIDE:
            progress = replace(self.progress, ending="not_eligible")
            return Step(self.record, progress, interruption=True)
        return Step(self.record, self.progress, ask=self.asking, interruption=True)

    def _again(self) -> Step:
        progress = replace(self.progress, tries=self.progress.tries + 1)
        name = self.asking or ""
        if progress.tries >= 2 and not is_required(self.setting.fields, name, progress):
            return self._next(progress.skip(name))
        key = "utter_referral_again" if progress.tries < 2 else "utter_referral_stuck"
        return Step(self.record, progress, (Say(key, {"field": name}),), ask=name or None)

    def _ask_again(self, *says: Say) -> Step:
        return self._next(self.progress, list(says), ask=self.asking)

    def _end(self, ending: str) -> Step:
        return Step(self.record, replace(self.progress, ending=ending))

    def _next(
        self, progress: Progress, says: Sequence[Say] = (), *, ask: str | None = None
    ) -> Step:
        setting = self.setting
        if progress.mode == "referral":
            decision = eligibility.decide(
                setting.rules,
                home=self.record.postcode,
                baby=self.record.baby,
                today=self.heard.now.date(),
            )
            if decision.eligible is False:
                if self.asking == OUTSIDE and not says:
                    return self._end("not_eligible")
                why = Say("utter_referral_outside", {"reason": decision.reason})
                return Step(self.record, progress, (*says, why), ask=OUTSIDE)
        following = next_field(setting.fields, self.record, progress, channel=setting.channel)
        if following is not None:
            return Step(self.record, progress, tuple(says), ask=ask or following)
        left = missing(setting.fields, self.record, progress, channel=setting.channel)
        if left:
            return Step(self.record, progress, tuple(says), ask=left[0])
        if self.asking is None:
            # All was volunteered at once: it is read back before anything is done with it.
            return Step(self.record, progress, tuple(says), ask="consent")
        ending = {"referral": "sent", "callback": "callback", "after": "more_told"}[progress.mode]
        return Step(self.record, replace(progress, ending=ending), tuple(says))


_SHOWN: Final = {"for_whom": "role", "contact_route": "route", "phone_shared": "shared"}
