"""A machine is customised before it is made: in memory, and nowhere else."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import (
    RICH,
    begin_adding,
    device,
    entries,
    field,
    go_to,
    press,
    say,
    type_in,
)

from qvirt_jupyter.documents import Domain, Interface
from qvirt_jupyter.documents.sections.chipset import ROOT_PORTS
from qvirt_jupyter.widgets.details import Customisation
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Questions

NEW = RICH.replace("<name>web<", "<name>new<").replace("5501</uuid>", "5509</uuid>")


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def a_page(a_connection, heard):
    page = Customisation(Domain.parse(NEW), a_connection, heard.append)
    assert wait_for(lambda: page.details._tree.shown and page.details._view.shown)
    yield page
    close_all(page)


def answer(page, button="yes"):
    view = next(child for child in page.children if isinstance(child, Questions))
    (question,) = wait_for(lambda: [key for key, _question in view._board.questions])
    say(view, type="answer", id=question, button=button, values={}, remember=False)


def applied(page):
    # What was typed comes first, and takes its time.
    assert wait_for(lambda: page.is_dirty)
    press(page.details, "apply")
    assert wait_for(lambda: not page.is_dirty and not page.details._view.shown["busy"])
    return page.document


def test_what_is_fixed_later_is_open_and_written_in_memory(a_page, a_connection, heard):
    tab = a_page.details
    assert "Performance" not in entries(tab)
    for name, value in (("name", "newer"), ("os.machine", "q35"), ("os.firmware", "efi")):
        assert field(tab, name)["fixed"] == ""
        type_in(tab, name, value)
        assert wait_for(lambda name=name, value=value: field(tab, name)["value"] == value)
    assert field(tab, "os.arch")["fixed"]
    made = applied(a_page)
    assert made.os.machine == "q35"
    # Devices that come later have their places.
    ports = [each for each in made.devices.controllers if each.model == "pcie-root-port"]
    assert len(ports) == ROOT_PORTS
    assert wait_for(lambda: heard and heard[-1].name == "newer")
    assert heard[-1].os.firmware == "efi"
    go_to(tab, "VirtIO disk 1")
    type_in(tab, "bus", "sata")
    (disk, *_rest) = applied(a_page).devices.disks
    assert (disk.bus, disk.path) == ("sata", "/lab/rich/web.qcow2")
    assert not {"new", "newer"} & {each.subject.name for each in a_connection.domains}


def test_firmware_and_chipset_bring_what_belongs_to_them(a_page):
    tab = a_page.details
    type_in(tab, "os.firmware", "efi")
    assert wait_for(lambda: field(tab, "os.firmware")["value"] == "efi")
    type_in(tab, "os.secure", "true")
    assert wait_for(lambda: field(tab, "os.secure")["value"] == "true")
    made = applied(a_page)
    assert ("q35" in made.os.machine, made.features.smm) == (True, True)
    type_in(tab, "os.firmware", "")
    system = applied(a_page).os
    assert (system.firmware, system.secure, system.loader, system.nvram) == (None,) * 4
    type_in(tab, "os.machine", "pc")
    assert applied(a_page).os.machine == "pc"


def test_what_is_typed_just_after_applying_is_compared_with_what_was_applied(a_page, monkeypatch):
    tab = a_page.details
    # The reading that follows takes its time, as that of a host far away does.
    monkeypatch.setattr(tab, "_read", lambda: None)
    type_in(tab, "os.firmware", "efi")
    applied(a_page)
    assert field(tab, "os.firmware")["value"] == "efi"
    type_in(tab, "os.firmware", "")
    assert applied(a_page).os.firmware is None


def test_hardware_is_added_and_removed_and_no_volume_is_deleted(a_page):
    tab = a_page.details
    begin_adding(tab, "watchdog")
    press(tab, "add")
    assert wait_for(lambda: a_page.document.devices.of("watchdog"))
    assert wait_for(lambda: tab._view.shown["title"] == "Watchdog")
    disk = device(tab, "disk")["id"]
    say(tab._tree, type="remove", id=disk)
    # There is no question about its file.
    answer(a_page)
    assert wait_for(lambda: [each.target for each in a_page.document.devices.disks] == ["sda"])


def test_two_of_one_target_are_refused_and_nothing_is_lost(a_page):
    tab = a_page.details
    go_to(tab, "VirtIO disk 1")
    type_in(tab, "target", "sda")
    press(tab, "apply")
    assert wait_for(lambda: "Two devices would be disk sda" in tab._view.shown["problem"])
    assert a_page.is_dirty
    press(tab, "cancel")
    assert wait_for(lambda: not a_page.is_dirty)


def test_an_address_of_another_machine_is_refused_at_its_field(a_page, a_connection):
    taken = "52:54:00:aa:bb:cc"
    other = Domain(type="test", name="web", memory=1024)
    other.os.type = "hvm"
    other.devices.add(Interface(type="network", mac=taken))
    other.devices.interfaces[0].source.network = "default"
    a_connection.domains.define(other)
    tab = a_page.details
    go_to(tab, "NIC 00:00:a1")
    type_in(tab, "mac", taken.upper())
    press(tab, "apply")
    assert wait_for(lambda: "is that of 'web'" in field(tab, "mac")["error"])
    assert tab._view.shown["problem"] == ""
    type_in(tab, "mac", "52:54:00:00:00:07")
    assert applied(a_page).devices.interfaces[0].mac == "52:54:00:00:00:07"


def test_passwords_stay_in_the_document(a_page):
    tab = a_page.details
    go_to(tab, "VNC display")
    assert field(tab, "source.password")["placeholder"] == "unchanged"
    type_in(tab, "source.port", "5911")
    assert wait_for(lambda: tab.is_dirty)
    say(tab._view, type="diff", wanted=True)
    assert wait_for(lambda: "5911" in tab._view.shown["diff"])
    assert "hunter2" not in repr((tab._view.shown, tab._tree.shown))
    (display,) = applied(a_page).devices.graphics
    assert (display.source.port, display.source.password) == (5911, "hunter2")
    type_in(tab, "source.password away", "true")
    (display,) = applied(a_page).devices.graphics
    assert display.source.password is None


def test_leaving_asks_and_applies_if_wanted(a_page):
    gone = []
    go_to(a_page.details, "Memory")
    type_in(a_page.details, "memory", "4096")
    assert wait_for(lambda: a_page.is_dirty)
    a_page.leave(lambda: gone.append(a_page.document.memory))
    answer(a_page, "no")
    assert wait_for(lambda: a_page.is_dirty)
    assert not gone
    a_page.leave(lambda: gone.append(a_page.document.memory))
    answer(a_page)
    assert wait_for(lambda: gone)
    assert gone == [4096 * 1024]


def test_it_starts_with_its_host_if_wanted(a_page):
    go_to(a_page.details, "Boot order")
    type_in(a_page.details, "autostart", "true")
    applied(a_page)
    assert a_page.autostart


def test_the_xml_is_edited_and_the_pages_follow(a_page):
    a_page._tabs.selected_index = 1
    editor = wait_for(lambda: a_page._editor)
    assert wait_for(lambda: editor.shown and editor.shown["phase"] == "ready")
    assert "hunter2" not in editor._draft.text
    assert len(editor.shown["choices"]) > 5
    editor.save(editor._draft.text.replace(">2048<", ">3072<"))
    assert wait_for(lambda: a_page.document.memory == 3072 * 1024)
    assert a_page.document.devices.graphics[0].source.password == "hunter2"  # noqa: S105 - made up
    assert wait_for(lambda: "1 GiB" in entries(a_page.details)["Memory"]["summary"])


def test_another_definition_is_shown_without_being_told(a_page, heard):
    other = a_page.document
    other.current_memory = 2048 * 1024
    a_page.begin_again(other)
    assert wait_for(lambda: "2 GiB" in entries(a_page.details)["Memory"]["summary"])
    assert not heard


def test_nothing_is_changed_while_it_is_made(a_page):
    a_page.refuse("It is being made.")
    assert wait_for(lambda: a_page.details._view.shown["refused"] == "It is being made.")
    assert a_page.details._tree.shown["refused"] == "It is being made."
