"""Whoever adds hardware gets what suits the operating system on the overview, once it is known."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_rich_machine import begin_adding, define_rich, details_of, go_to, press, say, type_in

from qvirt_jupyter.provision import osinfo
from qvirt_jupyter.widgets import vm_panel

DEBIAN = "http://debian.org/debian/11"


@pytest.fixture
def a_machine(a_connection):
    return define_rich(a_connection)


@pytest.fixture
def a_tab(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield details_of(panel)
    panel.close()


def system_of(tab):
    system = tab.desk._page.system
    return system.id if system is not None else None


@pytest.mark.skipif(not osinfo().is_installed, reason="osinfo-db is not installed")
def test_the_system_that_was_chosen_counts_for_what_is_added_next(a_tab):
    begin_adding(a_tab, "interface")
    assert system_of(a_tab) is None
    press(a_tab, "back")
    go_to(a_tab, "OS information")
    type_in(a_tab, "metadata.os_id", DEBIAN)
    press(a_tab, "apply")
    assert wait_for(lambda: a_tab._definitions.stored.metadata.os_id == DEBIAN)
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    begin_adding(a_tab, "interface")
    assert system_of(a_tab) == DEBIAN
    begin_adding(a_tab, "disk")
    assert system_of(a_tab) == DEBIAN


def test_what_nobody_knows_or_is_generic_says_nothing(a_tab, a_machine):
    for name in ("http://example.org/none/1", "http://libosinfo.org/linux/2022"):
        with a_machine.edit() as definition:
            definition.metadata.os_id = name
        assert wait_for(lambda name=name: a_tab._definitions.stored.metadata.os_id == name)
        begin_adding(a_tab, "video")
        assert system_of(a_tab) is None
        press(a_tab, "back")


def test_a_page_that_comes_late_does_not_take_the_place_of_another(a_tab):
    late = []
    work = a_tab.desk._work
    begin_adding(a_tab, "video")
    a_tab.desk._definitions.stored.metadata.os_id = DEBIAN
    a_tab.desk._work = lambda *what: late.append(what)
    for kind in ("interface", "sound"):
        say(a_tab._view, type="kind", id=kind)
    assert wait_for(lambda: len(late) == 2)
    a_tab.desk._work = work
    for look_up, then, failed in (late[1], late[0]):
        work(look_up, then, failed)
    assert wait_for(lambda: a_tab._view.shown["key"] == "add sound")
    assert a_tab.desk._page.key == "add sound"
