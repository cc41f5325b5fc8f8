"""Waits between attempts double, have a limit, and leave something to chance."""

from __future__ import annotations

from qvirt_jupyter.hypervisor.backoff import FIRST, JITTER, LONGEST, Backoff


class FixedChance:
    """A source of chance that is none."""

    def __init__(self, number):
        self.number = number

    def random(self):
        return self.number


def test_the_first_attempt_is_made_at_once():
    assert Backoff().next() == 0.0


def test_waits_double_up_to_a_limit():
    backoff = Backoff(FixedChance(0.3))
    waits = [backoff.next() for _ in range(30)][1:]
    for number, wait in enumerate(waits):
        whole = min(LONGEST, FIRST * 2**number)
        assert whole * (1 - JITTER) <= wait <= whole
    assert max(waits) <= LONGEST


def test_two_clients_do_not_come_back_together():
    first, second = Backoff(FixedChance(0.3)), Backoff(FixedChance(0.9))
    assert [first.next() for _ in range(5)][1:] != [second.next() for _ in range(5)][1:]
