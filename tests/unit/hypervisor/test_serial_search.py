"""Looking for patterns in what comes."""

from __future__ import annotations

import re
import threading

from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback
from qvirt_jupyter.hypervisor.serial.search import WINDOW, SerialSearch


def a_scrollback(*pieces, **options):
    scrollback = Scrollback(**options)
    for piece in pieces:
        scrollback.append(piece)
    return scrollback


def test_what_is_found_says_what_was_before_and_behind():
    scrollback = a_scrollback(b"boot\r\n\x1b[1mhost lo", b"gin:\x1b[0m more")
    search = SerialSearch(scrollback, 0, [re.compile(r"(\w+) (?P<what>login):")])
    found = search.look(0)
    assert (found.index, found.before, found.text, found.after) == (
        0,
        "boot\n",
        "host login:",
        " more",
    )
    assert found.groups == ("host", "login")
    assert (found[0], found[1], found["what"]) == ("host login:", "host", "login")
    assert found.raw == b"boot\r\n\x1b[1mhost login:"
    assert "host login:" in found._repr_html_()
    # The next one begins there.
    following = SerialSearch(scrollback, search.end, ["more"]).look(0)
    assert following.before == " "


def test_what_begins_first_wins_and_a_text_is_no_expression():
    scrollback = a_scrollback(b"a.c abc panic")
    assert SerialSearch(scrollback, 0, ["panic", "abc"]).look(0).index == 1
    assert SerialSearch(scrollback, 0, ["a.c"]).look(0).before == ""
    assert SerialSearch(a_scrollback(b"abc"), 0, ["a.c"]).look(0) is None


def test_it_goes_on_as_more_comes_also_within_a_letter_and_a_sequence():
    scrollback = Scrollback()
    search = SerialSearch(scrollback, 0, ["grün!"])
    for byte in "gr\x1b[1mün\x1b[0m!".encode():
        assert search.look(0) is None
        scrollback.append(bytes([byte]))
    assert search.look(0).text == "grün!"


def test_it_waits_for_what_comes():
    scrollback = Scrollback()
    search = SerialSearch(scrollback, 0, ["x"])
    threading.Timer(0.05, scrollback.append, [b"x"]).start()
    assert search.look(30).text == "x"


def test_memory_is_bounded_and_a_match_behind_it_is_found():
    scrollback = Scrollback()
    search = SerialSearch(scrollback, 0, [re.compile("needle$")])
    for _number in range(30):
        scrollback.append(b"0123456789abcde\n" * 4096)
        assert search.look(0) is None
        assert len(search.text) <= WINDOW + 70_000
    scrollback.append(b"needle")
    assert search.look(0).text == "needle"
    assert search.is_cut


def test_what_was_dropped_before_anybody_looked_is_skipped():
    scrollback = a_scrollback(b"old\n" * 50, b"new\n", lines=5)
    search = SerialSearch(scrollback, 0, ["new"])
    assert search.look(0).before.count("old") <= 5
    assert search.is_cut
