"""What a guest says of itself on its machine's overview: when it is asked, and what is shown."""

from __future__ import annotations

import threading

import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import GuestInfo, NotFound, publisher
from qvirt_jupyter.hypervisor.guest.info import GuestFileSystem, GuestUser
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.machine import guest_section
from qvirt_jupyter.widgets.machine.guest_section import KNOWN, LINES, SILENT, GuestSection, said

ROOT = GuestFileSystem("/", "ext4", "vda1", 20 * 1024**3, 1024**3, ("vda",))
INFO = GuestInfo("Debian <12>", "6.1.0", "web", "CET", (ROOT,), (GuestUser("ada", "", None),))


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains["running"]


@pytest.fixture
def a_guest(monkeypatch):
    """What the guest answers next, and how often it was asked."""

    class Guest:
        def __init__(self):
            self.answer, self.asked = INFO, 0

        def look(self, _domain):
            self.asked += 1
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    guest = Guest()
    monkeypatch.setattr(guest_section, "look", guest.look)
    return guest


@pytest.fixture
def a_section(a_machine):
    now = [100.0]
    section = GuestSection(a_machine, clock=lambda: now[0])
    yield section, now
    section.close()


def follow(section, record, *, is_seen=True):
    """Do it where it is done, and wait for what follows."""
    publisher.post(None, lambda: section.follow(record, is_seen=is_seen))
    wait_for(lambda: True)


def shows(section, words):
    return wait_for(lambda: words in section._text.value)


def test_a_guest_is_asked_while_somebody_looks_and_not_all_the_time(a_section, a_guest, a_machine):
    section, now = a_section
    record = wait_for(lambda: a_machine.record)
    follow(section, record, is_seen=False)
    assert a_guest.asked == 0
    assert "asked" in section._text.value
    follow(section, record)
    assert shows(section, "Debian &lt;12&gt;"), "a stranger's words are no markup"
    for _tick in range(3):
        follow(section, record)
    assert a_guest.asked == 1
    now[0] += KNOWN + 1
    follow(section, record)
    assert wait_for(lambda: a_guest.asked == 2)
    section._again.click()
    assert wait_for(lambda: a_guest.asked == 3)


def test_why_a_guest_is_silent_is_said_with_the_next_step(a_section, a_guest, a_machine):
    section, now = a_section
    record = wait_for(lambda: a_machine.record)
    a_guest.answer = ("No agent has opened its channel.", "Install qemu-guest-agent.")
    follow(section, record)
    assert shows(section, "Install qemu-guest-agent.")
    a_guest.answer = INFO
    now[0] += SILENT + 1
    follow(section, record)
    assert shows(section, "Debian")
    assert "Install" not in section._text.value
    a_guest.answer = NotFound("It is gone.", next_step="Look again.")
    now[0] += KNOWN + 1
    follow(section, record)
    assert shows(section, "It is gone.")


def test_a_guest_that_does_not_answer_holds_nothing_up(a_section, a_machine, monkeypatch):
    section, now = a_section
    record = wait_for(lambda: a_machine.record)
    ended, asked = threading.Event(), []

    def look(_domain):
        asked.append(1)
        assert ended.wait(30)
        return INFO

    monkeypatch.setattr(guest_section, "look", look)
    follow(section, record)
    assert wait_for(lambda: asked)
    for _tick in range(3):
        now[0] += KNOWN
        follow(section, record)
    assert len(asked) == 1, "nobody is asked twice at once"
    ended.set()
    assert shows(section, "Debian")


@pytest.mark.usefixtures("a_guest")
def test_what_an_earlier_boot_said_is_shown_no_more(a_section, a_machine):
    section, _now = a_section
    follow(section, wait_for(lambda: a_machine.record))
    assert shows(section, "Debian")
    follow(section, None)
    assert section.layout.display == "none"
    assert "Debian" not in section._text.value


def test_lists_are_cut_and_say_so():
    many = tuple(GuestFileSystem(f"/{n}", "ext4", "", None, None, ()) for n in range(LINES + 3))
    text = said(GuestInfo("", "", "", "", many))
    assert "/7 (ext4)" in text
    assert "… and 3 more" in text
    assert "says nothing" in said(GuestInfo("", "", "", ""))


def test_the_tab_of_a_machine_says_why_this_host_has_no_agents(a_machine):
    panel = vm_panel(a_machine)
    try:
        section = panel._overview._guest
        assert wait_for(lambda: panel._record)
        section._again.click()
        reason = str(a_machine.connection.features.reason("agent"))
        assert reason
        assert shows(section, reason)
    finally:
        panel.close()
