"""Text out of what a terminal is sent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qvirt_jupyter.hypervisor.serial.ansi_text import AnsiText, plain, shown


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"plain", "plain"),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"a\r\nb\r\r\nc\n", "a\nb\nc\n"),
        (b"10%\r20%", "10%\r20%"),
        (b"\x1b]0;title\x07shell", "shell"),
        (b"\x1b]8;;https://a.example/\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1bP+q544e\x1b\\after", "after"),
        (b"\x1b(B\x1b)0\x1b=\x1b>\x1b7\x1b8\x1bMx", "x"),
        (b"# \x1b[6n", "# "),
        (b"\x1b[?2004hprompt$ ", "prompt$ "),
        (b"bell\x07 nul\x00", "bell nul"),
        ("grün €\r\n".encode(), "grün €\n"),
        (b"\xff\xfebytes", "��bytes"),
        (b"broken \x1b\x01here", "broken \x01here"),
    ],
)
def test_what_is_seen_of_what_was_sent(sent, text):
    assert plain(sent) == text


PIECES = st.sampled_from(
    [
        *(
            b"\x1b",
            b"[",
            b"]",
            b"P",
            b"\\",
            b"31;1m",
            b"\x07",
            b"\r",
            b"\n",
            b"text",
            b";",
            b"?25h",
        ),
        *("ü€𝄞".encode()[i : i + 1] for i in range(9)),
        *(b"\xff", b"\x1b[0m", b"\x1b]0;t\x07", b"\r\n", b"(B", b" "),
    ]
)


@given(st.lists(PIECES, max_size=30).map(b"".join), st.lists(st.integers(0, 200), max_size=8))
@example(b"\x1b]0;" + b"x" * 5000 + b"\x07y", [3, 4000, 4100])
@example(b"\r" * 40 + b"\n", [1, 17, 39])
def test_the_pieces_in_which_it_comes_change_nothing(data, cuts):
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = AnsiText()
    for begin, end in itertools.pairwise(places):
        pieces.feed(data[begin:end])
    whole = AnsiText()
    whole.feed(data)
    assert pieces.text == whole.text
    assert pieces.offset == whole.offset == len(data)


@given(st.lists(PIECES, max_size=30).map(b"".join), st.integers(0, 60))
def test_each_place_in_the_text_has_one_in_the_stream(data, place):
    text = AnsiText(1000)
    text.feed(data)
    place = min(place, len(text.text))
    offset = text.offset_behind(place)
    assert 1000 <= offset <= 1000 + len(data)
    # What was sent until there is what is seen until there.
    before = AnsiText()
    # The sequence only says that no half letter goes on.
    before.feed(data[: offset - 1000] + b"\x1b[0m")
    if place:
        assert before.text == text.text[:place]


def test_what_is_forgotten_moves_nothing():
    text = AnsiText()
    text.feed(b"first\r\nsec\x1b[1mond\r\nthird")
    text.forget(8)
    assert text.text == "second\nthird"[-len(text.text) :]
    assert text.offset_behind(len(text.text)) == 24
    assert shown(text.text).endswith("third")
