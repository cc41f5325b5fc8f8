"""Disks that are added while a new machine is customised come and go with it."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_rich_machine import begin_adding, press, type_in
from a_wizard import Wizard

pytestmark = pytest.mark.usefixtures("a_user_without_a_past")
TAKEN = "11111111-1111-4111-8111-111111111101"


@pytest.fixture
def a_wizard(a_uri):
    wizard = Wizard(a_uri)
    wizard.say(type="kind", id="manual")
    wizard.go_to("medium")
    wizard.choose_system("generic")
    wizard.go_to("summary")
    wizard.type("name", "tailored")
    yield wizard
    wizard.panel.close()


@pytest.fixture
def volumes(a_wizard):
    return a_wizard.panel._connection.storage_pools["images"].volumes


def customise(wizard):
    wizard.press("customise")
    assert wait_for(lambda: wizard.panel._extra.children)
    (pages,) = wizard.panel._extra.children
    assert wait_for(lambda: pages.details._tree.shown and pages.details._view.shown)
    return pages


def add_disk(pages):
    before = len(pages.document.devices.disks)
    begin_adding(pages.details, "disk")
    type_in(pages.details, "pool", "images")
    type_in(pages.details, "size", "1")
    press(pages.details, "add")
    assert wait_for(lambda: len(pages.document.devices.disks) > before)
    assert wait_for(lambda: not pages.details._view.shown["busy"])


def changed(pages, change):
    document = pages.document
    change(document)
    pages.begin_again(document)


def test_the_machine_keeps_the_disks_that_it_has(a_wizard, volumes, opened):
    before = set(volumes.names)
    pages = customise(a_wizard)
    add_disk(pages)
    (kept,) = set(volumes.names) - before
    add_disk(pages)
    (unwanted,) = set(volumes.names) - before - {kept}

    def take_out(document):
        disk = next(each for each in document.devices.disks if unwanted in (each.path or ""))
        document.devices.disks.remove(disk)

    changed(pages, take_out)
    a_wizard.press("begin")
    assert wait_for(lambda: opened)
    machine = a_wizard.panel._connection.domains["tailored"]
    paths = {disk.path for disk in machine.document(inactive=True).devices.disks}
    assert volumes[kept].path in paths
    assert wait_for(lambda: unwanted not in volumes.names), "no machine has it"
    a_wizard.panel.close()
    assert wait_for(lambda: a_wizard.panel.is_closed)
    assert {volumes[name].path for name in set(volumes.names) - before} == paths


@pytest.mark.parametrize("leave", ["back", "close"])
def test_without_the_machine_its_disks_go(a_wizard, volumes, leave):
    before = set(volumes.names)
    add_disk(customise(a_wizard))
    assert set(volumes.names) - before
    if leave == "back":
        a_wizard.press("back")
    else:
        a_wizard.panel.close()
    assert wait_for(lambda: set(volumes.names) == before)


def test_another_attempt_has_the_disk_still(a_wizard, volumes, opened):
    before = set(volumes.names)
    pages = customise(a_wizard)
    add_disk(pages)
    mine = pages.document.uuid
    changed(pages, lambda document: setattr(document, "uuid", TAKEN))
    a_wizard.press("begin")
    assert wait_for(lambda: a_wizard.state["run"] and a_wizard.state["run"]["problem"])
    assert len(set(volumes.names) - before) == 2, "that of the request, and the added one"
    changed(pages, lambda document: setattr(document, "uuid", mine))
    a_wizard.press("begin")
    assert wait_for(lambda: opened)
    disks = a_wizard.panel._connection.domains["tailored"].document(inactive=True).devices.disks
    assert {volumes[name].path for name in set(volumes.names) - before} == {
        disk.path for disk in disks
    }


def test_what_cannot_be_removed_is_named(a_wizard):
    add_disk(customise(a_wizard))
    pool = a_wizard.panel._connection.storage_pools["images"]
    # A pool that is off lets nobody remove what is in it.
    pool.stop()
    a_wizard.press("back")
    assert wait_for(lambda: "could not be removed" in a_wizard.state["problem"])
    pool.start()
