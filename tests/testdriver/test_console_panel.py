"""What the console's panel tells the browser: states, tickets, refusals; nothing of it in a trait."""

from __future__ import annotations

import json
import time

import pytest
from a_fresh_store import make_fresh

from qvirt_jupyter.console import DisplayTarget, tickets
from qvirt_jupyter.console.display_routes import Route
from qvirt_jupyter.hypervisor import NotFound, connect
from qvirt_jupyter.hypervisor.screen.display_passwords import DisplayPasswords
from qvirt_jupyter.hypervisor.screen.display_place import NotListening
from qvirt_jupyter.widgets import _assets
from qvirt_jupyter.widgets._console_messages import VERSION
from qvirt_jupyter.widgets.consoles import console, release_keys
from qvirt_jupyter.widgets.consoles.console import ConsolePanel
from qvirt_jupyter.widgets.consoles.terminal import TerminalPanel
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore, preferences

MACHINE = """<domain type='test'><name>{name}</name><memory>1024</memory>
<os><type>hvm</type></os><devices>{displays}</devices></domain>"""
WORD = "s3cret"
VNC, SPICE = "<graphics type='vnc'/>", "<graphics type='spice'/>"


@pytest.fixture(autouse=True)
def a_built_front_end(monkeypatch, tmp_path):
    """The panel's loader names a built file; these tests need no browser, and so no build."""
    (tmp_path / "assets.json").write_text(
        '{"console": {"file": "console.js"}, "terminal": {"file": "terminal.js"}}'
    )
    monkeypatch.setattr(_assets, "STATIC_FOLDER", tmp_path)


class Browser:
    """Hears what a panel sends, and answers in its place."""

    def __init__(self, panel):
        self.panel, self.messages = panel, []
        panel.send = self.messages.append

    def say(self, **message):
        self.panel._on_message(self.panel, message, [])

    def hear(self, kind, seconds=60, **fields):
        """Wait for a message of a kind, and take it away with those before it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, message in enumerate(self.messages):
                machine = message.get("machine", {})
                if message["kind"] == kind and all(
                    machine.get(name) == value for name, value in fields.items()
                ):
                    del self.messages[: number + 1]
                    return message
            time.sleep(0.01)
        pytest.fail(f"no {kind} {fields}; there were {self.messages}")


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains.define(MACHINE.format(name="web", displays=SPICE + VNC))


@pytest.fixture
def a_browser_of(request):
    """A function that opens a panel for a machine, closed at the end."""

    def open_panel(machine):
        panel = ConsolePanel(machine)
        request.addfinalizer(panel.close)
        return Browser(panel)

    return open_panel


def test_hello_is_answered_with_all_that_a_page_needs(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("console")
    assert message["version"] == VERSION
    assert (message["name"], message["uuid"]) == ("web", a_machine.uuid)
    assert message["machine"]["state"] == "shutoff"
    assert "start" not in message["machine"]["refused"]
    assert "Start it first" in message["machine"]["refused"]["resume"]
    # The first VNC display, whatever stands before it.
    assert tickets.find(message["ticket"]) == DisplayTarget(
        a_machine.connection.uri, a_machine.uuid, 1
    )


def test_a_panel_shows_the_display_that_it_is_given(a_connection, request):
    machine = a_connection.domains.define(
        MACHINE.format(name="two", displays=VNC + "<graphics type='egl-headless'/>" + VNC)
    )

    def say_hello(display):
        panel = ConsolePanel(machine, display)
        request.addfinalizer(panel.close)
        browser = Browser(panel)
        browser.say(kind="hello", version=VERSION)
        return browser.hear("console")

    shown = say_hello(2)
    assert shown["display"] == "vnc"
    assert tickets.find(shown["ticket"]).index == 2
    assert "EGL-HEADLESS" in say_hello(1)["refusal"]
    gone = say_hello(7)
    assert (gone["ticket"], gone["display"]) == ("", "")
    assert "no display 8 any more" in gone["refusal"]


def test_a_console_begins_as_its_user_prefers(a_machine, a_browser_of, monkeypatch):
    wishes = Preferences(console_scaling="actual", console_autoconnect=False)
    monkeypatch.setattr(PreferenceStore, "now", wishes)
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("console")
    assert (message["scaling"], message["autoconnect"]) == ("actual", False)


def test_what_is_chosen_for_a_machine_is_kept_for_it(a_machine, a_browser_of, monkeypatch):
    make_fresh(monkeypatch, preferences)
    browser = a_browser_of(a_machine)
    browser.say(kind="wish", scaling="actual")
    browser.say(kind="wish", autoconnect=False)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("console")
    assert (message["scaling"], message["autoconnect"]) == ("actual", False)
    assert preferences.now.console_scaling == "fit"
    browser.say(kind="wish", scaling="huge")
    assert "huge" in browser.hear("problem")["message"]


def test_changes_of_the_machine_are_told(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    browser.hear("console")
    a_machine.start()
    assert browser.hear("state", state="running")["machine"]["active"]
    a_machine.suspend()
    paused = browser.hear("state", state="paused")["machine"]
    assert paused["active"]
    assert "resume" not in paused["refused"]
    a_machine.destroy()
    assert not browser.hear("state", state="shutoff")["machine"]["active"]
    a_machine.undefine()
    assert "removed" in browser.hear("state", state="gone")["machine"]["words"]


def test_start_and_resume_of_the_page_act_on_the_machine(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="action", action="start")
    browser.hear("state", state="running")
    a_machine.suspend()
    browser.hear("state", state="paused")
    browser.say(kind="action", action="resume")
    browser.hear("state", state="running")


@pytest.mark.parametrize("action", ["destroy", "undefine", "__init__", "", None, {"x": 1}])
def test_the_page_cannot_do_anything_else(a_machine, a_browser_of, action):
    a_machine.start()
    browser = a_browser_of(a_machine)
    browser.say(kind="action", action=action)
    browser.say(kind="something else")
    time.sleep(0.2)
    assert a_machine.state.is_active


def test_an_action_that_fails_says_why(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="action", action="resume")
    assert "Start it first" in browser.hear("problem")["message"]


def test_a_ticket_is_kept_while_it_is_good_and_exchanged_when_it_is_not(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    first = browser.hear("console")["ticket"]
    browser.say(kind="ticket")
    assert browser.hear("ticket")["ticket"] == first
    tickets.revoke(first)
    browser.say(kind="ticket")
    second = browser.hear("ticket")["ticket"]
    assert second != first
    assert tickets.find(second)


def test_closing_revokes_the_ticket_and_is_heard_no_more(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    ticket = browser.hear("console")["ticket"]
    browser.panel.close()
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(ticket)
    browser.say(kind="ticket")
    a_machine.start()
    time.sleep(0.3)
    assert browser.messages == []
    assert a_machine.state.is_active, "the machine is not touched"


def test_a_password_is_remembered_in_the_kernel_alone(a_machine, a_browser_of, monkeypatch):
    monkeypatch.setattr(console, "display_passwords", passwords := DisplayPasswords())
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    browser.hear("console")
    browser.say(kind="recall")
    assert browser.hear("recalled")["password"] == ""
    browser.say(kind="remember", username="ann", password=WORD)
    # Another panel of the same display knows it, one of another display does not.
    other = a_browser_of(a_machine)
    other.say(kind="hello", version=VERSION)
    other.hear("console")
    other.say(kind="recall")
    heard = other.hear("recalled")
    assert (heard["username"], heard["password"]) == ("ann", WORD)
    assert passwords.recall(a_machine.connection.uri, a_machine.uuid, 0) is None
    assert WORD not in repr(passwords.recall(a_machine.connection.uri, a_machine.uuid, 1))
    state = {**browser.panel.get_state(), **browser.panel.layout.get_state()}
    assert WORD not in json.dumps(state, default=str)
    browser.say(kind="remember", username=None, password=["x"])
    browser.say(kind="remember", username="", password="x" * 5000)
    browser.say(kind="recall")
    assert browser.hear("recalled")["password"] == WORD
    browser.say(kind="forget")
    browser.say(kind="recall")
    assert browser.hear("recalled")["password"] == ""


def test_a_viewer_file_is_given_or_the_reason_why_not(a_connection, a_browser_of):
    display = "<graphics type='spice' port='5901'><listen type='address' address='{}'/></graphics>"
    for address in ("192.0.2.7", "127.0.0.1"):
        machine = a_connection.domains.define(
            MACHINE.format(name=f"at-{address}", displays=display.format(address))
        )
        machine.start()
        browser = a_browser_of(machine)
        browser.say(kind="hello", version=VERSION)
        assert browser.hear("console")["display"] == "spice"
        browser.say(kind="viewer")
        if address == "127.0.0.1":
            assert "only programs on its own host" in browser.hear("problem")["message"]
        else:
            heard = browser.hear("viewer")
            assert heard["name"] == "at-192.0.2.7.vv"
            assert "host=192.0.2.7" in heard["text"]


def test_spice_is_replaced_after_it_was_shown_what_that_takes(a_connection, a_browser_of):
    machine = a_connection.domains.define(MACHINE.format(name="old", displays=SPICE))
    browser = a_browser_of(machine)
    browser.say(kind="apply")
    browser.say(kind="plan", change="vnc")
    heard = browser.hear("planned")
    assert (heard["title"], heard["yes"]) == ("Replace SPICE by VNC", "Replace")
    assert "becomes VNC" in heard["notes"][0]
    assert "spice" in heard["diff"]
    assert [display.type for display in machine.displays()] == ["spice"], "nothing is done yet"
    browser.say(kind="apply")
    assert "replaced by VNC" in browser.hear("said")["message"]
    assert [display.type for display in machine.displays()] == ["vnc"]
    assert browser.hear("ticket")["display"] == "vnc", "the page gets the new display by itself"
    browser.say(kind="plan", change="vnc")
    assert "no SPICE display" in browser.hear("problem")["message"]
    browser.say(kind="plan", change="anything")


def test_a_display_that_nobody_reaches_is_refused_with_what_mends_it(
    a_connection, a_browser_of, monkeypatch
):
    def nobody_reaches(domain, display):
        if display.listen == "none":
            raise NotListening("It listens nowhere.", subject=domain.subject, next_step="")
        return Route(DisplayTarget(domain.connection.uri, domain.uuid, display.index))

    monkeypatch.setattr(console, "route", nobody_reaches)
    nowhere = "<graphics type='vnc'><listen type='none'/></graphics>"
    machine = a_connection.domains.define(MACHINE.format(name="far", displays=nowhere))
    browser = a_browser_of(machine)
    browser.say(kind="hello", version=VERSION)
    heard = browser.hear("console")
    assert "listens nowhere" in heard["refusal"]
    assert heard["remedy"] == "loopback"
    browser.say(kind="plan", change="loopback")
    assert "127.0.0.1" in browser.hear("planned")["diff"]
    browser.say(kind="apply")
    assert "listens on 127.0.0.1" in browser.hear("said")["message"]
    ticket = browser.hear("ticket")
    assert (ticket["refusal"], ticket["remedy"]) == ("", "")
    assert ticket["ticket"]


def test_what_mends_it_is_not_offered_again_while_the_machine_runs_on(
    a_connection, a_browser_of, monkeypatch
):
    def nobody_reaches(domain, _display):
        raise NotListening("It listens nowhere.", subject=domain.subject, next_step="")

    monkeypatch.setattr(console, "route", nobody_reaches)
    nowhere = "<graphics type='vnc'><listen type='none'/></graphics>"
    machine = a_connection.domains.define(MACHINE.format(name="far", displays=nowhere))
    machine.start()
    browser = a_browser_of(machine)
    browser.say(kind="plan", change="loopback")
    browser.hear("planned")
    browser.say(kind="apply")
    assert "from the next start" in browser.hear("said")["message"]
    ticket = browser.hear("ticket")
    assert ticket["remedy"] == ""
    assert "shut the machine down, and start it" in ticket["refusal"]


def test_a_ticket_is_in_no_trait(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    ticket = browser.hear("console")["ticket"]
    state = {**browser.panel.get_state(), **browser.panel.layout.get_state()}
    assert ticket not in json.dumps(state, default=str)


@pytest.mark.parametrize(
    ("displays", "words"),
    [
        ("", "has no display"),
        ("<graphics type='sdl'/>", "is SDL; this console shows VNC and SPICE"),
    ],
)
def test_a_machine_without_a_vnc_display_is_refused_in_words(
    a_connection, a_browser_of, displays, words
):
    machine = a_connection.domains.define(MACHINE.format(name="web", displays=displays))
    browser = a_browser_of(machine)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("console")
    assert words in message["refusal"]
    assert message["ticket"] == ""


def test_a_read_only_connection_gives_no_screen_and_starts_nothing(a_driver_file, a_browser_of):
    connection = connect(f"test://{a_driver_file}", read_only=True)
    try:
        machine = next(each for each in connection.domains if each.displays())
        browser = a_browser_of(machine)
        browser.say(kind="hello", version=VERSION)
        message = browser.hear("console")
        assert "read-only" in message["refusal"]
        assert message["ticket"] == ""
        assert set(message["machine"]["refused"]) == {"start", "resume"}
        browser.panel.close()
    finally:
        connection.close()


def test_other_keys_leave_a_console_as_soon_as_they_are_preferred(
    a_machine, a_browser_of, monkeypatch
):
    make_fresh(monkeypatch, preferences)
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("console")
    assert message["release"] == release_keys.parts_of("ctrl-alt-shift")
    assert "Ctrl+Alt+Shift" in message["strings"]["leave_hint"]
    preferences.set(console_release="rctrl")
    heard = browser.hear("release")
    assert heard["release"] == [["ControlRight"]]
    assert heard["strings"]["leave_hint"] == "Right Ctrl leaves the screen"
    preferences.set(console_scaling="actual")
    browser.say(kind="hello", version=VERSION)
    assert browser.hear("console")["release"] == [["ControlRight"]]
    assert not [each for each in browser.messages if each["kind"] == "release"]


def test_the_page_asks_for_layouts_and_for_the_keys_of_combinations(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("console")
    assert (message["layout"], message["layouts"]["de"]) == ("us", "German")
    assert "sysrq" in message["keyNames"]
    browser.say(kind="layout", name="de")
    layout = browser.hear("layout")["layout"]
    assert layout["strokes"]["Z"] == [["ShiftLeft", "KeyY"]]
    browser.say(kind="layout", name="klingon")
    assert "klingon" in browser.hear("layout")["problem"]
    browser.say(kind="keys", text="ctrl-alt-f2", layout="de")
    assert browser.hear("keys")["codes"] == ["ControlLeft", "AltLeft", "F2"]
    browser.say(kind="keys", text="ctrl-", layout="de")
    answer = browser.hear("keys")
    assert (answer["codes"], answer["text"]) == ([], "ctrl-")
    assert "missing" in answer["problem"]


def test_a_layout_is_kept_for_its_machine(a_machine, a_browser_of, monkeypatch):
    make_fresh(monkeypatch, preferences)
    browser = a_browser_of(a_machine)
    browser.say(kind="wish", layout="fr")
    browser.say(kind="hello", version=VERSION)
    assert browser.hear("console")["layout"] == "fr"
    browser.say(kind="wish", layout="nothing")
    assert "nothing" in browser.hear("problem")["message"]
    assert preferences.now.console_layout == "us"


def test_a_tablet_is_named_and_one_that_cannot_be_added_is_explained(
    a_machine, a_connection, a_browser_of
):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    assert browser.hear("console")["tablet"] is False
    with_one = a_connection.domains.define(
        MACHINE.format(name="pointed", displays=VNC + "<input type='tablet' bus='usb'/>")
    )
    other = a_browser_of(with_one)
    other.say(kind="hello", version=VERSION)
    assert other.hear("console")["tablet"] is True
    # It is off, so that nothing needs to be attached.
    browser.say(kind="tablet")
    assert browser.hear("tablet")["tablet"] is True
    # The test driver attaches nothing to one that runs, and says so.
    running = a_browser_of(a_connection.domains["running"])
    running.say(kind="tablet")
    assert running.hear("problem")["message"]


def test_a_machine_has_its_console_by_a_method(a_machine):
    panel = a_machine.console()
    try:
        assert isinstance(panel, ConsolePanel)
        assert panel.domain == a_machine
        data, _about = panel._repr_mimebundle_()
        assert data["text/plain"] == repr(panel) == "Console of web"
        # A notebook without its kernel says what was there.
        assert data["text/html"] == "<p>Console of web</p>"
        assert "application/vnd.jupyter.widget-view+json" in data
    finally:
        panel.close()


@pytest.mark.parametrize("which", [7, -1, "serial7"])
def test_a_console_that_the_machine_has_not(a_machine, which):
    with pytest.raises(NotFound, match=f"no console {which!r}") as caught:
        a_machine.console(which)
    assert "0 (" in caught.value.next_step
    assert "VNC" in caught.value.next_step


def test_a_console_by_its_number_or_alias(a_connection):
    machine = a_connection.domains.define(
        MACHINE.format(name="both", displays=f"{VNC}<serial type='pty'><target port='0'/></serial>")
    )
    panels = [machine.console(0), machine.console("serial0")]
    try:
        assert isinstance(panels[0], ConsolePanel)
        assert isinstance(panels[1], TerminalPanel)
        assert (panels[0].display, panels[1].alias) == (0, "serial0")
    finally:
        for panel in panels:
            panel.close()
