import secrets

import pytest

from common.crypto import Keyring
from common.errors import SettingsError, TechnicalFailure


def ring(*versions: int, index: bytes | None = None) -> Keyring:
    return Keyring(
        {v: secrets.token_bytes(32) for v in versions},
        index_key=index or secrets.token_bytes(32),
    )


def test_a_value_opens_only_at_its_own_place():
    keys = ring(1)
    box = keys.box(keys.new_wrapped_key())
    sealed = box.seal({"text": "käse 🙂"}, where="inbound|body|1")
    assert box.open(sealed, where="inbound|body|1") == {"text": "käse 🙂"}
    with pytest.raises(TechnicalFailure):
        box.open(sealed, where="inbound|body|2")


def test_another_person_cannot_open_it():
    keys = ring(1)
    mine, yours = (keys.box(keys.new_wrapped_key()) for _ in range(2))
    with pytest.raises(TechnicalFailure):
        yours.open(mine.seal("x", where="t|c|1"), where="t|c|1")


def test_a_changed_byte_is_noticed():
    keys = ring(1)
    box = keys.box(keys.new_wrapped_key())
    sealed = bytearray(box.seal("x", where="t|c|1"))
    sealed[-1] ^= 1
    with pytest.raises(TechnicalFailure):
        box.open(bytes(sealed), where="t|c|1")


def test_the_newest_master_key_wraps_and_old_ones_still_open():
    one, two, index = (secrets.token_bytes(32) for _ in range(3))
    old = Keyring({1: one}, index_key=index)
    wrapped = old.new_wrapped_key()
    both = Keyring({1: one, 2: two}, index_key=index)
    assert both.box(wrapped).key == old.box(wrapped).key
    rewrapped = both.rewrap(wrapped)
    assert Keyring({2: two}, index_key=index).box(rewrapped).key == old.box(wrapped).key
    with pytest.raises(TechnicalFailure, match="not here"):
        Keyring({2: two}, index_key=index).box(wrapped)


def test_blind_index_depends_on_kind_value_and_key():
    keys = ring(1)
    assert keys.blind_index("a", "x") == keys.blind_index("a", "x")
    assert keys.blind_index("a", "x") != keys.blind_index("b", "x")
    assert keys.blind_index("a", "x") != ring(1).blind_index("a", "x")


def test_a_short_key_is_refused():
    with pytest.raises(SettingsError, match="32 bytes"):
        Keyring({1: b"short"}, index_key=secrets.token_bytes(32))
