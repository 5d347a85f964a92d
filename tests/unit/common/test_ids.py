from hypothesis import given
from hypothesis import strategies as st

from common.ids import _REFERENCE_ALPHABET, derived_id, is_reference, new_id, reference


def test_new_ids_are_unique_and_rise_with_time():
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert [i[:12] for i in ids] == sorted(i[:12] for i in ids)


def test_derived_id_depends_on_every_part_and_on_their_border():
    assert derived_id("a", "b") == derived_id("a", "b")
    assert derived_id("a", "b") != derived_id("ab")
    assert derived_id("a", "b") != derived_id("a", "c")


def test_reference_is_recognised_however_it_is_typed():
    made = reference("message/create_referral")
    assert is_reference(made)
    assert is_reference(made.lower().replace("-", " "))


@given(st.text(), st.integers(0, 7), st.sampled_from(_REFERENCE_ALPHABET))
def test_one_wrong_character_is_noticed(cause, place, character):
    made = reference(cause).replace("-", "")
    wrong = made[:place] + character + made[place + 1 :]
    assert is_reference(wrong) == (wrong == made)
