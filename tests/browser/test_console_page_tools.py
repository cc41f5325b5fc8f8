"""The tools of the console's page: sizes, pictures, clipboard, typing, full screen, looks."""

from __future__ import annotations

import functools
import re
import struct

import pytest
from a_console_host import a_running_host, missing
from a_framed_console import COLOURS, open_framed
from a_jupyter_server import running_server
from axe_playwright_python.sync_playwright import Axe
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
    yield a_host.start("web")
    a_host.remove_all()


@pytest.fixture
def open_console(a_context, a_server, a_machine, a_host):
    """A function that opens the page for the machine."""
    return functools.partial(open_framed, a_context, a_server, a_host, a_machine)


def test_one_to_one_is_one_pixel_of_the_monitor_for_one_of_the_guest(
    a_browser, a_server, a_host, a_machine
):
    # A monitor at 125 per cent.
    context = a_browser.new_context(device_scale_factor=1.25)
    try:
        console = open_framed(context, a_server, a_host, a_machine)
        console.is_settled()
        console.frame.get_by_role("button", name="View").click()
        console.frame.get_by_role("menuitemradio", name="Actual size").click()
        box = console.canvas.bounding_box()
        width, height = console.canvas.evaluate("canvas => [canvas.width, canvas.height]")
        assert (box["width"] * 1.25, box["height"] * 1.25) == pytest.approx((width, height), abs=1)
        # And a click is where it was made.
        console.has_a_tablet()
        console.sent()
        console.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
        assert pressed_at(console) == pytest.approx((width / 4, height / 2), abs=2)
    finally:
        context.close()


def pressed_at(console):
    """Return where the guest is told that the left button was pressed."""
    pressed = until(
        console.page,
        lambda: [
            struct.unpack("!HH", message[2:6])
            for message in console.sent()
            if message[0] == 5 and len(message) == 6 and message[1] == 1
        ],
    )
    assert pressed, "the click was sent"
    return pressed[0]


def test_clicks_land_where_they_are_made_in_each_size(open_console):
    """The pointer's place in the guest, as the page sends it, in fit and one to one."""
    console = open_console()
    console.is_settled()
    console.has_a_tablet()
    width, height = console.canvas.evaluate("canvas => [canvas.width, canvas.height]")
    for fit in ("Fit the tab", "Actual size"):
        console.frame.get_by_role("button", name="View").click()
        console.frame.get_by_role("menuitemradio", name=fit).click()
        box = console.canvas.bounding_box()
        console.sent()
        console.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
        assert pressed_at(console) == pytest.approx((width / 4, height / 2), abs=2)


def test_a_guest_that_cannot_resize_is_named(open_console):
    console = open_console()
    console.is_settled()
    console.frame.get_by_role("button", name="View").click()
    console.frame.get_by_role("menuitemradio", name="Resize the guest").click()
    expect(console.frame.locator("#live")).to_have_text("The guest keeps the size of its screen.")


def test_a_screenshot_is_a_file_that_says_whose_it_is(open_console):
    console = open_console()
    console.is_settled()
    with console.page.expect_download() as download:
        console.frame.get_by_role("button", name="Screenshot").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"Screenshot_web_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.png", name)
    path = download.value.path()
    from PIL import Image  # noqa: PLC0415 - only here

    with Image.open(path) as picture:
        picture.verify()
    with Image.open(path) as picture:
        picture.load()
        assert picture.text["Machine"] == console.uuid
        assert picture.text["Connection"] == "QEMU session"
        assert picture.size == tuple(
            console.canvas.evaluate("canvas => [canvas.width, canvas.height]")
        )


def sent_keys(sent):
    """Return what was pressed and let go: (keysym, down) of both kinds of key events."""
    keys = []
    for message in sent:
        if message[0] == 4 and len(message) == 8:
            keys.append((struct.unpack("!I", message[4:])[0], message[1] == 1))
        elif message[:2] == b"\xff\x00":
            down, keysym, _code = struct.unpack("!HII", message[2:12])
            keys.append((keysym, down == 1))
    return keys


@pytest.fixture
def a_console(open_console):
    """A console that waits for a key, and has sent nothing since."""
    console = open_console()
    console.is_settled()
    console.sent()
    return console


def type_text(console, text):
    console.frame.get_by_role("button", name="Clipboard").click()
    console.frame.get_by_label("Text for the guest").fill(text)
    console.frame.get_by_role("button", name="Type as keys").click()


def test_a_text_is_typed_with_shift_where_it_is_needed(a_console):
    console = a_console
    type_text(console, "aB\n~")
    for place in ("#live", "#hint"):
        expect(console.frame.locator(place)).to_contain_text("4 characters typed")
    shift = 0xFFE1
    assert sent_keys(console.sent()) == [
        (ord("a"), True),
        (ord("a"), False),
        (shift, True),
        (ord("B"), True),
        (ord("B"), False),
        (shift, False),
        (0xFF0D, True),
        (0xFF0D, False),
        (shift, True),
        (ord("~"), True),
        (ord("~"), False),
        (shift, False),
    ]


def test_what_the_layout_lacks_is_named_before_anything_is_typed(a_console, a_picture):
    console = a_console
    type_text(console, "caf\u00e9 \u20ac\u200b")
    alert = console.frame.get_by_role("dialog", name="Clipboard").get_by_role("alert")
    expect(alert).to_contain_text("lacks \u00e9 \u20ac U+200B")
    assert sent_keys(console.sent()) == []
    a_picture(console.page, "console-paste-light")
    # French has all but the last; what is chosen is kept for the machine.
    console.frame.get_by_label("Keyboard layout of the guest").select_option("fr")
    console.hears("wish")
    assert console.heard("wish")[-1] == {"kind": "wish", "layout": "fr"}
    console.frame.get_by_label("Text for the guest").fill("a\u00e91\u20ac")
    console.frame.get_by_role("button", name="Type as keys").click()
    expect(console.frame.locator("#live")).to_contain_text("4 characters typed")
    # AZERTY: the letter is where Q is, the digit needs Shift, the euro AltGr.
    assert sent_codes(console.sent()) == [
        (0x10, True),
        (0x10, False),
        (0x03, True),
        (0x03, False),
        (0x2A, True),
        (0x02, True),
        (0x02, False),
        (0x2A, False),
        (0xB8, True),
        (0x12, True),
        (0x12, False),
        (0xB8, False),
    ]


def sent_codes(sent):
    """Return the places of the keys that were pressed and let go: (XT scan code, down)."""
    return [
        (struct.unpack("!I", message[8:12])[0], message[3] == 1)
        for message in sent
        if message[:2] == b"\xff\x00"
    ]


def test_any_combination_is_pressed_that_somebody_writes(a_console, a_picture):
    console = a_console
    frame = console.frame
    frame.get_by_role("button", name="Send key").click()
    frame.get_by_role("menuitem", name="Other combination").click()
    dialog = frame.get_by_role("dialog", name="Other combination")
    keys = dialog.get_by_label("Keys")
    keys.fill("ctrl-alt-del2")
    keys.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("There is no key 'del2'")
    assert sent_keys(console.sent()) == []
    a_picture(console.page, "console-combination-light")
    keys.fill("super-pr")
    offered = dialog.locator("datalist option")
    assert "super-print" in [option.get_attribute("value") for option in offered.all()]
    keys.fill("Alt + SysRq + b")
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    expect(frame.locator("#live")).to_have_text("Alt + SysRq + b was sent.")
    assert sent_codes(console.sent()) == [
        (0x38, True),
        (0x54, True),
        (0x30, True),
        (0x30, False),
        (0x54, False),
        (0x38, False),
    ]


def test_typing_can_be_stopped(a_console):
    console = a_console
    type_text(console, "x" * 2000)
    console.frame.get_by_role("button", name="Cancel").click()
    expect(console.frame.locator("#live")).to_contain_text("of 2000 characters")
    keys = sent_keys(console.sent())
    assert 0 < len(keys) < 4000
    assert keys[-1] == (ord("x"), False), "no key is left pressed"
    console.page.wait_for_timeout(500)
    assert sent_keys(console.sent()) == []


def test_a_combination_is_pressed_in_order_and_let_go_in_the_opposite_one(a_console):
    console = a_console
    console.frame.get_by_role("button", name="Send key").click()
    console.frame.get_by_role("menuitem", name="Ctrl+Alt+F12").click()
    control, alt, f12 = 0xFFE3, 0xFFE9, 0xFFC9
    keys = []
    assert until(console.page, lambda: keys.extend(sent_keys(console.sent())) or len(keys) >= 6)
    assert keys == [
        (control, True),
        (alt, True),
        (f12, True),
        (f12, False),
        (alt, False),
        (control, False),
    ]


def test_the_clipboard_is_touched_only_after_it_was_allowed(a_console):
    console = a_console
    console.page.evaluate("navigator.clipboard.writeText('from the browser')")
    console.canvas.click()
    console.page.wait_for_timeout(500)
    assert not [message for message in console.sent() if message[0] == 6]
    console.frame.get_by_role("button", name="Clipboard").click()
    console.frame.get_by_label("Share my clipboard").check()
    assert until(console.page, lambda: [message for message in console.sent() if message[0] == 6])


def test_full_screen_hides_the_toolbar_and_the_chord_leaves_it(open_console):
    console = open_console()
    console.phase("connected")
    console.frame.get_by_role("button", name="Full screen").click()
    root = console.frame.locator("html")
    expect(root).to_have_class(re.compile("fullscreen"))
    # Whether the browser lets all keys go to the guest is said either way.
    expect(console.frame.locator("#live")).to_have_text(
        re.compile(r"^(All keys go to the guest\.|This browser keeps keys)")
    )
    console.canvas.click()
    toolbar = console.frame.locator("#toolbar")
    expect(toolbar).to_have_class(re.compile("away"))
    console.page.mouse.move(400, 2)
    expect(toolbar).not_to_have_class(re.compile("away"))
    for press in (console.page.keyboard.down, console.page.keyboard.up):
        for key in ("Control", "Alt", "Shift"):
            press(key)
    expect(root).not_to_have_class(re.compile("fullscreen"))


def test_the_theme_follows_the_page_around(open_console):
    console = open_console()
    console.phase("connected")
    body = console.frame.locator("body")
    expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
    console.page.evaluate(
        """style => {
          document.body.style.cssText = `margin:0;${style}`;
          document.body.dataset.jpThemeLight = 'false';
          document.body.dataset.jpThemeName = 'dark';
        }""",
        COLOURS["dark"],
    )
    expect(body).to_have_css("background-color", "rgb(33, 33, 33)")


# A browser locks the keyboard for a page, not for a frame in it.
LISTEN_TO_LOCKS = """
top.locks ??= [];
for (const name of ['lock', 'unlock']) {
  const own = Keyboard.prototype[name];
  Keyboard.prototype[name] = function (...keys) {
    top.locks.push(this === top.navigator.keyboard ? name : `${name} in a frame`);
    return own.apply(this, keys);
  };
}
"""


def test_full_screen_locks_the_keyboard_until_it_ends(open_console):
    console = open_console(before=lambda page: page.add_init_script(LISTEN_TO_LOCKS))
    console.phase("connected")
    console.frame.get_by_role("button", name="Full screen").click()
    expect(console.frame.locator("#live")).to_contain_text("All keys go to the guest.")
    assert console.page.evaluate("locks") == ["lock"]
    console.inside("document.exitFullscreen()")
    expect(console.frame.locator("html")).not_to_have_class(re.compile("fullscreen"))
    assert until(console.page, lambda: console.page.evaluate("locks") == ["lock", "unlock"])


def test_a_browser_without_keyboard_lock_says_which_keys_it_keeps(open_console):
    console = open_console(
        before=lambda page: page.add_init_script("delete Navigator.prototype.keyboard")
    )
    console.phase("connected")
    console.frame.get_by_role("button", name="Full screen").click()
    expect(console.frame.locator("#live")).to_contain_text("keeps keys such as Alt+Tab")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_page(open_console, theme, a_picture):
    console = open_console(theme=theme)
    console.is_settled()
    console.frame.get_by_role("button", name="Send key").click()
    a_picture(console.page, f"console-{theme}")
    found = Axe().run(console.page.frames[1])
    assert found.violations_count == 0, found.generate_report()
