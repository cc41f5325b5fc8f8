"""The console's page in Chromium, on a real QEMU display by a real Jupyter server.

The page is framed by a page of the test's own that plays the widget, so that each message of the
kernel can be told at will; the widget itself is tried in test_console_panel.py.
"""

from __future__ import annotations

import functools
import itertools
import re

import pytest
from a_console_host import a_running_host, missing
from a_framed_console import OFF, PAUSED, RUNNING, open_framed
from a_jupyter_server import running_server
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.server import STATIC_FOLDER
from qvirt_jupyter.widgets._console_messages import VERSION
from qvirt_jupyter.widgets._console_strings import STRINGS
from qvirt_jupyter.widgets.consoles import release_keys

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


@pytest.fixture(autouse=True)
def no_machine_stays(a_host):
    """Also where a test failed: the next one starts one of the same name."""
    yield
    a_host.remove_all()


@pytest.fixture
def a_machine(a_host):
    return a_host.start("web")


@pytest.fixture
def open_console(a_context, a_server, a_machine, a_host):
    """A function that opens the page for the machine."""
    return functools.partial(open_framed, a_context, a_server, a_host, a_machine)


def test_keys_reach_the_guest_and_nobody_else(open_console):
    console = open_console()
    console.is_settled()
    before = console.data_url()
    console.canvas.click()
    # The firmware opens its menu for Escape; Ctrl+Shift+C is JupyterLab's palette.
    console.page.keyboard.press("Control+Shift+C")
    console.page.keyboard.press("Escape")
    console.changes(before)
    assert console.page.evaluate("keys") == 0


def test_the_chord_leaves_the_screen_and_longer_combinations_do_not(open_console):
    console = open_console()
    console.phase("connected")
    console.canvas.click()
    keyboard = console.page.keyboard

    def chord(*more):
        for key in ("Control", "Alt", "Shift", *more):
            keyboard.down(key)
        for key in (*more, "Shift", "Alt", "Control"):
            keyboard.up(key)

    chord("Escape")
    keyboard.press("Control+Alt+Delete")
    keyboard.press("Shift+A")
    assert console.heard("leave") == []
    expect(console.canvas).to_be_focused()
    chord()
    expect(console.canvas).not_to_be_focused()
    console.hears("leave")
    assert len(console.heard("leave")) == 1


def test_other_keys_leave_the_screen_where_they_are_preferred(open_console):
    console = open_console()
    console.phase("connected")
    console.canvas.click()
    keyboard = console.page.keyboard
    console.tell(
        "release",
        release=release_keys.parts_of("rctrl"),
        strings=release_keys.filled(STRINGS, "rctrl"),
    )
    expect(console.frame.locator(".keys")).to_have_text("Right Ctrl leaves the screen")
    for key in ("Control", "Alt", "Shift"):
        keyboard.down(key)
    for key in ("Shift", "Alt", "Control"):
        keyboard.up(key)
    # With something else in between it is the guest's: a key, or a click.
    keyboard.press("ControlRight+A")
    keyboard.down("ControlRight")
    console.canvas.click()
    keyboard.up("ControlRight")
    expect(console.canvas).to_be_focused()
    assert console.heard("leave") == []
    keyboard.press("ControlRight")
    expect(console.canvas).not_to_be_focused()
    console.hears("leave")
    assert len(console.heard("leave")) == 1


def test_who_has_no_mouse_reaches_the_screen_by_tab(open_console):
    console = open_console()
    console.is_settled()
    keyboard = console.page.keyboard
    console.frame.get_by_role("button", name="Send key").focus()
    keyboard.press("Tab")
    expect(console.canvas).to_be_focused()
    console.sent()
    keyboard.press("Tab")
    expect(console.canvas).to_be_focused()
    assert console.sent(), "the second Tab is the guest's"


def test_a_console_does_not_take_the_focus_from_where_somebody_types(open_console):
    console = open_console()
    console.page.locator("#outside").focus()
    console.phase("connected")
    expect(console.page.locator("#outside")).to_be_focused()


def test_view_only_keeps_keys_away(open_console):
    console = open_console()
    console.is_settled()
    console.frame.get_by_role("button", name="View").click()
    console.frame.get_by_role("menuitemcheckbox", name="View only").click()
    expect(console.frame.get_by_role("button", name="Send key")).to_be_disabled()
    expect(console.frame.locator("#toolbar .keys")).to_have_text("View only")
    console.sent()
    console.canvas.click()
    console.page.keyboard.press("Escape")
    console.page.wait_for_timeout(500)
    # KeyEvent, PointerEvent, and QEMU's own (https://www.rfc-editor.org/rfc/rfc6143#section-7.5).
    assert [message for message in console.sent() if message[0] in {4, 5, 255}] == []


def test_a_combination_of_the_menu_is_sent_by_keyboard_alone(open_console):
    console = open_console()
    console.is_settled()
    before = console.data_url()
    button = console.frame.get_by_role("button", name="Send key")
    button.focus()
    console.page.keyboard.press("ArrowDown")
    first = console.frame.get_by_role("menuitem", name="Ctrl+Alt+Delete")
    expect(first).to_be_focused()
    console.page.keyboard.press("ArrowUp")
    expect(console.frame.get_by_role("menuitem", name="Other combination")).to_be_focused()
    console.page.keyboard.press("Home")
    console.page.keyboard.press("Enter")
    expect(console.frame.get_by_role("menu")).to_have_count(0)
    # The firmware restarts, and draws from the top.
    console.changes(before)


def test_a_reset_keeps_the_screen(open_console, a_machine):
    console = open_console()
    console.is_settled()
    a_machine.reset()
    console.page.wait_for_timeout(1500)
    console.is_settled()


def test_a_stopped_machine_offers_start_and_connects_by_itself_when_it_runs(
    open_console, a_machine
):
    console = open_console()
    console.phase("connected")
    a_machine.destroy()
    console.phase("stopped")
    console.tell("state", machine=OFF)
    notice = console.frame.locator("#notice")
    expect(notice).to_contain_text("Shut off (destroyed)")
    notice.get_by_role("button", name="Start").click()
    console.hears("action")
    assert console.heard("action") == [{"kind": "action", "action": "start"}]
    console.tell("problem", message="web cannot be started: no memory is left.")
    expect(notice).to_contain_text("no memory is left")
    a_machine.create()
    console.tell("state", machine=RUNNING)
    console.is_settled()
    expect(notice).to_be_hidden()


def test_a_console_that_is_not_to_connect_by_itself_waits_for_a_click(open_console):
    console = open_console(autoconnect=False, scaling="actual")
    console.phase("idle")
    assert console.inside("sockets.length") == 0
    console.frame.get_by_role("button", name="Connect").click()
    console.is_settled()
    console.frame.get_by_role("button", name="View").click()
    expect(console.frame.get_by_role("menuitemradio", name="Actual size")).to_be_checked()


def test_who_starts_a_machine_here_sees_its_screen(open_console):
    console = open_console(autoconnect=False, machine=OFF)
    console.phase("stopped")
    console.frame.get_by_role("button", name="Start").click()
    console.tell("state", machine=RUNNING)
    console.phase("connected")


def test_a_start_that_is_not_allowed_says_why(open_console):
    why = "The connection is read-only."
    console = open_console(machine={**OFF, "refused": {"start": why}})
    button = console.frame.get_by_role("button", name="Start")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.press("Enter")
    expect(console.frame.locator("#live")).to_have_text(why)
    assert console.heard("action") == []


def test_a_paused_machine_shows_its_last_frame_and_resume(open_console, a_machine):
    console = open_console()
    console.is_settled()
    a_machine.suspend()
    console.tell("state", machine=PAUSED)
    banner = console.frame.locator("#banner")
    expect(banner).to_contain_text("Paused")
    console.phase("connected")
    expect(console.canvas).to_be_visible()
    expect(console.frame.get_by_role("button", name="Send key")).to_be_disabled()
    banner.get_by_role("button", name="Resume").click()
    console.hears("action")
    assert console.heard("action") == [{"kind": "action", "action": "resume"}]
    console.tell("state", machine=RUNNING)
    expect(banner).to_be_hidden()


def test_two_viewers_see_what_one_of_them_types_and_either_may_go(open_console):
    first, second = open_console(), open_console()
    for each in (first, second):
        each.is_settled()
    before = [first.data_url(), second.data_url()]
    first.canvas.click()
    first.page.keyboard.press("Escape")
    first.changes(before[0])
    second.changes(before[1])
    first.page.close()
    # Who stays sees and types as before, by the same connection.
    now = second.data_url()
    second.canvas.click()
    second.page.keyboard.press("1")
    second.changes(now)
    assert second.inside("sockets.length") == 1


def test_a_dropped_socket_is_opened_again(open_console):
    console = open_console()
    for count in (1, 2, 3):
        console.phase("connected")
        assert console.inside("sockets.length") == count
        console.inside("sockets.at(-1).close()")
        # How long it is not connected is a matter of moments.
        assert until(console.page, lambda count=count: console.inside("sockets.length") > count)
    console.phase("connected")


def test_a_server_that_is_gone_is_waited_for_with_longer_and_longer_pauses(open_console):
    def gone(page):
        page.add_init_script("window.deadEnd = `ws://${location.host}/nowhere`")
        page.route(re.compile(r".*/qvirt/console\?.*"), lambda route: route.abort())

    console = open_console(before=gone)
    console.phase("waiting")
    expect(console.frame.locator("#notice")).to_contain_text("Trying again in")
    assert until(console.page, lambda: console.inside("sockets.length") >= 5, 60)
    begun = console.inside("sockets.map(each => each.begunAt)")
    pauses = [later - earlier for earlier, later in itertools.pairwise(begun)]
    # A busy machine makes them longer, and nothing shorter than three quarters of what is meant.
    meant = (500, 1000, 2000, 4000)
    assert all(pause >= 0.75 * least for pause, least in zip(pauses, meant, strict=False)), pauses
    console.inside("delete window.deadEnd")
    console.page.unroute_all()
    console.frame.get_by_role("button", name="Try now").click()
    console.phase("connected")


def test_a_ticket_that_is_no_good_is_exchanged_once(open_console):
    console = open_console(ticket="x" * 43)
    console.hears("ticket")
    console.tell("ticket", ticket=console.new_ticket(), refusal="")
    console.phase("connected")
    assert len(console.heard("ticket")) == 1


def test_a_second_bad_ticket_is_an_error_that_stays(open_console):
    console = open_console(ticket="x" * 43)
    console.hears("ticket")
    console.tell("ticket", ticket="y" * 43, refusal="")
    console.phase("refused")
    expect(console.frame.locator("#notice")).to_contain_text("does not know this ticket")
    console.page.wait_for_timeout(1500)
    console.phase("refused")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"whereabouts": {"host": "elsewhere", "runtime": "/x"}}, "The kernel runs on elsewhere"),
        ({"whereabouts": {**whereabouts(), "runtime": "/other"}}, "do not share a runtime folder"),
        ({"refusal": "The machine has no display.", "ticket": ""}, "has no display"),
        ({"version": VERSION + 1}, "of another version"),
    ],
)
def test_what_cannot_work_is_said_at_once(open_console, fields, words):
    console = open_console(**fields)
    console.phase("refused")
    expect(console.frame.locator("#notice")).to_contain_text(words)


def test_what_mends_a_refusal_is_offered_and_shown_before_it_is_done(open_console, a_picture):
    refusal = "web: Its screen listens nowhere. Let it listen on the address 127.0.0.1."
    console = open_console(ticket="", refusal=refusal, remedy="loopback")
    console.phase("refused")
    console.frame.get_by_role("button", name="Let it listen on 127.0.0.1…").click()
    console.hears("plan")
    assert console.heard("plan") == [{"kind": "plan", "change": "loopback"}]
    a_picture(console.page, "console-remedy-light")
    console.tell(
        "planned",
        title="Listen on the host's loopback",
        yes="Let it listen",
        notes=["The display listens on 127.0.0.1 of its host.", "It counts from the next start."],
        diff="-  <listen type='none'/>\n+  <listen type='address' address='127.0.0.1'/>",
    )
    dialog = console.frame.get_by_role("dialog", name="Listen on the host's loopback")
    dialog.get_by_role("button", name="Let it listen").click()
    console.hears("apply")
    # It is not offered for what it has nothing to do with.
    console.tell("ticket", display="", ticket="", refusal="The host is away.", remedy="")
    expect(console.frame.locator("#notice")).to_contain_text("The host is away.")
    expect(console.frame.get_by_role("button", name="Let it listen on")).to_have_count(0)


def test_a_display_that_asks_for_a_password(a_context, a_server, a_host, monkeypatch):
    monkeypatch.setattr(a_server.console, "skip_display_password", False)
    displays = "<graphics type='vnc' autoport='yes' passwd='secret'/>"
    web = a_host.start("web", displays)
    console = open_framed(a_context, a_server, a_host, web)
    notice = console.frame.locator("#notice")
    expect(notice).to_contain_text("asks for a password")
    expect(notice.get_by_label("User name")).to_be_hidden()
    # A box beside its words, not above them.
    box = notice.get_by_role("checkbox").bounding_box()
    assert notice.locator(".check").bounding_box()["height"] < 2 * box["height"]
    notice.get_by_label("Password").fill("wrong")
    notice.get_by_role("button", name="Connect").click()
    # It is asked for again at once, with the reason.
    expect(notice).to_contain_text("refused this password")
    notice.get_by_label("Password").fill("secret")
    notice.get_by_label("Password").press("Enter")
    console.phase("connected")
