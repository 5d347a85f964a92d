import itertools

import pytest

from conversations.states import _RANK, FAILED, WAITING, Delivery, after_receipt


def test_every_state_has_a_rank():
    assert set(_RANK) == set(Delivery)


@pytest.mark.parametrize(("state", "receipt"), list(itertools.product(Delivery, Delivery)))
def test_a_receipt_never_moves_a_message_backwards(state, receipt):
    after = after_receipt(state, receipt)
    assert after in {state, receipt}
    assert _RANK[after] >= _RANK[state]


@pytest.mark.parametrize("late", [*WAITING, Delivery.SENDING, Delivery.SENT, *FAILED])
def test_delivered_is_final(late):
    assert after_receipt(Delivery.DELIVERED, late) is Delivery.DELIVERED


def test_delivered_after_failed_is_believed():
    assert after_receipt(Delivery.PERMANENT_FAILURE, Delivery.DELIVERED) is Delivery.DELIVERED


def test_the_order_of_receipts_does_not_matter():
    receipts = [Delivery.SENT, Delivery.DELIVERED, Delivery.SENDING]
    ends = set()
    for order in itertools.permutations(receipts):
        state = Delivery.SENDING
        for receipt in order:
            state = after_receipt(state, receipt)
        ends.add(state)
    assert ends == {Delivery.DELIVERED}
