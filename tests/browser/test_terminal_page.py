"""The terminal's page in Chromium, on a socket that the test serves, by a real Jupyter server."""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from a_framed_console import OFF
from a_framed_terminal import OPEN, Line, open_framed_terminal
from a_jupyter_server import running_server
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from qvirt_jupyter.server import STATIC_FOLDER
from qvirt_jupyter.widgets._terminal_strings import STRINGS
from qvirt_jupyter.widgets.consoles import release_keys

pytestmark = [
    pytest.mark.usefixtures("no_error_in_a_page"),
    pytest.mark.skipif(
        not (STATIC_FOLDER / "terminal" / "index.html").exists(), reason="the page is not built"
    ),
]
COLOURED = b"\x1b[31mred\x1b[0m \x1b[1;32mgreen\x1b[0m https://example.org\r\n"


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def a_line():
    # A short path: those of sockets are limited (unix(7)).
    folder = Path(tempfile.mkdtemp(prefix="qvirt-line-"))
    line = Line(folder)
    yield line
    line.close()
    shutil.rmtree(folder)


@pytest.fixture
def open_terminal(a_context, a_server, a_line):
    """A function that opens the page."""
    return functools.partial(open_framed_terminal, a_context, a_server, a_line)


def test_what_was_kept_is_shown_first_and_its_questions_are_not_answered(open_terminal, a_line):
    a_line.kept = b"kept words\x1b[6n\r\n"
    terminal = open_terminal()
    terminal.shows("kept words")
    terminal.is_settled()
    terminal.frame.locator(".xterm").click()
    terminal.page.keyboard.type("x")
    a_line.hears(b"x")
    assert a_line.typed == b"x"
    # One that a program asks now is answered.
    a_line.says(b"\x1b[6n")
    a_line.hears(b"R")
    assert terminal.page.evaluate("keys") == 0


def test_an_empty_terminal_says_why_until_the_guest_says_something(open_terminal, a_line):
    terminal = open_terminal()
    terminal.is_settled()
    silence = terminal.frame.get_by_text("The guest has written nothing here yet.")
    expect(silence).to_be_visible()
    a_line.says(b"login: ")
    terminal.shows("login:")
    expect(silence).to_be_hidden()


def test_more_than_can_be_shown_does_not_freeze_the_page(open_terminal, a_line):
    terminal = open_terminal()
    terminal.is_settled()
    terminal.inside(
        "window.frames_drawn = 0;"
        "(function draw() { window.frames_drawn++; requestAnimationFrame(draw); })()"
    )
    line = b"".join(b"%06d %s\r\n" % (number, b"x" * 72) for number in range(1000))
    connection = a_line.connected()
    for _number in range(250):  # 20 MB
        connection.sendall(line)
        terminal.inside("window.frames_drawn")
    before = terminal.inside("window.frames_drawn")
    connection.sendall(b"the very end\r\n")
    terminal.shows("the very end")
    terminal.frame.locator(".xterm").click()
    terminal.page.keyboard.type("y")
    a_line.hears(b"y")
    terminal.page.wait_for_function("before => frames[0].frames_drawn > before", arg=max(before, 1))


def test_a_text_is_found_counted_and_copied(open_terminal, a_line, a_picture):
    a_line.kept = COLOURED + b"needle one\r\nneedle two\r\n" + b"hay\r\n" * 200 + b"last\r\n"
    terminal = open_terminal()
    terminal.shows("last")
    terminal.frame.locator(".xterm").click()
    terminal.page.keyboard.press("Control+Shift+F")
    box = terminal.frame.get_by_role("searchbox", name="Find")
    expect(box).to_be_focused()
    box.fill("needle")
    expect(terminal.frame.get_by_role("status").first).to_have_text("1 of 2")
    box.press("Enter")
    expect(terminal.frame.get_by_role("status").first).to_have_text("2 of 2")
    terminal.shows("needle one")
    a_picture(terminal.page, "terminal-find")
    # What was found is selected: it can be copied.
    box.press("Escape")
    expect(terminal.tool("Copy")).to_be_enabled()
    terminal.tool("Copy").click()
    expect(terminal.frame.locator("#hint")).to_contain_text("6 characters copied")
    assert terminal.page.evaluate("navigator.clipboard.readText()") == "needle"


def test_several_lines_are_pasted_after_a_question_and_one_without(open_terminal, a_line):
    terminal = open_terminal()
    terminal.is_settled()
    expect(terminal.tool("Copy")).to_be_disabled()
    terminal.page.evaluate("navigator.clipboard.writeText('one line')")
    terminal.tool("Paste").click()
    a_line.hears(b"one line")
    terminal.page.evaluate("navigator.clipboard.writeText('first\\nsecond')")
    terminal.tool("Paste").click()
    box = terminal.frame.get_by_role("dialog", name="Paste")
    expect(box).to_contain_text("as they arrive: 2.")
    assert b"first" not in a_line.typed
    box.get_by_role("button", name="Paste").click()
    a_line.hears(b"first\rsecond")
    # A program that tells pasted text from typed text gets it so, without a question.
    a_line.says(b"\x1b[?2004hready")
    terminal.shows("ready")
    terminal.tool("Paste").click()
    a_line.hears(b"\x1b[200~first\rsecond\x1b[201~")


@pytest.mark.parametrize("bracketed", [True, False])
def test_what_another_page_put_into_the_clipboard_types_nothing_of_its_own(
    open_terminal, a_line, bracketed
):
    if bracketed:
        a_line.kept = b"\x1b[?2004h$ "
    terminal = open_terminal()
    terminal.is_settled()
    # The end of a pasted text, in 7 and in 8 bits, and Ctrl+O, by which a shell runs its line.
    evil = "echo\tone\x1b[201~two\x9b201~three\x0f\x7f\x03"
    terminal.page.evaluate("text => navigator.clipboard.writeText(text)", evil)
    terminal.tool("Paste").click()
    a_line.hears(b"three")
    terminal.page.keyboard.type("z")
    a_line.hears(b"z")
    text = b"echo\tone[201~two201~three"
    assert a_line.typed == (b"\x1b[200~" + text + b"\x1b[201~z" if bracketed else text + b"z")


def test_a_guest_that_is_evil_reaches_nothing_but_its_text(open_terminal, a_line):
    a_line.kept = (
        b"\x1b]0;a title\x07\x1b]2;a title\x07"
        b"\x1b]52;c;ZXZpbA==\x07"  # the clipboard, written and read
        b"\x1b]52;c;?\x07"
        b"\x1b[8;5;5t\x1b[3;0;0t\x1b[2t"  # the window: another size, elsewhere, gone
        b"<img src=x onerror=parent.keys++><script>parent.keys++</script>\r\n"
        b"\x1b]8;;javascript:parent.keys++\x07script\x1b]8;;\x07 "
        b"\x1b]8;;https://evil.example/\x07https://good.example\x1b]8;;\x07\r\n"
    )
    terminal = open_terminal()
    questions, opened = [], []
    terminal.page.on("dialog", lambda dialog: (questions.append(dialog.message), dialog.dismiss()))
    terminal.page.context.on("page", lambda page: opened.append(page.url))
    terminal.page.evaluate("navigator.clipboard.writeText('mine')")
    terminal.shows("https://good.example")
    terminal.is_settled()
    title = terminal.inside("document.title")
    a_line.says(a_line.kept + b"\x1b[18t\x1b[21t\x1b]52;c;?\x07once more\r\n")
    terminal.shows("once more")
    assert terminal.inside("document.title") == title == "web on QEMU session: Serial port 1"
    assert terminal.page.evaluate("navigator.clipboard.readText()") == "mine"
    assert terminal.frame.locator("#text img, #text script").count() == 0
    assert terminal.inside("document.querySelectorAll('.xterm-rows > div').length") > 5
    # What is behind a label is shown; a click without a key follows nothing, and asks nothing.
    where = terminal.rows.get_by_text("good.example").last.bounding_box()
    for x in (4, 40, 120):
        terminal.page.mouse.move(where["x"] + x, where["y"] + where["height"] / 2)
        terminal.page.mouse.click(where["x"] + x, where["y"] + where["height"] / 2)
    expect(terminal.frame.locator("#viewport")).to_have_attribute("title", "https://evil.example/")
    terminal.page.keyboard.type("q")
    a_line.hears(b"q")
    assert (questions, opened, terminal.page.evaluate("keys")) == ([], [], 0)
    # Nothing of what it asked for was answered.
    assert a_line.typed == b"q"


def test_the_states_of_the_line_in_words_and_what_each_offers(open_terminal, a_line, a_picture):
    terminal = open_terminal(
        line={**OPEN, "state": "busy", "words": "Somebody else has it open", "reason": "virsh."}
    )
    banner = terminal.frame.locator("#banner")
    expect(banner).to_contain_text("Somebody else holds this console.")
    banner.get_by_role("button", name="Take it over…").click()
    expect(banner).to_contain_text("is cut off")
    a_picture(terminal.page, "terminal-busy")
    banner.get_by_role("button", name="Take it over").click()
    assert terminal.heard("open") == {"kind": "open", "force": True}
    terminal.tell("line", line=OPEN)
    expect(banner).to_be_hidden()
    terminal.tell("state", machine=OFF)
    terminal.tell("line", line={**OPEN, "state": "off", "words": "The machine is off"})
    expect(banner).to_contain_text("Shut off")
    banner.get_by_role("button", name="Start").click()
    assert terminal.heard("action")["action"] == "start"
    # Nothing that is typed now goes anywhere.
    terminal.frame.locator(".xterm").click()
    terminal.page.keyboard.type("lost")
    expect(terminal.tool("Paste")).to_be_disabled()
    assert a_line.typed == b""


def test_other_keys_leave_the_terminal_as_soon_as_they_are_preferred(open_terminal):
    terminal = open_terminal()
    line = terminal.frame.locator(".keys")
    expect(line).to_have_text("Ctrl+Alt+Shift leaves the terminal")
    strings = release_keys.filled(STRINGS, "scrolllock")
    terminal.tell("release", release=release_keys.parts_of("scrolllock"), strings=strings)
    expect(line).to_have_text("Scroll Lock leaves the terminal")
    typing = terminal.frame.locator("textarea.xterm-helper-textarea")
    expect(typing).to_have_attribute("aria-label", re.compile("Scroll Lock leaves"))
    typing.focus()
    terminal.page.keyboard.press("Control+Alt+Shift")
    terminal.page.keyboard.press("ScrollLock")
    expect(typing).not_to_be_focused()
    assert len(terminal.heard("leave")) == 1


def test_a_log_is_begun_and_ended(open_terminal):
    terminal = open_terminal()
    terminal.is_settled()
    terminal.tool("Log to a file").click()
    box = terminal.frame.get_by_role("dialog", name="Log to a file")
    expect(box.get_by_role("textbox")).to_have_value("/home/somebody/web-serial0.log")
    box.get_by_role("button", name="Start").click()
    assert terminal.heard("log")["path"] == "/home/somebody/web-serial0.log"
    terminal.tell("line", line={**OPEN, "log": "/home/somebody/web-serial0.log"})
    terminal.tool("Log to a file: /home/somebody/web-serial0.log").click()
    box.get_by_role("button", name="Stop").click()
    terminal.page.wait_for_function("heard.some(each => each.kind === 'log' && each.path === '')")


def test_the_chord_leaves_the_terminal(open_terminal):
    terminal = open_terminal()
    terminal.is_settled()
    terminal.frame.locator(".xterm").click()
    for press in (terminal.page.keyboard.down, terminal.page.keyboard.up):
        for key in ("Control", "Alt", "Shift"):
            press(key)
    terminal.heard("leave")


def test_a_socket_that_drops_is_opened_again_and_shows_what_was_kept(open_terminal, a_line):
    a_line.kept = b"kept words\r\n"
    terminal = open_terminal()
    terminal.shows("kept words")
    a_line.kept = b"kept words\r\nand more\r\n"
    a_line.drop()
    a_line.connected(2)
    terminal.shows("and more")
    expect(terminal.html).to_have_attribute("data-phase", "connected")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_page(open_terminal, a_line, theme, a_picture):
    a_line.kept = COLOURED + b"root@web:~# "
    terminal = open_terminal(theme=theme)
    terminal.shows("root@web")
    terminal.is_settled()
    a_picture(terminal.page, f"terminal-{theme}")
    terminal.tool("Find").click()
    terminal.tool("View").click()
    found = Axe().run(terminal.page.frames[1])
    assert found.violations_count == 0, found.generate_report()
