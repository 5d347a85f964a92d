"""Whole tellings of a referral through the pure step function, as different parents tell them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.deployment import Eligibility, ReferralField
from places.model import Place, Share
from referrals import model, progress
from referrals.conversation import step
from referrals.model import Record
from referrals.progress import Progress, missing
from referrals.telling import Heard, Setting, Step

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Europe/London"))
RULES = Eligibility(districts=("D1",), until_weeks=104, source="test")
REQUIRED = (
    *("for_whom", "baby", "postcode", "name", "phone", "phone_shared", "contact_route"),
    *("reason", "consent"),
)
OPTIONAL = ("best_time", "code_word", "interpreter", "gp")
FIELDS = (
    *(ReferralField(name, True, "before_sending") for name in REQUIRED[:-2]),
    *(ReferralField(name, False, "before_sending") for name in OPTIONAL),
    *(ReferralField(name, True, "before_sending") for name in REQUIRED[-2:]),
    *(ReferralField(name, False, "after_sending") for name in ("date_of_birth", "address")),
)


def place(kind: str, text: str, district: str, *, split: bool = False) -> Place:
    return Place(
        kind=kind,
        text=text,
        district_code=district,
        district_name=f"Town of {district}",
        ward_code=None,
        easting=1,
        northing=1,
        split=split,
        outward=text.split(" ", maxsplit=1)[0],
        shares=(Share(district, "Town", "england", 0.6), Share("D9", "Other", "england", 0.4)),
    )


PLACES = {
    "BD58HL": place("postcode", "BD5 8HL", "D1"),
    "BD5": place("outward", "BD5", "D1"),
    "BD20": place("outward", "BD20", "D1", split=True),
    "BD208HL": place("postcode", "BD20 8HL", "D1"),
    "LS121AA": place("postcode", "LS12 1AA", "D9"),
    "LITTLEHORTON": place("name", "Little Horton", "D1"),
}


def lookup(text: str) -> Place | None:
    key = text.upper().replace(" ", "")
    # As places.store does: an unknown postcode of a known outward code gives the outward code.
    return PLACES.get(key) or (PLACES["BD5"] if key.startswith("BD59") else None)


@dataclass
class Telling:
    """A parent on a channel who says one thing after another."""

    channel: str = "sms"
    record: Record = field(default_factory=Record)
    progress: Progress = field(default_factory=Progress)
    asking: str | None = None
    asked: list[str | None] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def say(self, *messages: str) -> "Telling":
        for message in messages:
            self.hear(Heard(message, NOW))
        return self

    def hear(self, heard: Heard) -> Step:
        setting = Setting(FIELDS, RULES, self.channel, lookup)
        taken = step(heard, self.record, self.progress, asking=self.asking, setting=setting)
        # Between two messages all of it is JSON.
        self.record = model.from_json(model.to_json(taken.record))
        self.progress = progress.from_json(progress.to_json(taken.progress))
        assert self.record == taken.record
        assert self.progress == taken.progress
        self.asking = taken.ask
        self.asked.append(taken.ask)
        self.keys += [say.key for say in taken.says]
        return taken

    def pick(self, name: str, value: str) -> "Telling":
        self.hear(Heard("", NOW, choice=(name, value), is_payload=True, intent="inform"))
        return self


STRAIGHT = (
    "i want to be referred",
    "just me",
    "Aisha Siddiqua, mum",
    "9 weeks",
    "BD5 8HL",
    "yes",
    "I don't feel close to him",
    "yes",
)


def test_a_referral_by_sms_takes_eight_messages() -> None:
    told = Telling("sms").say(*STRAIGHT)

    assert told.progress.ending == "sent"
    assert told.asked == [
        *("phone_shared", "name", "baby", "postcode", "phone", "reason", "consent", None),
    ]
    assert told.record.phone is not None
    assert told.record.phone.same
    assert missing(FIELDS, told.record, told.progress, channel="sms") == ()


def test_a_correction_before_sending_changes_the_name_and_asks_again() -> None:
    told = Telling("sms").say(*STRAIGHT[:-1], "sorry, Siddiqui with an i at the end")

    assert told.asking == "consent"
    assert told.record.name == "Aisha Siddiqui"


def test_web_asks_everything_in_the_deployments_order() -> None:
    told = Telling("web_chat").say(
        *("refer me", "dad", "born 21 sept", "bd5 8hl", "Dan Okafor", "07700 900145", "no"),
        *("text or call", "skip", "no", "Dr Malik", "He cries and I get so cross", "yes"),
    )

    assert told.asked == [
        *("for_whom", "baby", "postcode", "name", "phone", "phone_shared", "contact_route"),
        *("best_time", "interpreter", "gp", "reason", "consent", None),
    ]
    assert told.progress.ending == "sent"
    assert told.record.best_time is None


def test_a_no_to_consent_ends_without_sending() -> None:
    told = Telling("sms").say(*STRAIGHT[:-1], "no")

    assert told.progress.ending == "no_consent"


def test_a_no_with_a_new_number_is_a_correction_and_no_refusal() -> None:
    told = Telling("sms").say(*STRAIGHT[:-1], "no its 07700 900146")

    assert told.asking == "consent"
    assert told.record.phone is not None
    assert told.record.phone.number == "+447700900146"


def test_others_who_see_the_phone_are_asked_about_before_anything_private() -> None:
    told = Telling("telegram").say("refer me", "my husband checks it")

    assert told.asked == ["phone_shared", "carry_on"]


def test_not_safe_here_becomes_a_call_on_another_number() -> None:
    told = Telling("sms").say(
        "refer me", "my husband checks it", "no", "07700 900146", "after 2pm"
    )

    assert told.progress.ending == "callback"
    assert told.record.name is None


def test_a_shared_phone_is_offered_a_code_word() -> None:
    told = Telling("sms").say(
        *("refer me", "my husband checks it", "carry on", "Zara, mum", "due mid december"),
        *("BD5 8HL", "07700 900146", "call, no voicemail", "sunflower", "I feel low"),
    )

    assert told.record.code_word == "sunflower"
    assert told.asking == "consent"


def test_call_me_at_any_point_needs_a_number_and_a_time() -> None:
    told = Telling("web_chat").say("refer me", "mum", "call me instead")
    assert told.asking == "phone"

    told.say("07700 900145", "no", "mornings")

    assert told.progress.ending == "callback"


def test_all_at_once_is_read_back_before_anything_is_done() -> None:
    told = Telling("web_chat", progress=Progress(mode="callback"))

    told.say("call me on 07700 900145 anytime, nobody else sees this phone")

    assert told.asking == "consent"
    assert told.progress.ending is None


@pytest.mark.parametrize(
    ("message", "reason"),
    [("LS12 1AA", "outside_area"), ("he is 3 years old", "child_too_old")],
)
def test_outside_she_is_told_why_and_may_put_it_right(message: str, reason: str) -> None:
    told = Telling("web_chat").say("refer me", "mum")
    taken = told.hear(Heard(message, NOW))

    assert [say.variables["reason"] for say in taken.says] == [reason]
    assert taken.ask == "outside"

    told.say("sorry, BD5 8HL" if reason == "outside_area" else "sorry he's 3 months")

    assert told.asking in FIELDS_IDS
    assert told.progress.ending is None


FIELDS_IDS = {f.id for f in FIELDS}


def test_outside_and_nothing_to_put_right_ends_it() -> None:
    told = Telling("web_chat").say("refer me", "mum", "LS12 1AA", "ok thanks")

    assert told.progress.ending == "not_eligible"


def test_a_split_outward_code_asks_for_the_whole_postcode() -> None:
    told = Telling("web_chat").say("refer me", "mum", "9 weeks", "BD20")
    assert told.asking == "postcode"
    assert told.record.postcode is not None
    assert told.record.postcode.split

    told.say("bd20 8hl")

    assert told.asking == "name"


def test_an_unknown_postcode_said_twice_does_not_stop_her() -> None:
    told = Telling("web_chat").say("refer me", "mum", "9 weeks", "BD5 9ZZ")
    assert told.asking == "postcode"
    assert told.keys == ["utter_referral_problem"]

    told.say("BD5 9ZZ")

    assert told.asking == "name"
    assert told.record.postcode is not None
    assert told.record.postcode.text == "BD5 9ZZ"
    assert not told.record.postcode.full


def test_weeks_of_a_pregnancy_are_weeks_gone() -> None:
    told = Telling("web_chat").say("refer me, I'm pregnant", "20 weeks")

    assert told.record.baby is not None
    assert told.record.baby.due_date == date(2027, 4, 14)
    assert told.asking == "postcode"


def test_a_place_name_will_do_where_the_district_is_clear() -> None:
    told = Telling("web_chat").say("refer me", "mum", "9 weeks", "Little Horton")

    assert told.asking == "name"


def test_somebody_else_is_asked_whether_the_parent_agrees() -> None:
    told = Telling("web_chat").say("I'm his nan and want to refer my daughter and her baby")
    assert told.asking == "parent_agrees"

    told.say("no not yet")

    assert told.progress.ending == "not_agreed"


def test_a_question_in_the_middle_is_handed_over_and_the_form_waits() -> None:
    told = Telling("web_chat").say("refer me", "mum")
    question = Heard("who reads this?", NOW, intent="ask_privacy", confidence=0.9)

    taken = told.hear(question)

    assert taken.interruption
    assert told.asking == "baby"


def test_her_own_story_is_no_question_even_when_it_reads_like_a_topic() -> None:
    told = Telling("sms").say(*STRAIGHT[:6])
    story = Heard("how do I bond with him", NOW, intent="topic_bond", confidence=0.95)

    told.hear(story)

    assert told.record.reason == "how do I bond with him"


def test_going_back_asks_the_last_question_again() -> None:
    told = Telling("web_chat").say("refer me", "mum", "9 weeks", "go back")

    assert told.asking == "baby"
    assert told.record.baby is None


def test_a_field_can_be_opened_again_by_name() -> None:
    told = Telling("sms").say(*STRAIGHT[:-1], "change my number")
    assert told.asking == "phone"

    told.say("07700 900199")

    assert told.asking in ("contact_route", "consent")
    assert told.record.phone is not None
    assert told.record.phone.number == "+447700900199"


def test_what_is_needed_cannot_be_skipped_but_the_rest_can() -> None:
    told = Telling("web_chat").say("refer me", "skip")
    assert told.asking == "for_whom"
    assert told.keys == ["utter_referral_needed"]

    told.say("mum", "9 weeks", "BD5 8HL", "Aisha", "07700 900145", "no", "both", "skip")

    assert told.asking == "interpreter"


def test_later_keeps_the_answers() -> None:
    told = Telling("web_chat").say("refer me", "mum", "9 weeks", "later")

    assert told.progress.ending == "paused"
    assert told.record.baby is not None


def test_born_or_due_waits_for_the_one_word() -> None:
    told = Telling("web_chat").say("refer me", "mum", "14 january")
    assert told.asking == "baby"

    told.say("due")

    assert told.record.baby is not None
    assert told.record.baby.due_date == date(2027, 1, 14)


def test_a_question_not_understood_three_times_offers_a_person() -> None:
    told = Telling("web_chat").say("refer me", "hmm", "well", "erm")

    assert told.keys == ["utter_referral_again", "utter_referral_stuck", "utter_referral_stuck"]
    assert told.asking == "for_whom"


def test_yes_to_this_phone_keeps_how_she_wants_to_be_reached() -> None:
    told = Telling("sms").say(*STRAIGHT[:5], "yes text only")

    assert told.asking == "reason"
    assert told.record.phone is not None
    assert told.record.phone.same
    assert told.record.contact_route is not None
    assert (told.record.contact_route.text, told.record.contact_route.call) == (True, False)


def test_more_can_be_told_after_sending() -> None:
    told = Telling("sms", progress=Progress(mode="after"))

    told.say("ok", "3/4/95", "12 Green Lane")

    assert told.progress.ending == "more_told"
    assert told.record.date_of_birth == date(1995, 4, 3)
    assert told.record.extra == {"address": "12 Green Lane"}


def test_a_choice_of_an_earlier_question_still_corrects() -> None:
    told = Telling("web_chat").say("refer me", "mum", "9 weeks").pick("for_whom", "father")

    assert told.record.for_whom == "father"
    assert told.asking == "postcode"


def test_a_choice_that_does_not_exist_changes_nothing() -> None:
    told = Telling("web_chat").say("refer me").pick("for_whom", "duchess")

    assert told.record == Record()
    assert told.asking == "for_whom"


FACTS = (
    "my name is Aisha Siddiqui",
    "my baby Yusuf was born on 21 sept",
    "my postcode is BD5 8HL",
    "you can text me on 07700 900145",
    "nobody else sees this phone",
    "I'm his mum",
    "my gp is Dr Malik",
)


def _record_after(messages: Sequence[str]) -> Record:
    return Telling("web_chat").say("refer me", *messages).record


@given(st.permutations(FACTS))
def test_whatever_order_the_facts_come_in_the_record_is_the_same(order: list[str]) -> None:
    assert _record_after(order) == _record_after(FACTS)


@given(st.permutations(FACTS), st.integers(min_value=1, max_value=6))
def test_however_the_facts_are_put_together_the_record_is_the_same(
    order: list[str], cut: int
) -> None:
    joined = [". ".join(order[:cut]), ". ".join(order[cut:])]

    assert _record_after(joined) == _record_after(FACTS)


@pytest.mark.parametrize("order", list(permutations(("07700 900111", "no, it's 07700 900112"))))
def test_the_later_word_wins(order: tuple[str, str]) -> None:
    told = Telling("web_chat").say("refer me", *order)

    assert told.record.phone is not None
    assert told.record.phone.number == "+44" + order[-1].split("0", 1)[1].replace(" ", "")


@given(st.lists(st.text(max_size=60), max_size=8), st.sampled_from(["sms", "web_chat"]))
def test_nothing_a_parent_writes_sends_half_a_form(messages: list[str], channel: str) -> None:
    told = Telling(channel)
    for message in messages:
        told.say(message)
        if told.progress.ending == "sent":
            assert missing(FIELDS, told.record, told.progress, channel=channel) == ()
        if told.progress.ending:
            return
        assert told.asking is not None
