"""Waiting after wrong passwords: steep for one browser, gentle for everybody else."""

from itertools import pairwise

from console.throttle import FREE_FAILURES, LONGEST_PAUSE_S, LONGEST_WAIT_S, pause_s, wait_s


def test_the_first_mistakes_cost_nothing() -> None:
    assert [wait_s(n, since_last_s=0) for n in range(FREE_FAILURES + 1)] == [0.0] * 5


def test_the_wait_grows_with_each_failure_up_to_its_limit() -> None:
    waits = [wait_s(n, since_last_s=0) for n in range(FREE_FAILURES + 1, 40)]
    assert waits[0] == 2
    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert waits[-1] == LONGEST_WAIT_S


def test_waiting_is_over_after_the_time_has_passed() -> None:
    assert wait_s(FREE_FAILURES + 3, since_last_s=5) == 3
    assert wait_s(FREE_FAILURES + 3, since_last_s=8) == 0


def test_many_failures_elsewhere_only_slow_an_attempt() -> None:
    assert pause_s(3) == 0
    assert 0 < pause_s(25) < LONGEST_PAUSE_S
    assert pause_s(10_000) == LONGEST_PAUSE_S
