"""A SPICE display in the console's page in Chromium, by a real QEMU and a real Jupyter server."""

from __future__ import annotations

import functools
import re
import struct

import pytest
from a_console_host import a_running_host, missing
from a_framed_console import OFF, RUNNING, open_framed
from a_jupyter_server import running_server
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.server import STATIC_FOLDER
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

SPICE = "<graphics type='spice'><listen type='none'/></graphics>"
LOCKED = "<graphics type='spice' autoport='yes' passwd='secret'/>"
PLAYBACK = "sockets.findLast(each => each.parent?.type === 5)"
"""The socket of the channel with sounds."""


def of_kind(message):
    """Return the type of a message of SPICE, which is followed by its length."""
    return int.from_bytes(message[:2], "little")


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
    return a_host.start("web", SPICE)


@pytest.fixture
def open_console(a_context, a_server, a_machine, a_host):
    """A function that opens the page for the machine."""
    return functools.partial(open_framed, a_context, a_server, a_host, a_machine, display="spice")


def test_keys_reach_the_guest_and_nobody_else(open_console):
    console = open_console()
    console.is_settled()
    before = console.data_url()
    console.canvas.click()
    console.page.keyboard.press("Control+Shift+C")
    console.page.keyboard.press("Escape")
    console.changes(before)
    assert console.page.evaluate("keys") == 0


@pytest.mark.parametrize("keys", ["ctrl-alt-shift", "lctrl-lalt"])
def test_the_keys_that_leave_the_screen_are_those_that_are_preferred(open_console, keys):
    strings = release_keys.filled(STRINGS, keys)
    console = open_console(release=release_keys.parts_of(keys), strings=strings)
    console.is_settled()
    console.canvas.click()
    expect(console.frame.locator(".keys")).to_contain_text(release_keys.label_of(keys))
    expect(console.canvas).to_be_focused()
    console.page.keyboard.press("Control+Shift")
    assert console.heard("leave") == []
    console.page.keyboard.press("Control+Alt+Shift" if keys == "ctrl-alt-shift" else "Control+Alt")
    console.hears("leave")
    expect(console.canvas).not_to_be_focused()


def test_a_combination_is_sent_by_its_scan_codes(open_console):
    console = open_console()
    console.is_settled()
    before = console.data_url()
    console.sent()
    console.frame.get_by_role("button", name="Send key").click()
    console.frame.get_by_role("menuitem", name="Ctrl+Alt+Delete").click()
    # The firmware restarts, and draws from the top.
    console.changes(before)
    keys = [
        (of_kind(message), message[6:10].rstrip(b"\0"))
        for message in console.sent()
        if of_kind(message) in {101, 102}
    ]
    assert keys == [
        (101, b"\x1d"),
        (101, b"\x38"),
        (101, b"\xe0\x53"),
        (102, b"\xe0\xd3"),
        (102, b"\xb8"),
        (102, b"\x9d"),
    ]


def tell_as_display(console, channel, kind, body):
    """Let the page hear a message of SPICE on one of its channels, as if the display had sent it."""
    console.inside(
        f"""(() => {{
          const socket = sockets.findLast(
            each => each.parent?.type === {channel} && each.readyState === 1
          );
          const bytes = Uint8Array.from({list(struct.pack("<HI", kind, len(body)) + body)});
          socket.dispatchEvent(new MessageEvent('message', {{data: bytes.buffer}}));
        }})()"""
    )


@pytest.mark.parametrize("scaling", ["fit", "actual"])
def test_clicks_land_where_they_are_made(open_console, scaling):
    console = open_console(scaling=scaling)
    console.is_settled()
    # A guest that has a tablet says so when its driver runs: supported and current modes.
    tell_as_display(console, 1, 105, struct.pack("<HH", 3, 2))
    console.sent()
    box = console.canvas.bounding_box()
    size = console.canvas.evaluate("canvas => [canvas.width, canvas.height]")
    if scaling == "actual":
        assert [round(box["width"]), round(box["height"])] == size
    console.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    sent = console.sent()
    places = [struct.unpack_from("<II", each, 6) for each in sent if of_kind(each) == 112]
    assert abs(places[-1][0] - size[0] / 4) <= 2
    assert abs(places[-1][1] - size[1] / 2) <= 2
    assert [each[6] for each in sent if of_kind(each) in {113, 114}] == [1, 1]


def test_a_guest_without_a_tablet_is_told_how_far_the_mouse_went(open_console):
    console = open_console(scaling="actual")
    console.is_settled()
    box = console.canvas.bounding_box()
    console.page.mouse.move(box["x"] + 40, box["y"] + 40)
    console.sent()
    console.page.mouse.move(box["x"] + 60, box["y"] + 30)
    console.page.mouse.wheel(0, 100)
    assert until(console.page, lambda: console.inside("sent.some(each => each[0] === 114)"))
    sent = console.sent()
    assert [struct.unpack_from("<ii", each, 6) for each in sent if of_kind(each) == 111] == [
        (20, -10)
    ]
    # The wheel is a button of its own: two notches, each pressed and let go.
    assert [each[6] for each in sent if of_kind(each) in {113, 114}] == [5, 5, 5, 5]


def test_view_only_keeps_keys_away(open_console):
    console = open_console()
    console.is_settled()
    console.frame.get_by_role("button", name="View").click()
    console.frame.get_by_role("menuitemcheckbox", name="View only").click()
    expect(console.frame.locator("#toolbar .keys")).to_have_text("View only")
    console.sent()
    console.canvas.click()
    console.page.keyboard.press("Escape")
    console.page.wait_for_timeout(500)
    kinds = {of_kind(message) for message in console.sent()}
    assert not kinds & set(range(101, 115))


def test_what_spice_lacks_is_said(open_console):
    console = open_console()
    console.is_settled()
    sound = console.frame.get_by_role("button", name="Sound")
    expect(sound).to_have_attribute("aria-disabled", "true")
    # It is out of use, and yet says why.
    sound.focus()
    console.page.keyboard.press("Enter")
    expect(console.frame.locator("#hint")).to_have_text("The machine has no sound for SPICE.")
    console.frame.get_by_role("button", name="Clipboard").click()
    box = console.frame.get_by_role("dialog", name="Clipboard")
    expect(box).to_contain_text("brings no clipboard")
    expect(box.get_by_role("button", name="Copy to the guest")).to_be_disabled()
    expect(box.get_by_role("checkbox")).to_be_disabled()
    expect(box.get_by_role("button", name="Type as keys")).to_be_enabled()
    console.page.keyboard.press("Escape")
    console.frame.get_by_role("button", name="View").click()
    console.frame.get_by_role("menuitemradio", name="Resize the guest").click()
    expect(console.frame.locator("#hint")).to_contain_text("spice-vdagent")


def test_sound_is_played_after_a_click_only(a_context, a_server, a_host):
    sound = "<sound model='ich6'/><audio id='1' type='spice'/>"
    web = a_host.start("web", SPICE + sound)
    console = open_framed(a_context, a_server, a_host, web, display="spice")
    console.is_settled()
    button = console.frame.get_by_role("button", name="Sound")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert console.inside(f"{PLAYBACK} === undefined")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    # The channel of the sound is opened now, and let in.
    assert until(console.page, lambda: console.inside(f"{PLAYBACK}?.parent.state === 'ready'"))
    assert console.inside(f"{PLAYBACK}.readyState") == 1
    button.click()
    assert until(console.page, lambda: console.inside(f"{PLAYBACK}.readyState === 3"))
    console.phase("connected")


def test_a_password_is_asked_for_until_it_is_right(a_context, a_server, a_host, monkeypatch):
    monkeypatch.setattr(a_server.console, "skip_display_password", False)
    web = a_host.start("web", LOCKED)
    console = open_framed(a_context, a_server, a_host, web, display="spice")
    notice = console.frame.locator("#notice")
    expect(notice).to_contain_text("asks for a password")
    notice.get_by_label("Password").fill("wrong")
    notice.get_by_role("button", name="Connect").click()
    expect(notice).to_contain_text("refused this password")
    notice.get_by_label("Password").fill("secret")
    notice.get_by_label("Remember it").check()
    notice.get_by_label("Password").press("Enter")
    console.phase("connected")
    console.hears("remember")
    assert console.heard("remember") == [{"kind": "remember", "username": "", "password": "secret"}]
    # What the kernel remembers is tried without a question; where it is wrong, it is forgotten.
    for password, kind in (("secret", ""), ("changed", "forget")):
        again = open_framed(a_context, a_server, a_host, web, display="spice")
        again.hears("recall")
        again.tell("recalled", username="", password=password)
        if kind:
            again.hears(kind)
            expect(again.frame.locator("#notice")).to_contain_text("refused this password")
        else:
            again.phase("connected")


def test_a_password_whose_cipher_begins_with_a_zero_is_sent_whole(open_console):
    """One of 256 does; spice-html5 leaves the zeros out, and the server then refuses."""
    console = open_console()
    console.is_settled()
    console.sent()
    console.inside(
        "sockets.findLast(each => each.parent?.type === 1).parent.send_ticket([7, 8, 9])"
    )
    (ticket,) = [message for message in console.sent() if len(message) == 132]
    assert ticket == struct.pack("<I", 1) + bytes(125) + bytes([7, 8, 9])


def test_a_local_display_opens_without_its_password_under_policy(a_context, a_server, a_host):
    web = a_host.start("web", LOCKED)
    console = open_framed(a_context, a_server, a_host, web, display="spice")
    console.phase("connected")


def test_the_second_viewer_takes_the_display_and_the_first_is_told(open_console):
    first = open_console()
    first.is_settled()
    second = open_console()
    second.phase("connected")
    first.phase("taken")
    expect(first.frame.locator("#notice")).to_contain_text("one viewer at a time")
    first.frame.get_by_role("button", name="Show it here").click()
    first.phase("connected")
    second.phase("taken")


def test_a_reload_shows_the_picture_again(open_console):
    console = open_console()
    console.is_settled()
    console.page.reload()
    console.is_settled()


def test_a_reboot_keeps_the_console_and_a_stop_ends_it(open_console, a_machine):
    console = open_console()
    console.is_settled()
    a_machine.reset()
    console.is_settled()
    a_machine.destroy()
    console.tell("state", machine=OFF)
    console.phase("stopped")
    a_machine.create()
    console.tell("state", machine=RUNNING)
    console.is_settled()


def test_a_hypervisor_that_dies_is_no_other_viewer(open_console, a_machine, a_host):
    console = open_console()
    console.is_settled()
    # libvirt learns of it a moment late, on a busy host: the server's first answer is that it runs.
    console.page.route(
        "**/qvirt/console?*",
        lambda route: route.fulfill(json={"code": "ready", "message": ""}),
        times=1,
    )
    a_host.kill_hypervisor_of(a_machine)
    # It looks like another viewer then; the server is asked again, and the kernel need not say it.
    console.phase("stopped")
    sockets = console.inside("sockets.filter(each => each.readyState < 2).length")
    assert sockets == 0


def test_a_message_of_nonsense_is_a_notice(open_console):
    console = open_console()
    console.is_settled()
    # A copy within a surface that there is not: the next message may be a good one.
    tell_as_display(console, 2, 104, struct.pack("<I", 99) + bytes(25))
    expect(console.frame.locator("#hint")).to_contain_text("could not be drawn")
    console.phase("connected")
    # A message that would fill the memory: nothing after it can be made sense of.
    console.inside(
        """(() => {
          const socket = sockets.findLast(
            each => each.parent?.type === 2 && each.readyState === 1
          );
          const bytes = Uint8Array.from([77, 0, 0xf0, 0xff, 0xff, 0xff]);
          socket.dispatchEvent(new MessageEvent('message', {data: bytes.buffer}));
        })()"""
    )
    console.phase("refused")
    expect(console.frame.locator("#notice")).to_contain_text("makes no sense as SPICE")
    assert console.inside("sockets.filter(each => each.readyState < 2).length") == 0
    console.frame.get_by_role("button", name="Try again").click()
    console.is_settled()


def test_a_display_that_offers_a_thousand_channels_gets_one_of_each(open_console):
    console = open_console()
    console.is_settled()
    # What is drawn already comes by one of the first channels only.
    assert until(
        console.page,
        lambda: console.inside(
            "[1, 2, 3, 4].every(kind => sockets.some(each => each.parent?.type === kind"
            " && each.parent.state === 'ready'))"
        ),
    )
    before = console.inside("sockets.length")
    # Displays, inputs, cursors and what nobody knows, once more.
    kinds = [2, 3, 4, 99] * 250
    offers = b"".join(struct.pack("<BB", kind, 0) for kind in kinds)
    tell_as_display(console, 1, 104, struct.pack("<I", len(kinds)) + offers)
    console.phase("connected")
    assert console.inside("sockets.length") == before
    assert console.inside("sockets.filter(each => each.readyState === 1).length") == before


def test_the_ticket_is_not_in_the_browsers_log(open_console):
    lines = []
    console = open_console(
        before=lambda page: page.on("console", lambda line: lines.append(line.text))
    )
    console.is_settled()
    before = console.inside("sockets.length")
    console.inside("sockets.at(-1).close()")
    assert until(console.page, lambda: console.inside("sockets.length") > before)
    console.is_settled()
    assert not [line for line in lines if "ticket=" in line or re.search(r"[\w-]{43}", line)]


NOTES = [
    "The display becomes VNC, and listens where it did.",
    "What ends in a SPICE viewer goes along: Channel: SPICE agent, USB redirection 1.",
    "QXL is made for SPICE: the video card becomes VirtIO.",
    "It counts from the next start; until then the display stays as it is.",
]
DIFF = """@@ -30,9 +30,7 @@
     </controller>
-    <channel type='spicevmc'>
-      <target type='virtio' name='com.redhat.spice.0'/>
-    </channel>
-    <graphics type='spice' autoport='yes'>
+    <graphics type='vnc' autoport='yes'>
       <listen type='none'/>
-      <image compression='off'/>
     </graphics>
     <video>
-      <model type='qxl' ram='65536' vram='65536' heads='1'/>
+      <model type='virtio' heads='1'/>"""
PLAN = {"title": "Replace SPICE by VNC", "yes": "Replace", "notes": NOTES, "diff": DIFF}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_replaces_spice_is_shown_before_it_is_done(open_console, a_picture, theme):
    console = open_console(theme=theme)
    console.is_settled()
    menu = console.frame.get_by_role("button", name="More")
    menu.click()
    console.frame.get_by_role("menuitem", name="Replace SPICE by VNC").click()
    console.hears("plan")
    console.tell("planned", **PLAN)
    dialog = console.frame.get_by_role("dialog", name="Replace SPICE by VNC")
    expect(dialog.get_by_role("button", name="Replace")).to_be_focused()
    expect(dialog).to_contain_text("until then the display stays as it is")
    found = Axe().run(console.page.frames[1])
    assert found.violations_count == 0, found.generate_report()
    a_picture(console.page, f"spice-{theme}")
    console.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert console.heard("apply") == []
    menu.click()
    console.frame.get_by_role("menuitem", name="Replace SPICE by VNC").click()
    console.tell("planned", **PLAN)
    dialog.get_by_role("button", name="Replace").click()
    console.hears("apply")
    console.tell("said", message="SPICE is replaced by VNC.")
    expect(console.frame.locator("#hint")).to_have_text("SPICE is replaced by VNC.")


def test_a_connection_file_is_saved(open_console):
    console = open_console()
    console.is_settled()
    console.frame.get_by_role("button", name="More").click()
    console.frame.get_by_role("menuitem", name="Connection file").click()
    console.hears("viewer")
    with console.page.expect_download() as download:
        console.tell("viewer", name="web.vv", text="[virt-viewer]\ntype=spice\n")
    assert download.value.suggested_filename == "web.vv"
    assert download.value.path().read_text() == "[virt-viewer]\ntype=spice\n"
    expect(console.frame.locator("#hint")).to_contain_text("holds no password")
