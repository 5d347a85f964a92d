from datetime import timedelta

import pytest

from app import tokens
from common.errors import NotAllowed

TOKEN = tokens.TurnToken("conversation", "message", "sms")


def test_a_token_says_what_it_was_issued_for(clock):
    text = tokens.issue("secret", TOKEN, now=clock.now())
    assert tokens.read("secret", text, now=clock.now()) == TOKEN


def test_another_secret_refuses_it(clock):
    text = tokens.issue("secret", TOKEN, now=clock.now())
    with pytest.raises(NotAllowed, match="not ours"):
        tokens.read("other", text, now=clock.now())


@pytest.mark.parametrize("text", ["", ".", "abc", "abc.def", "é.ü"])
def test_garbage_is_refused(clock, text):
    with pytest.raises(NotAllowed):
        tokens.read("secret", text, now=clock.now())


def test_a_changed_token_is_refused(clock):
    packed, _, signature = tokens.issue("secret", TOKEN, now=clock.now()).partition(".")
    with pytest.raises(NotAllowed):
        tokens.read("secret", f"{packed[:-4]}AAAA.{signature}", now=clock.now())


def test_an_old_token_is_refused(clock):
    text = tokens.issue("secret", TOKEN, now=clock.now())
    late = clock.now() + tokens.LIVES_FOR + timedelta(seconds=1)
    with pytest.raises(NotAllowed, match="too old"):
        tokens.read("secret", text, now=late)
