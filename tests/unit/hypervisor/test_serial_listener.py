"""Who follows a serial line: in order, without being in anybody's way, and knowing what is lost."""

from __future__ import annotations

import threading

from qvirt_jupyter.hypervisor.serial.listener import SerialListener
from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback


class Slow:
    """A listener that takes nothing until it may."""

    def __init__(self, scrollback, *, replay=False):
        self.may = threading.Event()
        self.began = threading.Event()
        self.seen = []
        self.ended = threading.Event()
        self.listener = SerialListener(scrollback, self.take, self.lose, replay=replay)

    def take(self, data):
        self.began.set()
        assert self.may.wait(30)
        self.seen.append(data)
        if data.endswith(b"end"):
            self.ended.set()

    def lose(self, number):
        self.seen.append(number)


def test_one_that_lags_loses_the_oldest_and_is_told_how_much():
    scrollback = Scrollback(lines=10, size=1000)
    slow = Slow(scrollback)
    scrollback.append(b"first\n")
    assert slow.began.wait(30)
    sent = b"".join(b"%04d\n" % number for number in range(5000)) + b"end"
    # Nobody waits for the slow one: all of this goes in at once.
    for place in range(0, len(sent), 100):
        scrollback.append(sent[place : place + 100])
    slow.may.set()
    assert slow.ended.wait(30)
    slow.listener.close()
    first, lost, *rest = slow.seen
    assert first == b"first\n"
    assert sent[lost:] == b"".join(rest)


def test_replay_begins_with_what_there_was_and_that_is_no_loss():
    scrollback = Scrollback(lines=2)
    scrollback.append(b"1\n2\n3\n4\n5\n6\n7\n")
    slow = Slow(scrollback, replay=True)
    slow.may.set()
    scrollback.append(b"end")
    assert slow.ended.wait(30)
    slow.listener.close()
    assert not any(isinstance(seen, int) for seen in slow.seen)
    assert b"".join(slow.seen).endswith(b"7\nend")


def test_a_listener_that_fails_gets_no_more_and_the_others_go_on(caplog):
    scrollback = Scrollback()

    def fail(_data):
        raise ValueError("broken")

    failing = SerialListener(scrollback, fail, None, replay=False)
    other = Slow(scrollback)
    other.may.set()
    scrollback.append(b"x")
    failing.join(30)
    scrollback.append(b"end")
    assert other.ended.wait(30)
    other.listener.close()
    assert "gets no more" in caplog.text
