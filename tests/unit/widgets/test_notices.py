"""What a panel tells its user."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import ConnectionFailed
from qvirt_jupyter.widgets.notices import (
    REMEMBERED,
    Notice,
    NoticeBoard,
    NoticeButton,
    Notices,
)


@pytest.fixture
def a_board():
    return NoticeBoard()


@pytest.fixture
def a_view(a_board):
    view = Notices(a_board)
    yield view
    view.close()


def test_an_error_is_explained_and_its_raw_text_is_kept_for_the_details(a_board, a_view):
    error = ConnectionFailed("No route.", next_step="Check the cable.", details="libvirt: EHOST")
    a_board.put_error("far", error)
    (shown,) = a_view.shown["notices"]
    assert shown["title"] == "far"
    assert shown["text"] == "No route. Check the cable."
    assert shown["details"] == "libvirt: EHOST"
    assert shown["level"] == "error"


def test_what_nobody_expected_is_not_shown_raw(a_board, a_view):
    a_board.put_error("Start", ZeroDivisionError("x"))
    (shown,) = a_view.shown["notices"]
    assert "ZeroDivisionError" not in shown["text"]
    assert shown["details"] == "ZeroDivisionError: x"


def test_a_notice_takes_the_place_of_its_key(a_board, a_view):
    a_board.put(Notice("k", "info", "one", ""))
    a_board.put(Notice("k", "warning", "two", ""))
    assert [each["title"] for each in a_view.shown["notices"]] == ["two"]


def test_two_views_show_the_same_and_dismissing_in_one_dismisses_in_both(a_board, a_view):
    other = Notices(a_board)
    a_board.put(Notice("k", "info", "one", ""))
    assert other.shown == a_view.shown
    other._handle_custom_msg({"type": "dismiss", "id": "k", "client": ""}, [])
    assert a_view.shown["notices"] == []
    other.close()


def test_a_button_is_pressed_once(a_board, a_view):
    pressed = []
    button = NoticeButton("Try again", pressed.append)
    a_board.put(Notice("connection a b", "error", "far", "", buttons=(button,)))
    (shown,) = a_view.shown["notices"]
    message = {"type": "press", "item": shown["id"], "id": shown["buttons"][0]["id"]}
    for _time in range(2):
        a_view._handle_custom_msg({**message, "client": "window-1"}, [])
    assert pressed == ["window-1"]


def test_the_board_does_not_grow_for_ever(a_board):
    for number in range(REMEMBERED + 5):
        a_board.put(Notice(str(number), "info", "", ""))
    assert len(a_board.notices) == REMEMBERED
    assert a_board.notices[-1].key == str(REMEMBERED + 4)
