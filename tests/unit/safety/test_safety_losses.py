"""Who lives, where words tell of a loss."""

import pytest

from safety.losses import happened, survives


@pytest.mark.parametrize(
    "text",
    [
        "one of my twins died, the other is home",
        "one of our twins died last night",
        "we lost a twin at 20 weeks",
        "i lost one of my babies, the other one is in nicu",
        "our little twin passed away, her brother is still in hospital",
        "my twin girl was stillborn but the other twin is fine",
        "1 of my triplets died, the other two are ok",
        "we lost one of the twinsss xx the other is doing well",
        "she died but her twin brother is home with us. i still have my surviving twin",
    ],
)
def test_a_baby_who_lives_is_seen(text):
    assert survives(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "both my twins died",
        "we lost both of them",
        "one of my twins died on monday and the other one died today",
        "none of my babies survived",
        "all three died",
    ],
)
def test_where_all_died_nobody_is_left(text):
    assert survives(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "i lost my baby",
        "my baby died in my arms",
        "i had a miscarriage",
        "my twins died",
        "my baby died, my partner is at work",
        "he survived for three hours",
        "",
    ],
)
def test_words_that_do_not_say_say_nothing(text):
    assert survives(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "i lost my baby",
        "my baby died 3 years ago",
        "i was 20 weeks pregnant and i lost him",
        "my baby has died, im still pregnant, they induce me tomorrow",
        "my wife miscarried",
        "my daughter lost her baby",
        "i had a miscarriage last year and now im losing this one too, 8 weeks pregnant",
        "had two losses before, im 9 weeks pregnant and no heartbeat at the scan",
        "my baby died on sunday and im scared of losing my other one",
        "my sister and i both... i lost my baby",
        "after ivf we lost the pregnancy",
    ],
)
def test_a_loss_of_her_own_is_one(text):
    assert happened(text)


@pytest.mark.parametrize(
    "text",
    [
        "scared of losing my baby",
        "worried about a miscarriage",
        "i had a miscarriage last year and now im 20 weeks pregnant",
        "im 20 weeks pregnant after a miscarriage last year",
        "pregnant again after losing my little boy in 2024, so anxious",
        "my sister lost her baby and i dont know what to say",
        "a friend had a stillbirth",
    ],
)
def test_one_that_is_past_feared_or_another_familys_ends_nothing(text):
    assert not happened(text)
