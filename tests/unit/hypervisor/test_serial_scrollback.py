"""What a serial line keeps: the last lines, in bounded memory."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvirt_jupyter.hypervisor.serial.scrollback import LINES, SIZE, Scrollback


def test_it_keeps_the_last_lines_exactly():
    scrollback = Scrollback(lines=3)
    scrollback.append(b"1\n2\n3\n4\n5")
    assert scrollback.contents() == b"3\n4\n5"
    scrollback.append(b"\n")
    assert scrollback.contents() == b"3\n4\n5\n"


@given(st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"7", b"\n"))))
def test_it_is_the_end_of_what_came_in_whatever_pieces(pieces):
    scrollback = Scrollback(lines=4, size=64)
    for piece in pieces:
        scrollback.append(piece)
    everything = b"".join(pieces)
    kept = scrollback.contents()
    assert everything.endswith(kept)
    assert len(kept) <= 64
    assert len(kept.splitlines()) <= 4 or kept.count(b"\n") <= 4
    assert scrollback.end == len(everything)
    begin, data = scrollback.since(0)
    assert everything[begin:] == data


def test_ten_thousand_lines_are_kept_and_long_ones_are_bounded():
    scrollback = Scrollback()
    for number in range(3 * LINES):
        scrollback.append(b"line %d\r\n" % number)
    lines = scrollback.contents().splitlines()
    assert len(lines) == LINES
    assert lines[-1] == b"line 29999"
    for _number in range(200):
        scrollback.append(b"x" * 65536)
        assert scrollback.end - scrollback.start <= SIZE
    assert len(scrollback.contents()) >= SIZE * 3 // 4


def test_no_letter_is_cut_in_two():
    scrollback = Scrollback(size=64)
    for _number in range(100):
        scrollback.append("äöü€".encode())
    assert scrollback.contents().decode()


def test_a_reader_sees_what_it_missed():
    scrollback = Scrollback(lines=2)
    scrollback.append(b"1\n")
    place = scrollback.end
    scrollback.append(b"2\n3\n4\n5\n6\n")
    begin, data = scrollback.since(place)
    assert begin > place
    assert data.endswith(b"6\n")


@pytest.mark.parametrize("wanted", [True, False])
def test_waiting_ends_with_what_comes_or_when_it_is_told(wanted):
    scrollback = Scrollback()
    ended = threading.Event()
    answers = []

    def wait():
        answers.append(scrollback.wait_beyond(0, 30, ended.is_set))

    thread = threading.Thread(target=wait)
    thread.start()
    if wanted:
        scrollback.append(b"x")
    else:
        ended.set()
        scrollback.wake()
    thread.join(20)
    assert answers == [wanted]
