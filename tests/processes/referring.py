"""Answers the questions of the referral form, whichever are asked and in whatever order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.processes.parents import Phone

END = ("utter_referral_sent", "utter_referral_sent_private")
CONSENT = ("utter_referral_consent", "utter_referral_consent_private")
ANSWERS: Mapping[str, str] = {
    "utter_ask_ref_phone_shared": "Only me",
    "utter_ask_ref_for_whom": "I'm the mum",
    "utter_ask_ref_baby": "9 weeks",
    "utter_ask_ref_postcode": "BD5 8HL",
    "utter_ask_ref_name": "Testa Marrow",
    "utter_referral_ask_phone": "07700 900456",
    "utter_referral_ask_this_phone": "Yes, this number",
    "utter_ask_ref_contact_route": "Text or call",
    "utter_ask_ref_best_time": "Mornings",
    "utter_ask_ref_code_word": "skip",
    "utter_ask_ref_reason": "I feel nothing when she smiles at me",
    "utter_ask_ref_interpreter": "No, English is fine",
    "utter_ask_ref_gp": "skip",
}


@dataclass
class Referring:
    """One parent's way through the form.

    Attributes:
        correction: said once instead of the first yes.
        summaries: the words of every summary, in order.
    """

    phone: Phone
    answers: Mapping[str, str] = field(default_factory=lambda: ANSWERS)
    correction: str | None = None
    asked: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)

    def refer(self, opening: str = "I would like to refer myself") -> str:
        """From the first word to the reference; the words of the last message."""
        said = self.phone.ask(opening)
        for _ in range(25):
            key = self.phone.last_key()
            self.asked.append(key)
            if key in END:
                return said
            said = self.phone.ask(self._answer(key, said))
        raise AssertionError(f"the form does not end: {self.asked}")

    def _answer(self, key: str, said: str) -> str:
        if key in CONSENT:
            self.summaries.append(said)
            if self.correction is not None and len(self.summaries) == 1:
                return self.correction
            return "yes"
        if key not in self.answers:
            raise AssertionError(f"no answer to {key!r} after {self.asked}")
        return self.answers[key]
