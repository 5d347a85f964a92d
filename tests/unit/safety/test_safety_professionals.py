"""Who writes as a professional of somebody in her care, and who does not."""

import pytest

from safety.model import CLASSES, Evidence, verdict
from safety.professionals import writes_as_professional
from safety.replies import KEYS, reply_keys

PROFESSIONALS = [
    "I'm a health visitor, my client says she wants to kill herself",
    "midwife here, woman on my ward is hearing voices",
    "one of my families, dad hit mum last night",
    "im the hv for this family and she told me she shook the baby",
    "Hello, I am a social worker. She has taken an overdose.",
    "speaking as her community midwife, she is going to hurt the baby",
    "a mum on my caseload says everyone is better off without her",
    "One of my mums is cutting herself again",
    "GP here. Patient 3 weeks postnatal, thinks the baby is evil. She won't come in",
    "a family i work with, he is hitting the kids",
    "Im a nursery nurse and he came in with bruises on his arms",
    'I\u2019m a health visitor. She said "i want to die" on my visit today',
    "I work as a family support worker and they leave the baby alone at night",
    "Health visitor: mum disclosed that he strangles her",
]
PARENTS = [
    "my health visitor said i should kill myself",
    "the midwife here is rude and i want to die",
    "i told my gp that i want to hurt myself",
    "im a midwife and i want to kill myself",
    "I'm a nurse and my husband hits me",
    "i am a health visitor, i shook my baby",
    "my mum is a nurse, she hits me",
    "is the midwife here today? she said to come if i bleed",
    "i want to be a midwife but i cant go on",
    "im not a health visitor but she is hitting the baby",
    "my sister is a social worker and she says i should tell someone he hits me",
    "my wife wants to kill herself",
    "my neighbour is hitting her baby",
    "health visitor told me she is worried i will hurt him",
    "im losing my patience, i will shake her",
    "as the health visitor said, she wont stop crying",
    "",
]


@pytest.mark.parametrize("text", PROFESSIONALS)
def test_a_professional_who_writes_of_somebody_in_her_care_is_one(text):
    assert writes_as_professional(text)


@pytest.mark.parametrize("text", PARENTS)
def test_a_parent_is_none_and_neither_is_a_professional_who_writes_of_herself(text):
    assert not writes_as_professional(text)


def test_who_said_before_that_she_is_one_need_not_say_it_again():
    assert writes_as_professional("she says she will end it tonight", known=True)
    assert not writes_as_professional("she says she will end it tonight")
    assert not writes_as_professional("i want to die", known=True)
    assert not writes_as_professional("i cant go on", known=True)


@pytest.mark.parametrize("tier", ["now", "gentle"])
@pytest.mark.parametrize("cls", CLASSES)
def test_a_professional_gets_a_text_for_each_class(cls, tier):
    seen = verdict([Evidence(cls, f"{cls}.test", "words", tier)])
    keys = reply_keys(seen, repeated=False, professional=True)
    assert keys
    assert set(keys) <= set(KEYS)
    own = f"crisis.{cls}_professional"
    assert keys == (own,) if tier == "now" and own in KEYS else own not in keys


def test_a_professional_is_not_told_how_a_parent_feels():
    seen = verdict([Evidence("losing_control", "losing_control.test", "words", "gentle")])
    assert reply_keys(seen, repeated=False, professional=True) == ("gentle.child_at_risk",)


def test_no_long_text_takes_long():
    assert not writes_as_professional("my baby " * 8000 + "nurse " * 8000)
    assert not writes_as_professional("i am a new new new " * 4000)
