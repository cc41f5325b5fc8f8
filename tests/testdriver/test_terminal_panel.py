"""Terminals of the test driver, which has no streams for consoles, and the switch between consoles."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import connect, publisher
from qvirt_jupyter.widgets._terminal_messages import (
    VERSION,
    LineMessage,
    LineState,
    TerminalMessage,
)
from qvirt_jupyter.widgets._terminal_strings import STRINGS
from qvirt_jupyter.widgets.consoles.terminal import TerminalPanel
from qvirt_jupyter.widgets.consoles.views import ConsoleViews
from qvirt_jupyter.widgets.preferences import preferences

FRONTEND = Path(__file__).parent.parent.parent / "frontend"
MACHINE = """
<domain type='test'>
  <name>talker</name><memory>1024</memory><os><type>hvm</type></os>
  <devices>
    <graphics type='vnc'/>
    <graphics type='sdl'/>
    <graphics type='spice'/>
    <serial type='pty'/>
    <serial type='file'><source path='/tmp/out.txt'/></serial>
    <console type='pty'><target type='virtio'/></console>
  </devices>
</domain>
"""


@pytest.fixture
def a_connection():
    connection = connect("test:///default")
    yield connection
    for machine in list(connection.domains):
        if machine.subject.name in {"talker", "mute"}:
            if machine.is_active:
                machine.destroy()
            machine.undefine()
    connection.close()


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains.define(MACHINE)


class Browser:
    """What a panel tells its page."""

    def __init__(self, panel):
        self.panel = panel
        self.messages = []
        panel.send = self.take
        self.arrived = threading.Condition()

    def take(self, message, _buffers=None):
        with self.arrived:
            self.messages.append(dict(message))
            self.arrived.notify_all()

    def say(self, **message):
        self.panel._receive(message)

    def hear(self, kind, condition=lambda _message: True, seconds=20):
        """Return the last message of a kind that is as it is waited for."""

        def last():
            fitting = [each for each in self.messages if each["kind"] == kind and condition(each)]
            return fitting[-1] if fitting else None

        with self.arrived:
            assert self.arrived.wait_for(lambda: last() is not None, seconds), self.messages
            return last()


def test_the_test_driver_has_no_consoles_and_the_page_says_so(a_machine):
    a_machine.start()
    panel = TerminalPanel(a_machine, "serial0")
    browser = Browser(panel)
    browser.say(kind="hello", version=VERSION)
    message = browser.hear("terminal")
    assert message["label"] == "Serial port 1"
    assert message["refusal"] == ""
    assert message["ticket"]
    line = browser.hear("line", lambda each: each["line"]["state"] == "refused")["line"]
    assert line["reason"]
    panel.close()


def test_a_console_that_is_not_there_or_cannot_be_opened_is_refused_in_words(a_machine):
    for alias, words in (("serial7", "no console 'serial7'"), ("serial1", "out.txt")):
        panel = TerminalPanel(a_machine, alias)
        browser = Browser(panel)
        browser.say(kind="hello", version=VERSION)
        message = browser.hear("terminal")
        assert words in message["refusal"]
        assert message["ticket"] == ""
        panel.close()


def test_a_log_that_cannot_be_written_is_a_problem_in_words(a_machine, tmp_path):
    panel = TerminalPanel(a_machine, "serial0")
    browser = Browser(panel)
    browser.say(kind="hello", version=VERSION)
    assert "talker-serial0" in browser.hear("terminal")["log_offer"]
    browser.say(kind="log", path=str(tmp_path / "nowhere" / "file.log"))
    assert "file.log" in browser.hear("problem")["message"]
    browser.say(kind="log", path=str(tmp_path / "file.log"))
    browser.hear("line", lambda each: each["line"]["log"] == str(tmp_path / "file.log"))
    browser.say(kind="log", path="")
    browser.hear("line", lambda each: not each["line"]["log"])
    panel.close()


def test_what_a_page_wishes_is_kept_and_nonsense_is_a_problem(a_machine):
    panel = TerminalPanel(a_machine, "serial0")
    browser = Browser(panel)
    browser.say(kind="wish", font_size=17)
    assert preferences.now.terminal_font_size == 17
    browser.say(kind="wish", font_size=900)
    browser.hear("problem")
    assert preferences.now.terminal_font_size == 17
    panel.close()


def shown(views):
    return [key for key, view in views._views.items() if view.layout.display != "none"]


def switch(views):
    state = views._switch.shown or {"choices": []}
    return {each["id"]: each for each in state["choices"]}


def test_the_switch_lists_all_and_keeps_what_was_chosen(a_machine):
    views = ConsoleViews(a_machine)
    assert wait_for(lambda: shown(views) == ["vnc-0"])
    choices = switch(views)
    assert list(choices) == ["vnc-0", "sdl-1", "spice-2", "serial0", "serial1", "console1"]
    assert choices["sdl-1"]["reason"]
    assert choices["serial1"]["reason"]
    # All displays can be opened, not only the first.
    assert choices["spice-2"]["reason"] == ""
    # What cannot be opened is not chosen, by whatever a browser says.
    views._switch._said({"type": "choose", "id": "serial1"}, "")
    views._switch._said({"type": "choose", "id": "serial0"}, "")
    assert wait_for(lambda: shown(views) == ["serial0"])
    screen = views._views["vnc-0"]
    views.choose("vnc-0")
    assert shown(views) == ["vnc-0"]
    assert views._views["vnc-0"] is screen
    assert set(views._views) == {"vnc-0", "serial0"}
    views.choose("serial0")
    close(views)
    # The next one begins where somebody was.
    again = ConsoleViews(a_machine)
    assert wait_for(lambda: shown(again) == ["serial0"])
    close(again)


def close(views):
    for view in views._views.values():
        view.close()
    views.close()
    publisher.flush()


def test_the_switch_follows_the_definition(a_connection, a_machine):
    views = ConsoleViews(a_machine)
    views.choose("serial0")
    assert wait_for(lambda: "serial0" in switch(views))
    views.choose("serial0")
    a_connection.domains.define(
        MACHINE.replace("<name>", f"<uuid>{a_machine.uuid}</uuid><name>").replace(
            "<serial type='pty'/>", ""
        )
    )
    assert wait_for(
        lambda: (
            list(switch(views))
            == [
                "vnc-0",
                "sdl-1",
                "spice-2",
                "serial0",
                "console1",
            ]
        )
    )
    # The serial port that is left has the name of the other, and is a file.
    assert wait_for(lambda: shown(views) == ["vnc-0"])
    close(views)


def test_a_machine_without_any_console_says_so(a_connection):
    machine = a_connection.domains.define(
        "<domain type='test'><name>mute</name><memory>1024</memory>"
        "<os><type>hvm</type></os></domain>"
    )
    views = ConsoleViews(machine)
    assert wait_for(lambda: shown(views) == [""])
    assert switch(views) == {}
    close(views)


def test_page_and_kernel_know_the_same_words():
    used = set()
    for file in [
        *(FRONTEND / "terminal").glob("*.ts"),
        *(FRONTEND / "viewer").glob("*.ts"),
        FRONTEND / "widgets/panel/framedPage.ts",
    ]:
        text = file.read_text()
        used |= set(re.findall(r"""\bwords\(\s*['"](\w+)['"]""", text))
        used |= set(re.findall(r"""\bwords\([^'")]*\?\s*'(\w+)'\s*:\s*'\w+'\)""", text))
        used |= set(re.findall(r"""\bwords\([^'")]*\?\s*'\w+'\s*:\s*'(\w+)'\)""", text))
        used |= set(re.findall(r"\bstrings\.(\w+)", text))
    assert used == set(STRINGS)


def test_page_and_kernel_speak_the_same_version_and_name_the_same_fields():
    text = (FRONTEND / "terminal" / "messages.ts").read_text()
    assert int(re.search(r"VERSION = (\d+)", text)[1]) == VERSION
    for message in (LineState, TerminalMessage, LineMessage):
        body = re.search(rf"interface {message.__name__} {{(.*?)\n}}", text, re.DOTALL)[1]
        fields = set(re.findall(r"^  (\w+):", body, re.MULTILINE))
        assert fields == set(message.__annotations__), message.__name__
