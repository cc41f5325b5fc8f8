"""The pointer in guests without a tablet, which learn of movements only; and fingers."""

from __future__ import annotations

import functools
import re
import struct

import pytest
from a_console_host import a_running_host, missing
from a_framed_console import open_framed
from a_jupyter_server import running_server
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.server import STATIC_FOLDER

pytestmark = [
    pytest.mark.usefixtures("no_error_in_a_page"),
    pytest.mark.qemu,
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(
        not (STATIC_FOLDER / "console" / "index.html").exists(), reason="the page is not built"
    ),
]


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def a_machine(a_host):
    """A machine with a PS/2 mouse, as x86 has it where nothing else is defined."""
    yield a_host.start("web")
    a_host.remove_all()


@pytest.fixture
def open_console(a_context, a_server, a_machine, a_host):
    return functools.partial(open_framed, a_context, a_server, a_host, a_machine)


def pointer_events(sent):
    """Return the pointer events: buttons, and how far it was moved."""
    return [
        (message[1], x - 0x7FFF, y - 0x7FFF)
        for message in sent
        if message[0] == 5
        for x, y in [struct.unpack("!HH", message[2:6])]
    ]


def keys_line(console):
    return console.frame.locator("#toolbar .keys")


def test_a_click_lets_the_guest_have_the_pointer_and_the_chord_gives_it_back(open_console):
    console = open_console(tablet=False)
    console.is_settled()
    page = console.page
    expect(keys_line(console)).to_have_text(re.compile("A click lets the guest have the pointer"))
    box = console.canvas.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*middle)
    expect(keys_line(console)).to_have_text(re.compile(r"The pointer is in the guest: Ctrl\+Alt"))
    assert console.inside("document.pointerLockElement?.tagName") == "CANVAS"
    console.sent()
    # Movements are sent as such, also when they are longer than the screen is wide.
    for _turn in range(4):
        page.mouse.move(middle[0] + 150, middle[1] + 30, steps=3)
        page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.up()
    events = []
    until(page, lambda: events.extend(pointer_events(console.sent())) or (0, 0, 0) in events[-1:])
    assert [event for event in events if event[0] == 1], events
    assert all(abs(x) <= 600 and abs(y) <= 600 for _buttons, x, y in events), events
    assert any(x for _buttons, x, _y in events), events
    for press in (page.keyboard.down, page.keyboard.up):
        for key in ("Control", "Alt", "Shift"):
            press(key)
    expect(keys_line(console)).to_have_text(re.compile("A click lets the guest have the pointer"))
    assert console.inside("document.pointerLockElement") is None


def test_a_guest_with_a_tablet_learns_places_and_keeps_no_pointer(open_console):
    console = open_console(tablet=False)
    console.is_settled()
    console.has_a_tablet()
    expect(keys_line(console)).to_have_text(re.compile("leaves the screen"))
    box = console.canvas.bounding_box()
    console.sent()
    console.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    width = console.canvas.evaluate("canvas => canvas.width")
    pressed = until(
        console.page,
        lambda: [
            struct.unpack("!H", message[2:4])[0]
            for message in console.sent()
            if message[0] == 5 and message[1] == 1
        ],
    )
    assert pressed[0] == pytest.approx(width / 2, abs=2)
    assert console.inside("document.pointerLockElement") is None


def test_a_machine_without_a_tablet_is_offered_one(open_console):
    console = open_console(tablet=False)
    console.is_settled()
    console.frame.get_by_role("button", name="View").click()
    console.frame.get_by_role("menuitem", name="Add a tablet to the machine").click()
    console.hears("tablet")


def test_the_menu_lets_a_guest_have_the_pointer_whose_tablet_is_not_used_yet(open_console):
    console = open_console()
    console.is_settled()
    box = console.canvas.bounding_box()
    console.page.mouse.click(box["x"] + 20, box["y"] + 20)
    expect(keys_line(console)).to_have_text(re.compile("leaves the screen"))
    console.frame.get_by_role("button", name="View").click()
    console.frame.get_by_role("menuitem", name="Let the guest have the pointer").click()
    expect(keys_line(console)).to_have_text(re.compile("The pointer is in the guest"))
    # When the guest begins to use its tablet, there is no need any more.
    console.has_a_tablet()
    expect(keys_line(console)).to_have_text(re.compile("leaves the screen"))
    assert console.inside("document.pointerLockElement") is None


@pytest.fixture
def a_touched_console(a_browser, a_server, a_host, a_machine):
    context = a_browser.new_context(has_touch=True, viewport={"width": 800, "height": 600})
    console = open_framed(context, a_server, a_host, a_machine)
    console.is_settled()
    console.sent()
    yield console
    context.close()


class Fingers:
    """Fingers on the screen, through the browser's own input."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page)

    def __call__(self, kind, *points):
        touched = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


def buttons(console, wanted):
    """Return which buttons were pressed, once the wanted one was."""
    pressed = []
    until(
        console.page,
        lambda: (
            pressed.extend(event[0] for event in pointer_events(console.sent()))
            or wanted in pressed
        ),
    )
    return pressed


def test_fingers_tap_press_long_and_scroll(a_touched_console):
    console = a_touched_console
    touch = Fingers(console.page)
    box = console.canvas.bounding_box()
    at = (box["x"] + 200, box["y"] + 150)
    touch("touchStart", at)
    touch("touchEnd")
    assert 1 in buttons(console, 1), "a tap is the left button"
    console.page.wait_for_timeout(1200)  # a second tap at once would be a double click
    console.sent()
    touch("touchStart", at)
    assert 4 in buttons(console, 4), "a long press is the right button"
    touch("touchEnd")
    console.page.wait_for_timeout(1200)
    console.sent()
    one, other = at, (at[0] + 60, at[1])
    touch("touchStart", one, other)
    for step in range(1, 8):
        touch(
            "touchMove",
            (one[0], one[1] - 25 * step),
            (other[0], other[1] - 25 * step),
        )
        console.page.wait_for_timeout(40)
    assert 16 in buttons(console, 16), "two fingers turn the wheel"
    touch("touchEnd")


def test_the_keyboard_of_the_device_types_into_the_guest(a_touched_console):
    console = a_touched_console
    tool = console.frame.get_by_role("button", name="Keyboard", exact=True)
    tool.click()
    expect(tool).to_have_attribute("aria-pressed", "true")
    console.page.keyboard.insert_text("aZ")
    codes = []

    def typed(count):
        codes.extend(
            struct.unpack("!I", message[8:12])[0]
            for message in console.sent()
            if message[:2] == b"\xff\x00" and message[3] == 1
        )
        return len(codes) >= count

    assert until(console.page, lambda: typed(3))
    assert codes == [0x1E, 0x2A, 0x2C]
    console.page.keyboard.press("Backspace")
    console.page.keyboard.press("Enter")
    assert until(console.page, lambda: typed(5))
    assert codes[3:] == [0x0E, 0x1C]
