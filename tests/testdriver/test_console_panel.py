"""What the console's panel tells the browser: states, tickets, refusals; nothing of it in a trait."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from a_fresh_store import make_fresh

import qvirt_jupyter
from qvirt_jupyter.console import DisplayTarget, tickets
from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.widgets import _assets
from qvirt_jupyter.widgets._console_messages import VERSION
from qvirt_jupyter.widgets._console_strings import STRINGS
from qvirt_jupyter.widgets.console import ConsolePanel
from qvirt_jupyter.widgets.preferences import Preferences, PreferenceStore, preferences

FRONTEND = Path(qvirt_jupyter.__file__).parent.parent / "frontend"
MACHINE = """<domain type='test'><name>{name}</name><memory>1024</memory>
<os><type>hvm</type></os><devices>{displays}</devices></domain>"""
VNC, SPICE = "<graphics type='vnc'/>", "<graphics type='spice'/>"


@pytest.fixture(autouse=True)
def a_built_front_end(monkeypatch, tmp_path):
    """The panel's loader names a built file; these tests need no browser, and so no build."""
    (tmp_path / "assets.json").write_text('{"console": {"file": "console.js"}}')
    monkeypatch.setattr(_assets, "STATIC_FOLDER", tmp_path)


class Browser:
    """Hears what a panel sends, and answers in its place."""

    def __init__(self, panel):
        self.panel, self.messages = panel, []
        panel.send = self.messages.append

    def say(self, **message):
        self.panel._on_message(self.panel, message, [])

    def hear(self, kind, seconds=10, **fields):
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


def test_a_ticket_is_in_no_trait(a_machine, a_browser_of):
    browser = a_browser_of(a_machine)
    browser.say(kind="hello", version=VERSION)
    ticket = browser.hear("console")["ticket"]
    state = {**browser.panel.get_state(), **browser.panel.layout.get_state()}
    assert ticket not in json.dumps(state, default=str)


@pytest.mark.parametrize(
    ("displays", "words"), [("", "has no display"), (SPICE, "is SPICE; this console shows VNC")]
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


def test_page_and_kernel_know_the_same_words():
    used = set()
    for file in [*(FRONTEND / "console").glob("*.ts"), FRONTEND / "widgets/console/index.ts"]:
        text = file.read_text()
        used |= set(re.findall(r"""\bwords\(\s*['"](\w+)['"]""", text))
        used |= set(re.findall(r"\bstrings\.(\w+)", text))
        if "words(screen.viewOnly" in text:
            used |= {"view_only_on", "view_only_off"}
        used |= {
            f"scaling_{scaling}"
            for names in re.findall(r"type Scaling = (.*);", text)
            for scaling in re.findall(r"'(\w+)'", names)
        }
    assert used == set(STRINGS)


def test_page_and_kernel_speak_the_same_version_and_name_the_same_fields():
    text = (FRONTEND / "console" / "messages.ts").read_text()
    assert int(re.search(r"VERSION = (\d+)", text)[1]) == VERSION
    from qvirt_jupyter.widgets import _console_messages  # noqa: PLC0415 - looked at as a whole

    for name in (
        "MachineState",
        "ConsoleMessage",
        "StateMessage",
        "TicketMessage",
        "ProblemMessage",
    ):
        body = re.search(rf"interface {name} {{(.*?)\n}}", text, re.DOTALL)[1]
        fields = set(re.findall(r"^  (\w+):", body, re.MULTILINE))
        assert fields == set(getattr(_console_messages, name).__annotations__), name


def test_the_fields_of_a_sentence_survive_translation():
    for name, words in STRINGS.items():
        assert str(words), name
        assert "{chord}" not in str(words), name
