"""Signals: who is woken by what, and what goes out to other processes."""

import threading

from conversations.ledger import Signals


def test_every_ring_wakes_one_thread():
    signals, woken = Signals(), []

    def wait():
        woken.append(signals.wait("turn", 60))

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in threads:
        signals.work_came("turn")
    for thread in threads:
        thread.join(60)

    assert woken == [True, True, True]
    assert signals.wait("turn", 0) is False


def test_rings_before_anybody_waits_are_kept_and_kinds_do_not_mix():
    signals = Signals()
    for _ in range(40):
        signals.work_came("send")

    assert [signals.wait("send", 0) for _ in range(41)] == [True] * 40 + [False]
    assert signals.wait("turn", 0) is False


def test_only_the_kinds_that_others_want_are_told():
    signals, told = Signals(), []
    signals.tell_others({"spoke"}, told.append)

    signals.work_came("turn")
    signals.spoke("a-conversation")

    assert told == ["spoke a-conversation"]


def test_what_was_heard_wakes_here_and_is_told_to_nobody():
    signals, told, spoken = Signals(), [], []
    signals.tell_others({"turn", "send", "spoke"}, told.append)
    signals.listen(spoken.append)

    for word in ("turn", "spoke a-conversation", "nonsense", ""):
        signals.heard(word)

    assert signals.wait("turn", 0) is True
    assert signals.wait("send", 0) is False
    assert spoken == ["a-conversation"]
    assert told == []
