"""Options of disks, cards and booting in the Details tab: what is typed is what is written."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import RICH, define_rich, details_of, device, field, go_to, press, type_in

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Domain
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.details import Customisation
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.preferences import preferences


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_machine(a_connection):
    return define_rich(a_connection)


@pytest.fixture
def a_tab(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield details_of(panel)
    panel.close()


def applied(tab, machine, typed):
    """Type, apply, and return what is stored then."""
    for name, value in typed.items():
        type_in(tab, name, value)
    press(tab, "apply")
    assert wait_for(lambda: not (tab._view.shown["dirty"] or tab._view.shown["busy"]))
    return machine.document(inactive=True)


def test_the_options_of_a_disk(a_tab, a_machine):
    go_to(a_tab, "VirtIO disk 1")
    assert not field(a_tab, "removable")["shown"]
    typed = {"cache": "none", "discard": "unmap", "read_only": "true", "serial": "S1"}
    disk = applied(a_tab, a_machine, typed).devices.disks["vda"]
    assert (disk.cache, disk.discard, disk.read_only, disk.serial) == ("none", "unmap", True, "S1")
    typed = {"cache": "", "read_only": "false", "shareable": "true", "serial": ""}
    disk = applied(a_tab, a_machine, typed).devices.disks["vda"]
    assert (disk.cache, disk.read_only, disk.shareable, disk.serial) == (None, False, True, None)


def test_the_link_of_a_card_and_its_address_before_the_installation(a_tab, a_machine, a_connection):
    go_to(a_tab, device(a_tab, "interface")["label"])
    (card,) = applied(a_tab, a_machine, {"link_state": "down"}).devices.interfaces
    assert card.link_state == "down"
    new = RICH.replace("<name>web<", "<name>new<").replace("5501</uuid>", "5509</uuid>")
    page = Customisation(Domain.parse(new.replace("00:a1", "00:a9")), a_connection)
    tab = page.details
    assert wait_for(lambda: tab._tree.shown and tab._view.shown)
    go_to(tab, device(tab, "interface")["label"])
    # That of the machine above.
    type_in(tab, "mac", "52:54:00:00:00:a1")
    press(tab, "apply")
    assert wait_for(lambda: "is that of 'web'" in field(tab, "mac")["error"])
    type_in(tab, "mac", "52:54:00:00:00:b2")
    press(tab, "apply")
    assert wait_for(lambda: page.document.devices.interfaces[0].mac == "52:54:00:00:00:b2")
    close_all(page)


def test_a_controller_says_what_is_plugged_into_it(a_connection):
    devices = (
        "<controller type='scsi' index='0' model='virtio-scsi'/><disk type='file' device='disk'>"
        "<source file='/lab/rich/web.qcow2'/><target dev='sdb' bus='scsi'/>"
        "<address type='drive' controller='0' bus='0' target='0' unit='3'/></disk></devices>"
    )
    panel = vm_panel(a_connection.domains.define(RICH.replace("</devices>", devices)))
    assert wait_for(lambda: panel._record)
    tab = details_of(panel)
    labels = {each["label"] for group in tab._tree.shown["groups"] for each in group["entries"]}
    go_to(tab, next(label for label in labels if label.startswith("SCSI controller")))
    facts = wait_for(lambda: tab._view.shown["facts"])
    assert [fact["value"] for fact in facts] == ["SCSI disk 1 at place 3"]
    panel.close()


def test_a_folder_by_virtiofs_is_warned_of_memory_that_is_not_shared(a_machine):
    with a_machine.edit() as definition:
        folder = documents.Filesystem(type="mount", driver="path", target="share")
        folder.source.folder = "/srv"
        definition.devices.add(folder)
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    tab = details_of(panel)
    go_to(tab, device(tab, "filesystem")["label"])
    type_in(tab, "driver", "virtiofs")
    assert wait_for(lambda: "Share the memory" in tab._view.shown["warning"])
    panel.close()


def test_the_boot_menu_is_turned_on(a_tab, a_machine):
    go_to(a_tab, "Boot order")
    assert applied(a_tab, a_machine, {"os.boot_menu": "true"}).os.boot_menu is True
    assert applied(a_tab, a_machine, {"os.boot_menu": ""}).os.boot_menu is None


def test_a_kernel_of_the_host_is_booted_and_the_rest_needs_it(a_tab, a_machine):
    go_to(a_tab, "Boot order")
    assert field(a_tab, "os.kernel")["browse"]
    type_in(a_tab, "os.arguments", "quiet")
    press(a_tab, "apply")
    assert wait_for(lambda: "Choose a kernel" in a_tab._view.shown["problem"])
    typed = {"os.kernel": "/boot/vmlinuz", "os.initrd": "/boot/initrd.img"}
    system = applied(a_tab, a_machine, typed).os
    found = (system.kernel, system.initrd, system.arguments)
    assert found == ("/boot/vmlinuz", "/boot/initrd.img", "quiet")
    system = applied(a_tab, a_machine, dict.fromkeys((*typed, "os.arguments"), "")).os
    assert not any((system.kernel, system.initrd, system.arguments))


def test_a_container_has_a_first_program(a_connection):
    text = (
        "<domain type='lxc'><name>box</name><memory>1024</memory>"
        "<os><type>exe</type><init>/bin/sh</init></os></domain>"
    )
    page = Customisation(Domain.parse(text), a_connection)
    tab = page.details
    assert wait_for(lambda: tab._tree.shown and tab._view.shown)
    go_to(tab, "Boot order")
    type_in(tab, "os.init", "")
    press(tab, "apply")
    assert wait_for(lambda: "first program" in tab._view.shown["problem"])
    type_in(tab, "os.init", "/sbin/init")
    press(tab, "apply")
    assert wait_for(lambda: page.document.os.init == "/sbin/init")
    close_all(page)
